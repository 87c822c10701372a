import type { FrozenDocument } from '../facturapi/facturapi.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import {
  interactivePriority,
  type Lane,
  tenantWaitingMax,
  waitingMax,
} from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type FrozenInvoice, letIn } from './accept-invoice-store.ts';
import type { InvoiceStatus } from './invoices.ts';

export interface EarlierVersion {
  readonly status: InvoiceStatus;
  readonly series: string;
  readonly customerId: string | null;
  readonly document: FrozenDocument;
}

export async function readEarlierVersion(
  db: Queryable,
  tenantId: TenantId,
  id: string,
): Promise<EarlierVersion | undefined> {
  const { rows } = await db.query<EarlierVersion>({
    name: 'read-earlier-version',
    text: `select status, series, customer_id as "customerId", document
             from invoices where tenant_id = $1 and id = $2`,
    values: [tenantId, id],
  });
  return rows[0];
}

export interface Reissue extends FrozenInvoice {
  readonly id: string;
  readonly reissuedBy: string;
  readonly idempotencyKey: string | undefined;
  readonly requestHash: Buffer;
  readonly requestId: string;
}

export interface Reissued {
  readonly series: string;
  readonly folioNumber: number;
  readonly createdAt: Date;
}

/**
 * The earlier version kept, the new one in its place and its call in the queue, in one statement.
 * The invoice's row decides between two at once: it is locked first, and who comes second finds it
 * queued and writes nothing. Throws a Problem when the queue takes no more.
 */
export async function reissueRow(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
  r: Reissue,
): Promise<Reissued | 'not_reissued' | 'customer_gone'> {
  const query = {
    name: 'reissue-invoice',
    text: REISSUE,
    values: [
      tenantId,
      r.id,
      r.idempotencyKey ?? null,
      r.requestHash,
      r.customerId,
      JSON.stringify(r.document),
      r.currency,
      JSON.stringify(r.totals),
      r.total,
      r.date,
      r.reissuedBy,
      lane,
      interactivePriority,
      r.requestId,
      tenantWaitingMax,
      waitingMax,
    ],
  };
  return (await letIn<Reissued>(db, query)) ?? 'not_reissued';
}

const REISSUE = `
with locked as materialized (
  select * from invoices
   where tenant_id = $1 and id = $2 and status in ('rejected', 'expired') and uuid is null
     for update),
key as (
  insert into idempotency_keys (tenant_id, key, request_hash, invoice_id)
  select $1, $3, $4, $2 from locked where $3::text is not null
  on conflict do nothing returning 1),
admitted as materialized (
  select l.*, timbra_admit_creation($1, $15, $16) as admitted
    from locked l where $3::text is null or exists (select from key)),
kept as (
  insert into invoice_versions (tenant_id, invoice_id, version, document, totals, total, date,
                                status, rejection, replaced_by)
  select tenant_id, id, version, document, totals, total, date, status, rejection, $11
    from admitted),
changed as (
  update invoices i
     set type = $6::jsonb ->> 'type', status = 'queued', version = i.version + 1,
         customer_id = $5, currency = $7, totals = $8::jsonb, total = $9, date = $10,
         document = $6::jsonb || jsonb_build_object('series', i.series,
                                                    'folio_number', i.folio_number),
         facturapi_id = null, stamp = null, stamped_at = null, verification_url = null,
         rejection = null, warnings = null, late_told_at = null, updated_at = now()
    from admitted a where i.tenant_id = a.tenant_id and i.id = a.id
  returning i.tenant_id, i.id, i.series, i.folio_number, i.created_at)
select series, folio_number as "folioNumber", created_at as "createdAt",
       timbra_enqueue_call($12::int, $1, id, 'create_invoice', $13::smallint, $14),
       pg_notify('timbra_invoices', json_build_object('tenant', tenant_id, 'invoice', id,
                 'kind', 'create_invoice', 'status', 'queued')::text)
  from changed`;
