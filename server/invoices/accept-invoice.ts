import { createHash } from 'node:crypto';
import type { InvoiceInput } from '../cfdi/document.ts';
import type { CustomerFields } from '../customers/customers.ts';
import type { Clock, NewId } from '../platform/clock.ts';
import { Problem, refused } from '../platform/http/problem.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import type { Principal } from '../sessions/sessions.ts';
import type { Lane } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  acceptInvoiceRow,
  type FrozenInvoice,
  findByIdempotencyKey,
  type NewInvoice,
} from './accept-invoice-store.ts';
import { checkDraft, type DraftSources } from './check-draft.ts';
import type { Invoice } from './invoices.ts';
import { toInvoice } from './invoices-store.ts';
import type { ItemBody } from './item-products.ts';

export const seriesDefault = 'F';

export interface AcceptOptions extends DraftSources {
  readonly db: Queryable;
  readonly lane: Lane;
  readonly clock: Clock;
  readonly newId: NewId;
}

export interface IssueRequest {
  readonly principal: Principal;
  readonly body: InvoiceBody;
  readonly idempotencyKey: string | undefined;
  /** X-Request-Id: follows the invoice to FacturAPI in the logs. */
  readonly requestId: string;
}

export interface Accepted {
  readonly id: string;
  /** As it was accepted; absent for a repeat, whose present state only the database knows. */
  readonly fresh?: Invoice;
}

export type InvoiceBody = Omit<InvoiceInput, 'customer' | 'items'> & {
  customer: string | CustomerFields;
  items: ItemBody[];
};

/**
 * Takes an invoice in: from here on it will be stamped once, or a person will be told why not.
 * Folio, frozen document, queue entry and idempotency key are committed together, before
 * FacturAPI hears of it. A repeated key answers with the earlier invoice.
 *
 * `listen` is called before anything is written, so that no outcome is missed.
 */
export async function acceptInvoice(
  request: IssueRequest,
  o: AcceptOptions,
  listen: (invoiceId: string) => void,
): Promise<Accepted> {
  const { principal, body, idempotencyKey, requestId } = request;
  const { tenantId } = principal;
  const requestHash = hashOf(body);
  if (idempotencyKey !== undefined) {
    const earlier = await findRepeated(o.db, tenantId, { idempotencyKey, requestHash });
    if (earlier) return earlier;
  }
  const id = o.newId();
  const frozen = await freeze(principal, body, id, o);
  listen(id);
  const invoice: NewInvoice = {
    ...frozen,
    id,
    series: body.series ?? seriesDefault,
    createdBy: principal.personId,
    idempotencyKey,
    requestHash,
    requestId,
  };
  const accepted = await acceptInvoiceRow(o.db, o.lane, tenantId, invoice);
  if (accepted === 'customer_gone') throw customerAbsent();
  if (accepted !== 'key_taken') {
    const row = { ...invoice, ...accepted, createdAt: invoice.date };
    return { id, fresh: freshInvoice(tenantId, row) };
  }
  // The same key came in twice at once, and the other one was first.
  const key = { idempotencyKey: idempotencyKey!, requestHash };
  const earlier = await findRepeated(o.db, tenantId, key);
  if (!earlier) throw new Error('a taken idempotency key has no invoice');
  return earlier;
}

/** A body checked, with its totals, its date and its key: as FacturAPI will be sent it. */
export async function freeze(
  principal: Principal,
  body: InvoiceBody,
  key: string,
  o: Pick<AcceptOptions, 'clock'> & DraftSources,
): Promise<FrozenInvoice> {
  const now = o.clock.now();
  const draft = await checkDraft(principal, body, now, o);
  if (draft.kind === 'customer_absent') throw customerAbsent();
  if (draft.kind === 'invalid') throw refused(draft.errors);
  // The lines are in the document already; kept with the totals they would double the row.
  const { lines: _, ...totals } = draft.totals;
  return {
    type: draft.document.type as FrozenInvoice['type'],
    customerId: draft.customerId,
    document: {
      ...draft.document,
      date: now.toISOString(),
      external_id: key,
      idempotency_key: key,
    },
    currency: draft.totals.currency,
    totals,
    total: draft.total,
    date: now,
  };
}

/** What the database holds of it now, without asking: it may be away by the time we ask. */
export function freshInvoice(
  tenantId: string,
  invoice: FrozenInvoice & {
    readonly id: string;
    readonly series: string;
    readonly folioNumber: number;
    readonly createdAt: Date;
  },
): Invoice {
  return toInvoice({
    tenant_id: tenantId,
    id: invoice.id,
    type: invoice.type,
    status: 'queued',
    series: invoice.series,
    folio_number: invoice.folioNumber,
    customer_id: invoice.customerId,
    document: invoice.document,
    currency: invoice.currency,
    totals: invoice.totals,
    total: invoice.total,
    date: invoice.date,
    uuid: null,
    facturapi_id: null,
    stamp: null,
    stamped_at: null,
    verification_url: null,
    rejection: null,
    warnings: null,
    cancellation_status: 'none',
    created_by: null,
    created_at: invoice.createdAt,
    updated_at: invoice.date,
  });
}

/** Of what a request asks, so that a repeat is told from another request under the same key. */
export function hashOf(asked: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(asked)).digest();
}

/** The invoice of an idempotency key that is known already. */
export async function findRepeated(
  db: Queryable,
  tenantId: TenantId,
  { idempotencyKey, requestHash }: { idempotencyKey: string; requestHash: Buffer },
): Promise<Accepted | undefined> {
  const earlier = await findByIdempotencyKey(db, tenantId, idempotencyKey);
  return earlier && repeated(earlier, requestHash);
}

function repeated(earlier: { invoiceId: string; requestHash: Buffer }, hash: Buffer): Accepted {
  if (earlier.requestHash.equals(hash)) return { id: earlier.invoiceId };
  const detail = 'Esta Idempotency-Key ya se usó con otro contenido. Usa una llave nueva.';
  throw new Problem(422, 'idempotency_key_reused', detail);
}

export function customerAbsent(): Problem {
  const message = 'El cliente no existe o no tienes acceso.';
  return refused([{ path: 'customer', code: 'customer_not_found', message }]);
}
