import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { priorities } from '../queue/priorities.ts';
import { secondAfter } from './list-cursor.ts';
import { failedRestMs, overlapMs, settleMs, startedMax } from './reconciliation-limits.ts';

export interface Started {
  readonly tenantId: string;
  readonly task: 'recent' | 'history';
  /** False: its page's call is gone or dead; the run is tried again after a rest. */
  readonly started: boolean;
}

/**
 * What is due begins: the recent invoices of each company with a key, and histories that failed a
 * while ago, where they stopped. To be called about once a minute, by one at a time; one statement.
 * `lane`: that of the calls; null: each company's own.
 */
export async function startDueReconciliations(
  db: Queryable,
  o: { readonly lane: number | null; readonly now: Date },
): Promise<Started[]> {
  const until = secondAfter(new Date(o.now.getTime() - settleMs));
  const { rows } = await db.query<Started>({
    name: 'reconciliation-start-due',
    text: START_DUE,
    values: [
      o.lane,
      until,
      overlapMs,
      priorities.housekeeping,
      priorities.history,
      startedMax,
      failedRestMs,
    ],
  });
  return rows;
}

const START_DUE = `
with ours as materialized (
  select id from tenants
   where facturapi_key_sealed is not null),
lost as (
  update reconciliations r
     set state = 'failed', finished_at = now(), next_at = now() + interval '1 ms' * $7::float8,
         problem = coalesce((select c.last_problem from stamping_calls c where c.id = r.call_id),
                            '{"code": "call_lost"}')
    from ours
   where r.tenant_id = ours.id and r.state = 'running' and not exists (
     select from stamping_calls c
      where c.id = r.call_id and c.state in ('queued', 'delayed', 'calling'))
  returning r.tenant_id, r.task),
due as (
  select t.id as tenant_id, 'recent' as task, $4::smallint as priority, 1 as page,
         least(r.covered_until, $2::timestamptz) as covered, $2::timestamptz as before_at,
         coalesce(r.next_at, '-infinity') as since
    from ours t left join reconciliations r on r.tenant_id = t.id and r.task = 'recent'
   where r.tenant_id is null or (r.state <> 'running' and r.next_at <= now())
  union all
  select tenant_id, task, $5, page, null, before_at, next_at
    from reconciliations join ours on ours.id = tenant_id
   where task = 'history' and state = 'failed' and next_at <= now()
   order by since limit $6),
windows as (
  select *, case task when 'recent' then
              coalesce(covered, $2::timestamptz) - interval '1 ms' * $3::float8 end as from_at
    from due),
started as (
  insert into reconciliations as r
         (tenant_id, task, state, from_at, until_at, before_at, page, call_id)
  select tenant_id, task, 'running', from_at, $2, before_at, page,
         timbra_enqueue_call($1, tenant_id, null, 'list_invoices', priority, null,
           jsonb_build_object('task', task, 'from', from_at, 'before', before_at, 'page', page))
    from windows
  on conflict (tenant_id, task) do update
    set state = 'running', call_id = excluded.call_id, problem = null, from_at = excluded.from_at,
        until_at = case r.task when 'recent' then excluded.until_at else r.until_at end,
        before_at = excluded.before_at, page = excluded.page,
        pages = case r.task when 'recent' then 0 else r.pages end,
        seen = case r.task when 'recent' then 0 else r.seen end,
        total = case r.task when 'recent' then 0 else r.total end,
        imported = case r.task when 'recent' then 0 else r.imported end,
        repaired = case r.task when 'recent' then 0 else r.repaired end,
        differences = case r.task when 'recent' then 0 else r.differences end,
        started_at = case r.task when 'recent' then now() else r.started_at end,
        finished_at = case r.task when 'recent' then r.finished_at end
  returning tenant_id, task)
select tenant_id as "tenantId", task, true as started from started
union all
select tenant_id, task, false from lost`;

/**
 * All that FacturAPI has of the company, newest first. While it runs, nothing; after it failed, on
 * from where it stopped; after it is done, once more: what is here already is only compared.
 */
export async function startHistoryImport(
  db: Queryable,
  tenantId: TenantId,
  o: { readonly by: string; readonly lane: number | null; readonly now: Date },
): Promise<'started' | 'running'> {
  const until = secondAfter(o.now);
  const { rowCount } = await db.query(START_HISTORY, [
    tenantId,
    until,
    o.by,
    o.lane,
    priorities.history,
  ]);
  return rowCount === 1 ? 'started' : 'running';
}

const START_HISTORY = `
with cursor as (
  select coalesce(r.before_at, $2::timestamptz) as before_at, coalesce(r.page, 1) as page,
         r.tenant_id is not null as goes_on
    from (select 1) one
    left join reconciliations r
      on r.tenant_id = $1 and r.task = 'history' and r.state = 'failed')
insert into reconciliations as r
       (tenant_id, task, state, until_at, before_at, page, started_by, call_id)
select $1, 'history', 'running', $2, before_at, page, $3,
       timbra_enqueue_call($4, $1, null, 'list_invoices', $5::smallint, null,
         jsonb_build_object('task', 'history', 'from', null, 'before', before_at, 'page', page))
  from cursor
 where not exists (select from reconciliations
                    where tenant_id = $1 and task = 'history' and state = 'running')
on conflict (tenant_id, task) do update
  set state = 'running', call_id = excluded.call_id, before_at = excluded.before_at,
      page = excluded.page, started_by = excluded.started_by, finished_at = null, problem = null,
      until_at = case r.state when 'failed' then r.until_at else excluded.until_at end,
      pages = case r.state when 'failed' then r.pages else 0 end,
      seen = case r.state when 'failed' then r.seen else 0 end,
      total = case r.state when 'failed' then r.total else 0 end,
      imported = case r.state when 'failed' then r.imported else 0 end,
      repaired = case r.state when 'failed' then r.repaired else 0 end,
      differences = case r.state when 'failed' then r.differences else 0 end,
      started_at = case r.state when 'failed' then r.started_at else now() end
where r.state <> 'running'`;
