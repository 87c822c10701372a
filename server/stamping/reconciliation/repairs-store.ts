import type { Queryable } from '../../platform/postgres/database.ts';
import type { Findings } from './compare-page.ts';
import { type ImportedInvoice, stampedAt } from './imported-invoice.ts';

/**
 * FacturAPI stamped what we had given up: the CFDI exists, so it is ours. Answers which were adopted:
 * not one that changed meanwhile, or whose UUID another invoice here bears.
 */
export async function adoptInvoices(
  db: Queryable,
  tenantId: string,
  adopted: Findings['adopt'],
  o: { readonly lane: number; readonly priority: number },
): Promise<string[]> {
  const changes = adopted.map(({ ours, theirs }) => ({
    id: ours.id,
    facturapi_id: theirs.id,
    uuid: theirs.uuid,
    stamp: theirs.stamp,
    stamped_at: stampedAt(theirs).toISOString(),
    verification_url: theirs.verificationUrl,
    cancellation_status: theirs.cancellationStatus,
    warnings: [{ code: 'adopted_in_reconciliation', detail: adoptedWords }],
  }));
  const values = [tenantId, JSON.stringify(changes), o.lane, o.priority];
  const { rows } = await db.query<{ id: string }>(ADOPT, values);
  return rows.map((row) => row.id);
}

const adoptedWords =
  'Aquí no constaba como timbrada y FacturAPI sí la tiene: se tomaron de ahí sus datos fiscales.';

const ADOPT = `
with adopted as (
  update invoices i
     set status = 'valid', updated_at = now(), rejection = null,
         facturapi_id = a.facturapi_id, uuid = a.uuid, stamp = a.stamp,
         stamped_at = coalesce(i.stamped_at, a.stamped_at),
         verification_url = coalesce(a.verification_url, i.verification_url),
         cancellation_status = a.cancellation_status,
         warnings = coalesce(i.warnings, '[]') || a.warnings
    from jsonb_to_recordset($2::jsonb)
         as a(id uuid, facturapi_id text, uuid uuid, stamp jsonb, stamped_at timestamptz,
              verification_url text, cancellation_status text, warnings jsonb)
   where i.tenant_id = $1 and i.id = a.id and i.status in ('rejected', 'expired', 'review')
     and not exists (select from invoices o where o.uuid = a.uuid and o.id <> i.id)
  returning i.id),
closed as (
  update stamping_calls c set state = 'done', done_at = now()
    from adopted a
   where c.tenant_id = $1 and c.invoice_id = a.id and c.kind = 'create_invoice'
     and c.state = 'dead')
select id, timbra_enqueue_call($3, $1, id, 'fetch_xml', $4::smallint, null),
       ${tell('id', 'valid')}
  from adopted`;

/** Canceled at FacturAPI by another hand, or by SAT after a long wait. */
export async function followCancellations(
  db: Queryable,
  tenantId: string,
  canceled: Findings['cancel'],
): Promise<string[]> {
  const changes = canceled.map(({ ours, theirs }) => ({
    id: ours.id,
    cancellation_status:
      theirs.cancellationStatus === 'none' ? 'accepted' : theirs.cancellationStatus,
  }));
  const { rows } = await db.query<{ id: string }>(CANCEL, [tenantId, JSON.stringify(changes)]);
  return rows.map((row) => row.id);
}

const CANCEL = `
with canceled as (
  update invoices i
     set status = 'canceled', cancellation_status = c.cancellation_status, updated_at = now()
    from jsonb_to_recordset($2::jsonb) as c(id uuid, cancellation_status text)
   where i.tenant_id = $1 and i.id = c.id and i.status = 'valid'
  returning i.id)
select id, ${tell('id', 'canceled')} from canceled`;

/** As SETTLE tells it: whoever waits or watches looks again. */
function tell(id: string, status: string): string {
  return `pg_notify('timbra_invoices', json_build_object('tenant', $1::uuid, 'invoice', ${id},
                    'kind', 'list_invoices', 'status', '${status}')::text)`;
}

/**
 * What waits here is stamped there. Its own call settles that, and need not wait for it; but it
 * looks before it sends, whatever it knew.
 */
export async function hurryCalls(
  db: Queryable,
  tenantId: string,
  invoiceIds: readonly string[],
): Promise<void> {
  await db.query(HURRY, [tenantId, invoiceIds]);
}

const HURRY = `
with open as (
  select id from stamping_calls c
   where c.tenant_id = $1 and c.invoice_id = any($2::uuid[]) and c.kind = 'create_invoice'
     and c.state in ('queued', 'delayed')
     and (not c.outcome_unknown or timbra_may_hurry(c, c.priority))
   -- one that is being claimed needs no hurry, and is not waited for
   order by id for update skip locked),
hurried as (
  update stamping_calls c
     set outcome_unknown = true,
         state = case when timbra_may_hurry(c, c.priority) then 'queued' else c.state end,
         run_at = case when timbra_may_hurry(c, c.priority) then now() else c.run_at end
    from open where c.id = open.id
  returning c.lane)
select pg_notify('timbra_calls', lane::text) from (select distinct lane from hurried) wake`;

export interface TakenOver {
  readonly facturapiId: string;
  /** Null: not taken over, since its folio or its UUID is taken. */
  readonly id: string | null;
  readonly uuidTaken: boolean;
  readonly folioHolder: string | null;
}

/**
 * Each once, whatever is imported again. The series are locked before the rows are written, as the
 * acceptance of an invoice does it: two that take them in the other order would wait for each other.
 */
export async function takeOverInvoices(
  db: Queryable,
  tenantId: string,
  invoices: readonly ImportedInvoice[],
): Promise<TakenOver[]> {
  const rows = JSON.stringify(invoices);
  await db.query(RAISE_FOLIOS, [tenantId, rows]);
  const { rows: taken } = await db.query<TakenOver>(TAKE_OVER, [tenantId, rows]);
  return taken;
}

const RAISE_FOLIOS = `
insert into series (tenant_id, series, next_folio)
select $1, series, max(folio_number) + 1
  from jsonb_to_recordset($2::jsonb) as t(series text, folio_number bigint)
 group by series order by series
on conflict (tenant_id, series) do update
  set next_folio = greatest(series.next_folio, excluded.next_folio)`;

const TAKE_OVER = `
with theirs as (
  select * from jsonb_to_recordset($2::jsonb)
    as t(id uuid, type text, status text, series text, folio_number bigint, document jsonb,
         currency text, totals jsonb, total numeric, date timestamptz, uuid uuid,
         facturapi_id text, stamp jsonb, stamped_at timestamptz, verification_url text,
         cancellation_status text, created_at timestamptz)),
made as (
  insert into invoices (tenant_id, id, type, status, series, folio_number, document, currency,
                        totals, total, date, uuid, facturapi_id, stamp, stamped_at,
                        verification_url, cancellation_status, created_at, imported_at)
  select $1, id, type, status, series, folio_number, document, currency, totals, total, date, uuid,
         facturapi_id, stamp, stamped_at, verification_url, cancellation_status, created_at, now()
    from theirs order by series, folio_number
  on conflict do nothing
  returning id, facturapi_id)
select t.facturapi_id as "facturapiId", m.id,
       exists (select from invoices o where o.uuid = t.uuid) as "uuidTaken",
       (select o.id from invoices o where o.tenant_id = $1 and o.series = t.series
           and o.folio_number = t.folio_number) as "folioHolder"
  from theirs t left join made m on m.id = t.id`;
