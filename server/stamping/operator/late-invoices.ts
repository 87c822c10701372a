import type { Queryable } from '../../platform/postgres/database.ts';
import { lateAfterMs } from '../deadlines.ts';

/** After an outage of days, the rest is told at the next look. */
export const toldMax = 500;

/**
 * SAT stamps a document within 72 hours of its date: of what has waited 48 people are told once.
 * Answers how many were told now.
 */
export async function tellLate(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ told: number }>({
    name: 'tell-late',
    text: TELL_LATE,
    values: [lateAfterMs, toldMax],
  });
  return rows[0]!.told;
}

const TELL_LATE = `
with late as (
  select tenant_id, id from invoices
   where status in ('queued', 'stamping', 'pending') and late_told_at is null
     and date < now() - $1::float8 * interval '1 ms'
   order by date limit $2 for update skip locked),
noted as (
  update invoices i set late_told_at = now()
    from late l where i.tenant_id = l.tenant_id and i.id = l.id
  returning i.tenant_id, i.id, i.status)
select count(pg_notify('timbra_invoices', json_build_object(
         'tenant', tenant_id, 'invoice', id, 'kind', 'late', 'status', status)::text))::int as told
  from noted`;

export interface LateReport {
  /** Open invoices of more than 48 hours. */
  readonly late: number;
  /** Of the oldest open invoice, late or not; null when none is open. */
  readonly oldest_age_s: number | null;
}

/** Both by `invoices_open_by_date`. */
export async function readLateReport(db: Queryable): Promise<LateReport> {
  const { rows } = await db.query<LateReport>({
    name: 'late-report',
    text: `select (select count(*)::int from invoices
                    where status in ('queued', 'stamping', 'pending')
                      and date < now() - $1::float8 * interval '1 ms') as late,
                  (select round(extract(epoch from now() - date))::int from invoices
                    where status in ('queued', 'stamping', 'pending')
                    order by date limit 1) as oldest_age_s`,
    values: [lateAfterMs],
  });
  return rows[0]!;
}
