import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';

/** Of the whole installation, for the metrics. */
export interface ReconciliationReport {
  readonly differences_open: Readonly<Record<string, number>>;
  readonly recent: {
    readonly tenants: number;
    readonly running: number;
    readonly failed: number;
    readonly runs: number;
    /** The latest end of a run, and the company whose last one lies furthest back. */
    readonly last_finished_at: string | null;
    readonly oldest_finished_at: string | null;
  };
  /** Of each company whose history is being taken over. */
  readonly history: ReadonlyArray<{
    readonly tenant: string;
    readonly state: string;
    readonly seen: number;
    readonly total: number;
    readonly imported: number;
  }>;
}

export async function reconciliationReport(db: Queryable): Promise<ReconciliationReport> {
  const { rows } = await db.query<{ report: ReconciliationReport }>({
    name: 'reconciliation-report',
    text: `
select json_build_object(
  'differences_open', (
    select coalesce(json_object_agg(kind, count), '{}')
      from (select kind, count(*) from reconciliation_differences
             where ended_at is null group by kind) by_kind),
  'recent', (
    select json_build_object(
      'tenants', count(*), 'running', count(*) filter (where state = 'running'),
      'failed', count(*) filter (where state = 'failed'), 'runs', coalesce(sum(runs), 0),
      'last_finished_at', max(finished_at), 'oldest_finished_at', min(finished_at))
      from reconciliations where task = 'recent'),
  'history', (
    select coalesce(json_agg(json_build_object(
             'tenant', tenant_id, 'state', state, 'seen', seen, 'total', total,
             'imported', imported) order by started_at), '[]')
      from reconciliations where task = 'history' and state in ('running', 'failed'))) as report`,
  });
  return rows[0]!.report;
}

export interface TaskState {
  readonly state: 'never' | 'idle' | 'running' | 'done' | 'failed';
  readonly seen: number;
  readonly total: number;
  readonly imported: number;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  /** What stands in its way, in a code. */
  readonly problem: string | null;
}

const never: TaskState = {
  state: 'never',
  seen: 0,
  total: 0,
  imported: 0,
  started_at: null,
  finished_at: null,
  problem: null,
};

/** Of one company, for its people. */
export async function readReconciliation(
  db: Queryable,
  tenantId: TenantId,
): Promise<{ recent: TaskState; history: TaskState; differencesOpen: number }> {
  const { rows } = await db.query<TaskState & { task: 'recent' | 'history' }>(
    `select task, state, seen, total, imported, started_at, finished_at,
            problem ->> 'code' as problem
       from reconciliations where tenant_id = $1`,
    [tenantId],
  );
  const { rows: open } = await db.query<{ count: number }>(
    `select count(*)::int as count from reconciliation_differences
      where tenant_id = $1 and ended_at is null`,
    [tenantId],
  );
  const of = (task: 'recent' | 'history') => rows.find((row) => row.task === task) ?? never;
  return { recent: of('recent'), history: of('history'), differencesOpen: open[0]!.count };
}
