import type { Queryable } from '../../platform/postgres/database.ts';
import { missingReadsMax, strandedMax } from './reconciliation-limits.ts';

/** The dates of which a page, with those before it, showed everything. */
export interface WholeSpan {
  readonly from: Date;
  readonly before: Date;
  /** What was stamped after the window's end may be too new for their list. */
  readonly until: Date;
}

/**
 * Ours of these dates that the page did not show are kept in mind until the run's end, and those
 * that it showed in another place than ours: as a rule neither are there, and nothing is written.
 * Marking each invoice as seen at every run would write its whole row anew: 260 kB of WAL for a page
 * of 100 invoices of 1.5 kB, four times an hour, where this wrote none.
 */
export async function noteStrays(
  db: Queryable,
  tenantId: string,
  o: {
    readonly span: WholeSpan;
    readonly shown: readonly string[];
    readonly outOfPlace: readonly string[];
  },
): Promise<void> {
  await db.query({
    name: 'reconciliation-strays',
    text: NOTE_STRAYS,
    values: [tenantId, o.span.from, o.span.before, o.span.until, o.shown, o.outOfPlace],
  });
}

const NOTE_STRAYS = `
with unseen as (
  insert into reconciliation_strays (tenant_id, invoice_id, seen)
  select $1, i.id, false from invoices i
   where i.tenant_id = $1 and i.date >= $2 and i.date < $3 and i.status = 'valid'
     and i.facturapi_id is not null and i.stamped_at < $4 and i.id <> all($5::uuid[])
  on conflict do nothing)
insert into reconciliation_strays (tenant_id, invoice_id, seen)
select $1, id, true from unnest($6::uuid[]) as shown(id)
on conflict (tenant_id, invoice_id) do update set seen = true`;

export async function forgetStrays(db: Queryable, tenantId: string): Promise<void> {
  await db.query('delete from reconciliation_strays where tenant_id = $1', [tenantId]);
}

/**
 * Ours that no page of the window showed: a list may lag, so each is read by its id, and that read
 * tells whether it is missing. One of which that is known is not asked for again.
 */
export async function readUnseen(
  db: Queryable,
  tenantId: string,
  o: { readonly lane: number; readonly priority: number },
): Promise<number> {
  const { rows } = await db.query<{ asked: number }>(
    `with ended as (
       delete from reconciliation_strays where tenant_id = $1 returning invoice_id, seen),
     unseen as (
       select i.id from ended e join invoices i on i.tenant_id = $1 and i.id = e.invoice_id
        where not e.seen and i.status = 'valid' and not exists (
          select from reconciliation_differences d
           where d.tenant_id = $1 and d.invoice_id = i.id and d.kind = 'missing_in_facturapi')
        limit $4)
     select count(timbra_enqueue_call($2, $1, id, 'read_invoice', $3::smallint, null))::int as asked
       from unseen`,
    [tenantId, o.lane, o.priority, missingReadsMax],
  );
  return rows[0]!.asked;
}

export async function askToRead(
  db: Queryable,
  tenantId: string,
  invoiceIds: readonly string[],
  o: { readonly lane: number; readonly priority: number },
): Promise<void> {
  await db.query(
    `select timbra_enqueue_call($3, $1, id, 'read_invoice', $4::smallint, null)
       from unnest($2::uuid[]) as one(id)`,
    [tenantId, invoiceIds, o.lane, o.priority],
  );
}

/**
 * On their way here, and no call goes on with them: each gets one, which looks before it sends. A
 * dead call is a person's to decide about.
 */
export async function giveStrandedACall(
  db: Queryable,
  tenantId: string,
  o: { readonly lane: number; readonly priority: number },
): Promise<Array<{ id: string; status: string }>> {
  const { rows } = await db.query<{ id: string; status: string; call: number }>(
    `with stranded as materialized (
       select i.id, i.status from invoices i
        where i.tenant_id = $1 and i.status in ('queued', 'stamping', 'pending')
          and not exists (
            select from stamping_calls c
             where c.tenant_id = $1 and c.invoice_id = i.id and c.kind = 'create_invoice'
               and c.state <> 'done')
        limit $4)
     select id, status,
            timbra_enqueue_call($2, $1, id, 'create_invoice', $3::smallint, null) as call
       from stranded`,
    [tenantId, o.lane, o.priority, strandedMax],
  );
  if (rows.length > 0) {
    await db.query(
      'update stamping_calls set outcome_unknown = true where id = any($1::bigint[])',
      [rows.map((row) => row.call)],
    );
  }
  return rows;
}
