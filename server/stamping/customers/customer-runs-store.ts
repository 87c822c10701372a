import type { Queryable } from '../../platform/postgres/database.ts';
import type { ListCursor } from '../reconciliation/list-cursor.ts';
import {
  failedRestMs,
  pageRestMs,
  readAllEveryMs,
  readNewEveryMs,
  unseenMax,
} from './customer-sync-limits.ts';

export type Task = 'all' | 'new';

/** What the call of a page asks for. Instants in ISO 8601. */
export interface PageRequest {
  readonly task: Task;
  readonly from: string | null;
  readonly before: string;
  readonly page: number;
}

/** The run whose page has just come. */
export interface Run extends ListCursor {
  readonly task: Task;
  readonly from: Date | null;
  readonly pages: number;
  readonly seen: number;
  readonly total: number;
  readonly lane: number;
}

export interface Progress {
  readonly seen: number;
  readonly total: number;
  readonly created: number;
  readonly linked: number;
  readonly updated: number;
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
    name: 'customer-sync-lock-run',
    text: `select s.task, s.from_at as "from", s.before_at as before, s.page, s.pages, s.seen,
                  s.total, c.lane
             from customer_syncs s join stamping_calls c on c.id = s.call_id
            where s.tenant_id = $1 and s.call_id = $2 and s.state = 'running'
              for update of s`,
    values: [tenantId, callId],
  });
  return rows[0];
}

const COUNTED = `pages = pages + 1, seen = $2, total = $3, created = created + $4,
       linked = linked + $5, updated = updated + $6, differences = differences + $7,
       problem = coalesce($8::jsonb, problem)`;

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
    name: 'customer-sync-next-page',
    text: `update customer_syncs
              set before_at = $9, page = $10, ${COUNTED},
                  call_id = timbra_enqueue_call($11, tenant_id, null, 'list_customers',
                                                $12::smallint, null, $13::jsonb)
            where tenant_id = $1`,
    values: [
      ...counted(tenantId, o.progress),
      before,
      page,
      run.lane,
      o.priority,
      JSON.stringify(request),
    ],
  });
}

/** After a whole run, what no page of it showed is looked for by its id: it may be gone there. */
export async function endRun(
  db: Queryable,
  tenantId: string,
  run: Run,
  progress: Progress,
): Promise<void> {
  if (run.task === 'all') {
    await db.query({
      name: 'customer-sync-look-for-unseen',
      text: `update customer_links l set due = true
              where l.id in (
                select u.id from customer_links u join customer_syncs s using (tenant_id)
                 where u.tenant_id = $1 and u.customer_id is not null
                   and u.facturapi_id is not null and u.seen_at < s.started_at
                 order by u.seen_at limit $2)`,
      values: [tenantId, unseenMax],
    });
  }
  await db.query({
    name: 'customer-sync-end-run',
    text: `update customer_syncs
              set ${COUNTED}, call_id = null, state = 'idle', finished_at = now(),
                  covered_until = until_at,
                  all_finished_at = case task when 'all' then now() else all_finished_at end,
                  next_new_at = now() + interval '1 ms' * greatest($9::float8, (pages + 1) * $11),
                  next_all_at = case task when 'all' then
                    now() + interval '1 ms' * greatest($10::float8, (pages + 1) * $11)
                    else next_all_at end
            where tenant_id = $1`,
    values: [...counted(tenantId, progress), readNewEveryMs, readAllEveryMs, pageRestMs],
  });
}

function counted(tenantId: string, p: Progress): unknown[] {
  const problem = p.problem && JSON.stringify(p.problem);
  return [tenantId, p.seen, p.total, p.created, p.linked, p.updated, p.differences, problem];
}

/** FacturAPI refuses the page, or there is no key to ask with: tried again after a rest. */
export async function failRun(
  db: Queryable,
  tenantId: string,
  callId: number,
  problem: unknown,
): Promise<void> {
  await db.query(
    `update customer_syncs
        set state = 'failed', call_id = null, finished_at = now(), problem = $3::jsonb,
            next_all_at = now() + interval '1 ms' * $4::float8,
            next_new_at = now() + interval '1 ms' * $4::float8
      where tenant_id = $1 and call_id = $2 and state = 'running'`,
    [tenantId, callId, JSON.stringify(problem ?? null), failedRestMs],
  );
}
