import type { QueryConfig } from 'pg';
import type { Queryable } from '../platform/postgres/database.ts';
import type { InvoicesTable } from '../platform/postgres/tables.ts';
import {
  interactivePriority,
  type Lane,
  notAdmitted,
  tenantWaitingMax,
  waitingMax,
} from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';

/** What an invoice says and will always say: of a reissue it is all that changes. */
export interface FrozenInvoice {
  readonly type: InvoicesTable['type'];
  readonly customerId: string | null;
  /** FacturAPI's body; series and folio are added as it is written. */
  readonly document: object;
  readonly currency: string;
  readonly totals: object;
  readonly total: string;
  readonly date: Date;
}

export interface NewInvoice extends FrozenInvoice {
  readonly id: string;
  readonly series: string;
  readonly createdBy: string;
  readonly idempotencyKey: string | undefined;
  readonly requestHash: Buffer;
  readonly requestId: string;
}

/**
 * Key, folio, invoice and queue entry in one statement: one round trip, one commit, and the
 * series' row locked for no longer than that. Of the other answers each leaves nothing written and
 * no folio spent: the idempotency key was taken, or the customer was deleted a moment ago. Throws
 * a Problem, with nothing written either, when the queue is full or the installation drains.
 */
export async function acceptInvoiceRow(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
  invoice: NewInvoice,
): Promise<{ folioNumber: number } | 'key_taken' | 'customer_gone'> {
  const query = {
    name: 'accept-invoice',
    text: ACCEPT,
    values: [
      tenantId,
      invoice.id,
      invoice.idempotencyKey ?? null,
      invoice.requestHash,
      invoice.series,
      invoice.customerId,
      JSON.stringify(invoice.document),
      invoice.currency,
      JSON.stringify(invoice.totals),
      invoice.total,
      invoice.date,
      invoice.createdBy,
      lane,
      interactivePriority,
      invoice.requestId,
      tenantWaitingMax,
      waitingMax,
    ],
  };
  return (await letIn<{ folioNumber: number }>(db, query)) ?? 'key_taken';
}

/**
 * Runs a statement that lets an invoice into the queue: its row, or undefined when it wrote
 * nothing. Throws a Problem when the queue takes no more.
 */
export async function letIn<Row extends object>(
  db: Queryable,
  query: QueryConfig,
): Promise<Row | 'customer_gone' | undefined> {
  try {
    return (await db.query<Row>(query)).rows[0];
  } catch (error) {
    const { constraint } = error as { constraint?: string };
    if (constraint === 'invoices_tenant_id_customer_id_fkey') return 'customer_gone';
    throw notAdmitted(error) ?? error;
  }
}

const ACCEPT = `
with key as (
  insert into idempotency_keys (tenant_id, key, request_hash, invoice_id)
  select $1, $3, $4, $2 where $3::text is not null
  on conflict do nothing returning 1),
admitted as materialized (
  select timbra_admit_creation($1, $16, $17) as let_in
   where $3::text is null or exists (select from key)),
folio as (
  insert into series (tenant_id, series, next_folio)
  select $1, $5, 2 from admitted where let_in
  on conflict (tenant_id, series) do update set next_folio = series.next_folio + 1
  returning next_folio - 1 as number),
accepted as (
  insert into invoices (tenant_id, id, type, status, series, folio_number, customer_id, document,
                        currency, totals, total, date, created_by)
  select $1, $2, $7::jsonb ->> 'type', 'queued', $5, number, $6,
         $7::jsonb || jsonb_build_object('series', $5::text, 'folio_number', number),
         $8, $9::jsonb, $10, $11, $12
    from folio
  returning id, folio_number)
select folio_number as "folioNumber",
       timbra_enqueue_call($13::int, $1, id, 'create_invoice', $14::smallint, $15)
  from accepted`;

export async function findByIdempotencyKey(
  db: Queryable,
  tenantId: TenantId,
  key: string,
): Promise<{ invoiceId: string; requestHash: Buffer } | undefined> {
  const { rows } = await db.query<{ invoiceId: string; requestHash: Buffer }>({
    name: 'find-idempotency-key',
    text: `select invoice_id as "invoiceId", request_hash as "requestHash"
             from idempotency_keys where tenant_id = $1 and key = $2`,
    values: [tenantId, key],
  });
  return rows[0];
}
