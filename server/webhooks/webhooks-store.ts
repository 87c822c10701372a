import type { Queryable } from '../platform/postgres/database.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { FacturapiEvent } from './facturapi-event.ts';

/** Where a company takes FacturAPI's events. */
export interface Webhook {
  readonly tenantId: TenantId;
  readonly livemode: boolean;
  readonly secretSealed: Buffer | null;
}

/** By what the address holds, before anybody is known. */
export async function findWebhook(db: Queryable, tokenHash: Buffer): Promise<Webhook | undefined> {
  const { rows } = await db.query<Webhook>({
    name: 'find-webhook',
    text: `select tenant_id as "tenantId", livemode, secret_sealed as "secretSealed"
             from timbra_webhook_of($1)`,
    values: [tokenHash],
  });
  return rows[0];
}

export interface TakenBy {
  readonly tokenHash: Buffer;
  readonly secretSealed: Buffer;
}

/**
 * Writes an event down once. `not_ours`: the address or the secret was changed since it was
 * looked up, or the event names another organization than those before it. Events of a company
 * come one after the other here: the row of its address is locked until the transaction ends.
 */
export async function takeEvent(
  db: Queryable,
  tenantId: TenantId,
  event: FacturapiEvent,
  by: TakenBy,
): Promise<'fresh' | 'repeat' | 'not_ours'> {
  const { rows } = await db.query<{ ours: boolean; fresh: boolean }>({
    name: 'take-event',
    text: `with webhook as (
             update facturapi_webhooks
                set organization = coalesce(organization, $4), last_event_at = now()
              where tenant_id = $1 and token_hash = $2 and secret_sealed = $3
                and coalesce(organization, $4) = $4
             returning tenant_id),
           fresh as (
             insert into facturapi_events (tenant_id, event_id, type)
             select tenant_id, $5, $6 from webhook on conflict do nothing returning event_id)
           select exists (select from webhook) as ours, exists (select from fresh) as fresh`,
    values: [tenantId, by.tokenHash, by.secretSealed, event.organization, event.id, event.type],
  });
  const { ours, fresh } = rows[0]!;
  if (!ours) return 'not_ours';
  return fresh ? 'fresh' : 'repeat';
}

export interface WebhookState {
  readonly hasAddress: boolean;
  readonly configured: boolean;
  readonly lastEventAt: Date | null;
}

export async function readWebhookState(db: Queryable, tenantId: TenantId): Promise<WebhookState> {
  const { rows } = await db.query<Omit<WebhookState, 'hasAddress'>>(
    `select secret_sealed is not null as configured, last_event_at as "lastEventAt"
       from facturapi_webhooks where tenant_id = $1`,
    [tenantId],
  );
  const row = rows[0];
  return row ? { hasAddress: true, ...row } : noWebhook;
}

const noWebhook: WebhookState = { hasAddress: false, configured: false, lastEventAt: null };

/**
 * Keeps a secret, and the token's hash if there was none. True when the token was taken. Another
 * secret may be another organization's, so the next event says anew which one it is.
 */
export async function keepSecret(
  db: Queryable,
  tenantId: TenantId,
  secretSealed: Buffer,
  tokenHash: Buffer,
): Promise<boolean> {
  const { rows } = await db.query<{ made: boolean }>(
    `insert into facturapi_webhooks (tenant_id, token_hash, secret_sealed) values ($1, $2, $3)
     on conflict (tenant_id) do update
       set secret_sealed = excluded.secret_sealed, organization = null, updated_at = now()
     returning token_hash = $2 as made`,
    [tenantId, tokenHash, secretSealed],
  );
  return rows[0]!.made;
}

/** The address before this one is dead when it returns. The secret stays. */
export async function replaceToken(
  db: Queryable,
  tenantId: TenantId,
  tokenHash: Buffer,
): Promise<void> {
  await db.query(
    `insert into facturapi_webhooks (tenant_id, token_hash) values ($1, $2)
     on conflict (tenant_id) do update
       set token_hash = excluded.token_hash, last_event_at = null, updated_at = now()`,
    [tenantId, tokenHash],
  );
}

/** What was received stays known: a new address may be sent the same events again. */
export async function removeWebhook(db: Queryable, tenantId: TenantId): Promise<void> {
  await db.query('delete from facturapi_webhooks where tenant_id = $1', [tenantId]);
}

/** Far longer than FacturAPI repeats an event. */
export const eventDaysMax = 30;
export const eventsRemovedMax = 1_000;

/** The oldest ones, so many at a time at the most; answers how many. */
export async function removeOldEvents(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    `delete from facturapi_events where (tenant_id, event_id) in
       (select tenant_id, event_id from facturapi_events
         where received_at < now() - $1 * interval '1 day' order by received_at limit $2)`,
    [eventDaysMax, eventsRemovedMax],
  );
  return rowCount ?? 0;
}
