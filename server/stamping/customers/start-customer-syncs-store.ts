import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { priorities } from '../queue/priorities.ts';
import { secondAfter } from '../reconciliation/list-cursor.ts';
import {
  askedMax,
  askedOfCompanyMax,
  failedRestMs,
  overlapMs,
  startedMax,
} from './customer-sync-limits.ts';

/**
 * What is due begins: a whole run, or what was made there since the last one; a failed one goes on
 * where it stopped. A run whose call is gone or dead has failed. To be called about once a minute,
 * by one at a time. `lane`: that of the calls; null: each company's own.
 */
export async function startDueCustomerSyncs(
  db: Queryable,
  o: { readonly lane: number | null; readonly now: Date },
): Promise<number> {
  await db.query({
    name: 'customer-sync-lost',
    text: `update customer_syncs s
              set state = 'failed', finished_at = now(), call_id = null,
                  next_all_at = now() + interval '1 ms' * $1::float8,
                  next_new_at = now() + interval '1 ms' * $1::float8,
                  problem = coalesce((select c.last_problem from stamping_calls c
                                       where c.id = s.call_id), '{"code": "call_lost"}')
            where s.state = 'running' and not exists (
              select from stamping_calls c
               where c.id = s.call_id and c.state in ('queued', 'delayed', 'calling'))`,
    values: [failedRestMs],
  });
  const { rowCount } = await db.query({
    name: 'customer-sync-start-due',
    text: START_DUE,
    values: [
      o.lane,
      secondAfter(o.now),
      overlapMs,
      priorities.housekeeping,
      priorities.history,
      startedMax,
    ],
  });
  return rowCount ?? 0;
}

const START_DUE = `
with due as (
  select s.tenant_id, s.state = 'failed' as goes_on,
         case when s.state = 'failed' then s.task
              when s.next_all_at <= now() then 'all' else 'new' end as task
    from customer_syncs s join tenants t on t.id = s.tenant_id
   where s.state in ('idle', 'failed') and t.facturapi_key_sealed is not null
     and least(s.next_all_at, s.next_new_at) <= now()
   order by least(s.next_all_at, s.next_new_at) limit $6 for update of s),
begun as (
  select s.tenant_id, d.task, d.goes_on,
         case when d.goes_on then s.from_at
              when d.task = 'new' then s.covered_until - interval '1 ms' * $3::float8 end as from_at,
         case when d.goes_on then s.until_at else $2::timestamptz end as until_at,
         case when d.goes_on then s.before_at else $2::timestamptz end as before_at,
         case when d.goes_on then s.page else 1 end as page
    from due d join customer_syncs s using (tenant_id))
update customer_syncs s
   set state = 'running', task = b.task, problem = null, from_at = b.from_at,
       until_at = b.until_at, before_at = b.before_at, page = b.page,
       pages = case when b.goes_on then s.pages else 0 end,
       seen = case when b.goes_on then s.seen else 0 end,
       total = case when b.goes_on then s.total else 0 end,
       created = case when b.goes_on then s.created else 0 end,
       linked = case when b.goes_on then s.linked else 0 end,
       updated = case when b.goes_on then s.updated else 0 end,
       differences = case when b.goes_on then s.differences else 0 end,
       started_at = case when b.goes_on then s.started_at else now() end,
       call_id = timbra_enqueue_call($1, s.tenant_id, null, 'list_customers',
         (case b.task when 'new' then $4 else $5 end)::smallint, null,
         jsonb_build_object('task', b.task, 'from', b.from_at, 'before', b.before_at,
                            'page', b.page))
  from begun b where b.tenant_id = s.tenant_id`;

/** A whole run now, and from then on by itself. While one runs, nothing. */
export async function startCustomerSync(
  db: Queryable,
  tenantId: TenantId,
  o: { readonly by: string; readonly lane: number | null; readonly now: Date },
): Promise<'started' | 'running'> {
  const { rowCount } = await db.query({
    name: 'customer-sync-start',
    text: START,
    values: [tenantId, secondAfter(o.now), o.by, o.lane, priorities.history],
  });
  return rowCount === 1 ? 'started' : 'running';
}

/** A whole run that failed goes on from its page; anything else begins anew. */
const START = `
with cursor as (
  select coalesce(s.before_at, $2::timestamptz) as before_at, coalesce(s.page, 1) as page
    from (select 1) one
    left join customer_syncs s
      on s.tenant_id = $1 and s.task = 'all' and s.state = 'failed')
insert into customer_syncs as s
       (tenant_id, state, task, until_at, before_at, page, started_by, call_id)
select $1, 'running', 'all', $2, before_at, page, $3,
       timbra_enqueue_call($4, $1, null, 'list_customers', $5::smallint, null,
         jsonb_build_object('task', 'all', 'from', null, 'before', before_at, 'page', page))
  from cursor
 where not exists (select from customer_syncs where tenant_id = $1 and state = 'running')
on conflict (tenant_id) do update
  set state = 'running', task = 'all', call_id = excluded.call_id, from_at = null, problem = null,
      before_at = excluded.before_at, page = excluded.page, started_by = excluded.started_by,
      until_at = case when s.state = 'failed' and s.task = 'all' then s.until_at
                      else excluded.until_at end,
      pages = 0, seen = 0, total = 0, created = 0, linked = 0, updated = 0, differences = 0,
      started_at = now()
where s.state <> 'running'`;

/** Nothing more is read there or sent. What is linked stays so, for the day it goes on. */
export async function stopCustomerSync(db: Queryable, tenantId: TenantId): Promise<void> {
  await db.query({
    name: 'customer-sync-stop',
    text: `update customer_syncs set state = 'off', call_id = null, finished_at = now()
            where tenant_id = $1 and state <> 'off'`,
    values: [tenantId],
  });
}

/**
 * Asks for what changed here, or was invoiced for the first time, to be sent, some at a time and
 * companies alike. What waits for a person, is archived, or has an open or a dead call, is not.
 */
export async function askDueCustomers(db: Queryable, lane: number | null): Promise<number> {
  const { rowCount } = await db.query({
    name: 'customer-sync-ask-due',
    text: `select timbra_ask_customer_sync($1, due.tenant_id, due.customer_id, $2::smallint, null)
             from (select l.tenant_id, l.customer_id
                     from customer_syncs s, lateral (
                       select l.* from customer_links l
                         join customers c on c.tenant_id = l.tenant_id and c.id = l.customer_id
                        where l.tenant_id = s.tenant_id and l.due and c.archived_at is null
                          and not exists (
                            select from stamping_calls k
                             where k.id = l.call_id and k.state <> 'done')
                          and not exists (
                            select from customer_differences d
                             where d.tenant_id = l.tenant_id and d.customer_id = l.customer_id
                               and d.ended_at is null and d.kind <> 'refused_there')
                        order by l.id limit $3) l
                    where s.state <> 'off' limit $4) due`,
    values: [lane, priorities.housekeeping, askedOfCompanyMax, askedMax],
  });
  return rowCount ?? 0;
}
