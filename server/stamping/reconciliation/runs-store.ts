import type { Queryable } from '../../platform/postgres/database.ts';
import type { ListCursor } from './list-cursor.ts';
import { failedRestMs, pageRestMs, reconcileEveryMs } from './reconciliation-limits.ts';

export type Task = 'recent' | 'history';

/** What the call of a page asks for. Instants in ISO 8601. */
export interface PageRequest {
  readonly task: Task;
  readonly from: string | null;
  readonly before: string;
  readonly page: number;
}

/** A run whose page has just come. */
export interface Run extends ListCursor {
  readonly task: Task;
  readonly from: Date | null;
  readonly until: Date;
  readonly pages: number;
  readonly seen: number;
  readonly total: number;
  readonly lane: number;
}

export interface Progress {
  readonly seen: number;
  readonly total: number;
  readonly imported: number;
  readonly repaired: number;
  readonly differences: number;
  /** What went wrong although the run goes on. */
  readonly problem: object | null;
}

/**
 * The run that asked for this page, locked until the end of the transaction; undefined when it was
 * given up meanwhile, and what the page brought is nobody's.
 */
export async function lockRun(
  db: Queryable,
  tenantId: string,
  callId: number,
): Promise<Run | undefined> {
  const { rows } = await db.query<Run>({
    name: 'reconciliation-lock-run',
    text: `select r.task, r.from_at as "from", r.until_at as until, r.before_at as before, r.page,
                  r.pages, r.seen, r.total, c.lane
             from reconciliations r join stamping_calls c on c.id = r.call_id
            where r.tenant_id = $1 and r.call_id = $2 and r.state = 'running'
              for update of r`,
    values: [tenantId, callId],
  });
  return rows[0];
}

const COUNTED = `pages = pages + 1, seen = $3, total = $4, imported = imported + $5,
       repaired = repaired + $6, differences = differences + $7, problem = coalesce($8::jsonb, problem)`;

/** The cursor moves, and the next page is asked for: both with what this page brought, or neither. */
export async function askNextPage(
  db: Queryable,
  tenantId: string,
  run: Run,
  o: { readonly next: ListCursor; readonly progress: Progress; readonly priority: number },
): Promise<void> {
  const { before, page } = o.next;
  const from = run.from?.toISOString() ?? null;
  const request: PageRequest = { task: run.task, from, before: before.toISOString(), page };
  await db.query({
    name: 'reconciliation-next-page',
    text: `update reconciliations
              set before_at = $9, page = $10, ${COUNTED},
                  call_id = timbra_enqueue_call($11, tenant_id, null, 'list_invoices',
                                                $12::smallint, null, $13::jsonb)
            where tenant_id = $1 and task = $2`,
    values: [
      ...counted(tenantId, run, o.progress),
      before,
      page,
      run.lane,
      o.priority,
      JSON.stringify(request),
    ],
  });
}

export async function endRun(
  db: Queryable,
  tenantId: string,
  run: Run,
  progress: Progress,
): Promise<void> {
  await db.query({
    name: 'reconciliation-end-run',
    text: `update reconciliations
              set ${COUNTED}, call_id = null, runs = runs + 1, finished_at = now(),
                  state = case task when 'recent' then 'idle' else 'done' end,
                  covered_until = case task when 'recent' then until_at end,
                  next_at = now() + interval '1 ms' * greatest($9::float8, (pages + 1) * $10::float8)
            where tenant_id = $1 and task = $2`,
    values: [...counted(tenantId, run, progress), reconcileEveryMs, pageRestMs],
  });
}

function counted(tenantId: string, run: Run, p: Progress): unknown[] {
  const problem = p.problem && JSON.stringify(p.problem);
  return [tenantId, run.task, p.seen, p.total, p.imported, p.repaired, p.differences, problem];
}

/** FacturAPI refuses the page, or there is no key to ask with: tried again after a rest. */
export async function failRun(
  db: Queryable,
  tenantId: string,
  callId: number,
  problem: unknown,
): Promise<void> {
  await db.query(
    `update reconciliations
        set state = 'failed', call_id = null, finished_at = now(), problem = $3::jsonb,
            next_at = now() + interval '1 ms' * $4::float8
      where tenant_id = $1 and call_id = $2 and state = 'running'`,
    [tenantId, callId, JSON.stringify(problem ?? null), failedRestMs],
  );
}
