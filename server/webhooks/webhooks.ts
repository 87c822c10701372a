/**
 * The front door of webhooks: FacturAPI's events in. An event is only a hint. What it tells is not
 * believed, it makes us read the invoice again; so the order does not matter, a lost one costs the
 * time until the next poll, and a repeat is dropped by its id.
 */
import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { inTransaction, type Queryable } from '../platform/postgres/database.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { type Lane, readInvoiceAgain } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type FacturapiEvent, readEvent } from './facturapi-event.ts';
import { isSigned } from './facturapi-signature.ts';
import {
  findWebhook,
  keepSecret,
  readWebhookState,
  removeWebhook,
  replaceToken,
  type TakenBy,
  takeEvent,
  type WebhookState,
} from './webhooks-store.ts';

export interface WebhooksOptions {
  readonly pool: pg.Pool;
  /** Under a key that opens the secrets of webhooks and nothing else. */
  readonly secrets: SecretBox;
  readonly lane: Lane;
  /** Unguessable, and fit for an address. */
  readonly newToken?: () => string;
}

export interface Delivery {
  /** From the address. */
  readonly token: string;
  /** The body's very bytes. */
  readonly raw: Buffer;
  readonly signature: unknown;
  readonly requestId: string;
}

export type Receipt =
  | {
      readonly kind: 'received';
      readonly tenantId: TenantId;
      readonly event: FacturapiEvent;
      /** `unconcerned`: it is about no invoice. Else as `readInvoiceAgain` answers. */
      readonly effect: 'repeat' | 'unconcerned' | Awaited<ReturnType<typeof readInvoiceAgain>>;
    }
  /** Signed, and no event. */
  | { readonly kind: 'malformed'; readonly tenantId: TenantId }
  /** The sender is told the same in each case; `why` is for the log. */
  | { readonly kind: 'refused'; readonly why: Refusal; readonly tenantId: TenantId | undefined };

export type Refusal =
  | 'unknown_address'
  | 'no_secret'
  | 'secret_unreadable'
  | 'wrong_signature'
  | 'other_mode'
  | 'other_organization_or_replaced';

export interface Webhooks {
  receive(delivery: Delivery): Promise<Receipt>;
  read(tenantId: TenantId): Promise<WebhookState>;
  /** The token of the address when this was the first secret; it can be read at no other time. */
  keepSecret(tenantId: TenantId, secret: string): Promise<string | undefined>;
  /** A new token, the first one too; the address before it is dead. */
  rotate(tenantId: TenantId): Promise<string>;
  remove(tenantId: TenantId): Promise<void>;
}

export const tokenBytes = 32;

export function makeWebhooks(o: WebhooksOptions): Webhooks {
  const newToken = o.newToken ?? (() => randomBytes(tokenBytes).toString('base64url'));
  return {
    receive: (delivery) => receive(delivery, o),
    read: (tenantId) => readWebhookState(o.pool, tenantId),
    async keepSecret(tenantId, secret) {
      const token = newToken();
      const sealed = o.secrets.seal(secret, placeOf(tenantId));
      return (await keepSecret(o.pool, tenantId, sealed, hashOf(token))) ? token : undefined;
    },
    async rotate(tenantId) {
      const token = newToken();
      await replaceToken(o.pool, tenantId, hashOf(token));
      return token;
    },
    remove: (tenantId) => removeWebhook(o.pool, tenantId),
  };
}

/** Signs for whom there is no secret, so that an unknown address costs the same work. */
const nobody = randomBytes(tokenBytes).toString('hex');

async function receive(d: Delivery, o: WebhooksOptions): Promise<Receipt> {
  const tokenHash = hashOf(d.token);
  const webhook = await findWebhook(o.pool, tokenHash);
  const sealed = webhook?.secretSealed;
  const secret = webhook && sealed ? opened(o.secrets, webhook.tenantId, sealed) : undefined;
  const signed = isSigned(d.raw, d.signature, secret ?? nobody);
  const refused = (why: Refusal): Receipt => ({
    kind: 'refused',
    why,
    tenantId: webhook?.tenantId,
  });
  if (!webhook) return refused('unknown_address');
  if (!sealed) return refused('no_secret');
  if (secret === undefined) return refused('secret_unreadable');
  if (!signed) return refused('wrong_signature');
  const { tenantId } = webhook;
  const event = readEvent(d.raw);
  if (!event) return { kind: 'malformed', tenantId };
  if (event.livemode !== webhook.livemode) return refused('other_mode');
  const by = { tokenHash, secretSealed: sealed };
  const effect = await follow(tenantId, event, by, d.requestId, o);
  if (effect === 'not_ours') return refused('other_organization_or_replaced');
  return { kind: 'received', tenantId, event, effect };
}

/** In one transaction: an event is known as received only together with what it brought about. */
function follow(
  tenantId: TenantId,
  event: FacturapiEvent,
  by: TakenBy,
  requestId: string,
  o: WebhooksOptions,
) {
  return inTransaction(o.pool, async (client) => {
    const taken = await takeEvent(client as Queryable, tenantId, event, by);
    if (taken !== 'fresh') return taken;
    if (!event.invoice) return 'unconcerned' as const;
    return readInvoiceAgain(client as Queryable, o.lane, tenantId, event.invoice, requestId);
  });
}

/** Undefined when it was sealed for another company or with another TIMBRA_SECRET_KEY. */
function opened(secrets: SecretBox, tenantId: TenantId, sealed: Buffer): string | undefined {
  try {
    return secrets.open(sealed, placeOf(tenantId));
  } catch {
    return undefined;
  }
}

/** A sealed secret opens for its own company only. */
function placeOf(tenantId: TenantId): string {
  return `tenant:${tenantId}:webhook_secret`;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
