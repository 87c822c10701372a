import type { Queryable } from '../../platform/postgres/database.ts';
import { sharedAnswer } from '../../platform/shared-answer.ts';
import { within } from '../../platform/within.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { lateAfterMs } from '../deadlines.ts';
import type { Lane, Notice } from '../stamping.ts';
import { noticesOf, pauseWords } from './notices.ts';

/** How stamping goes for one company, in words for its people. */
export interface StampingStatus {
  readonly facturapi: 'ok' | 'unavailable';
  readonly mode: 'running' | 'paused' | 'draining';
  /** Invoices of the company that wait for their stamp. */
  readonly waiting: number;
  readonly pause: {
    readonly reason: PauseReason;
    /** Null: until somebody ends it. */
    readonly until: string | null;
    readonly detail: string;
  } | null;
  readonly late: { readonly count: number; readonly oldest_date: string | null };
  readonly notices: readonly Notice[];
}

export type PauseReason = 'operator' | 'blocked' | 'busy' | 'unavailable';

export interface StoredPause {
  readonly reason: PauseReason;
  readonly until: string | null;
  readonly problem: { readonly code?: string; readonly message?: string } | null;
}

/** A worker asks for each company this often at the most. */
const keptMs = 1_000;
/** So many companies are remembered; the rest are asked for anew. */
const companiesMax = 10_000;
/** The notices of an answer are not worth a longer wait. */
export const noticesMsMax = 500;
/**
 * Between two tries of a company that rests, one call asks whether it may go on: until that has
 * ended well, people are not told that all is fine.
 */
const tryingMsMax = 60_000;

export type ReadStatus = (tenantId: TenantId) => Promise<StampingStatus>;

/** Those who ask for the same company within a second get the same answer; a failure is not kept. */
export function statusReader(
  db: Queryable,
  lane: Lane,
  nowMs: () => number = () => performance.now(),
): ReadStatus {
  const answers = new Map<TenantId, () => Promise<StampingStatus>>();
  return (tenantId) => {
    const kept = answers.get(tenantId);
    if (kept) return kept();
    if (answers.size >= companiesMax) answers.clear();
    const made = sharedAnswer(keptMs, () => readStampingStatus(db, lane, tenantId), nowMs);
    answers.set(tenantId, made);
    return made();
  };
}

/** For an answer that must not wait, nor fail, for want of them. */
export async function quickNotices(
  read: ReadStatus,
  tenantId: TenantId,
): Promise<readonly Notice[]> {
  return within(noticesMsMax, read(tenantId)).then(
    (status) => status.notices,
    () => [],
  );
}

export async function readStampingStatus(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
): Promise<StampingStatus> {
  const { rows } = await db.query<StatusRow>({
    name: 'stamping-status',
    text: STATUS,
    values: [tenantId, lane, tryingMsMax, lateAfterMs],
  });
  const row = rows[0]!;
  const breakerOpen = row.breaker === 'open' || row.breaker === 'probing';
  const pauses = row.pauses ?? [];
  const own = pauses.some((pause) => pause.reason === 'unavailable');
  const facturapi = breakerOpen || own ? 'unavailable' : 'ok';
  // The operator's goes first, then what an administrator must act on.
  const first = ORDER.flatMap((reason) => pauses.find((pause) => pause.reason === reason) ?? [])[0];
  const late = { count: row.late, oldest_date: row.oldest?.toISOString() ?? null };
  return {
    facturapi,
    mode: row.mode,
    waiting: row.waiting,
    pause: first
      ? { reason: first.reason, until: untilOf(first), detail: pauseWords(first) }
      : null,
    late,
    notices: noticesOf({ facturapi, mode: row.mode, pauses, late: late.count }),
  };
}

interface StatusRow {
  readonly mode: StampingStatus['mode'];
  readonly waiting: number;
  readonly breaker: string | null;
  readonly pauses: StoredPause[] | null;
  readonly late: number;
  readonly oldest: Date | null;
}

const ORDER: readonly PauseReason[] = ['operator', 'blocked', 'busy', 'unavailable'];

function untilOf(pause: StoredPause): string | null {
  return pause.until === null ? null : new Date(pause.until).toISOString();
}

/**
 * Rows by their keys, and the company's open invoices by `invoices_by_status`: as many as its queue
 * may hold, at the most.
 */
const STATUS = `
select m.mode, coalesce(b.waiting, 0) as waiting, l.breaker ->> 'state' as breaker,
       (select json_agg(json_build_object('reason', p.reason, 'problem', p.problem,
                                          'until', nullif(p.until, 'infinity')))
          from stamping_pauses p
         where p.tenant_id = $1
           and p.until > now() - case when p.reason in ('blocked', 'unavailable')
                                      then $3::int * interval '1 ms' else interval '0' end
       ) as pauses,
       late.count as late, late.oldest
  from stamping_mode m
  left join stamping_backlog b on b.tenant_id = $1
  left join stamping_lanes l on l.lane = timbra_lane_of($2::int, $1)
  cross join lateral (
    select count(*)::int as count, min(i.date) as oldest from invoices i
     where i.tenant_id = $1 and i.status in ('queued', 'stamping', 'pending')
       and i.date < now() - $4::float8 * interval '1 ms') late`;
