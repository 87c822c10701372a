import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';

/** More than so many are not counted: the page says "more than". */
export const waitingCountedMax = 1_000;

export interface SyncReport {
  readonly state: 'never' | 'off' | 'idle' | 'running' | 'failed';
  /** Of the run under way, or of the last one. */
  readonly task: 'all' | 'new';
  readonly seen: number;
  readonly total: number;
  readonly created: number;
  readonly linked: number;
  readonly updated: number;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly all_finished_at: Date | null;
  readonly next_at: Date | null;
  readonly problem: string | null;
  /** Up to `waitingCountedMax` of each. */
  readonly waiting: number;
  readonly differences_open: number;
}

/** How far a company's customers are in step, for its people. */
export async function readSyncReport(db: Queryable, tenantId: TenantId): Promise<SyncReport> {
  const { rows } = await db.query<SyncReport>({
    name: 'customer-sync-report',
    text: `select coalesce(s.state, 'never') as state, coalesce(s.task, 'all') as task,
                  coalesce(s.seen, 0) as seen, coalesce(s.total, 0) as total,
                  coalesce(s.created, 0) as created, coalesce(s.linked, 0) as linked,
                  coalesce(s.updated, 0) as updated, s.started_at, s.finished_at,
                  s.all_finished_at,
                  case when s.state in ('idle', 'failed')
                       then least(s.next_all_at, s.next_new_at) end as next_at,
                  s.problem ->> 'code' as problem,
                  (select count(*) from (select from customer_links l
                     where l.tenant_id = $1 and l.due limit ${waitingCountedMax}) w)::int as waiting,
                  (select count(*) from (select from customer_differences d
                     where d.tenant_id = $1 and d.ended_at is null
                     limit ${waitingCountedMax}) w)::int as differences_open
             from (select 1) one left join customer_syncs s on s.tenant_id = $1`,
    values: [tenantId],
  });
  return rows[0]!;
}
