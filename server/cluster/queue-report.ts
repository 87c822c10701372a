import type { Queryable } from '../platform/postgres/database.ts';

/** The lane to FacturAPI, read from PostgreSQL: the same from any machine. */
export interface QueueReport {
  readonly in_flight: number;
  readonly max_in_flight_seen: number;
  /** Who leads, and how long ago it was heard of; absent before the first leader. */
  readonly leader: string | null;
  readonly leader_heard_ms?: number;
  readonly mood: FacturapiMood;
  /** A look-up of its own: it costs with the calls that wait, and not everybody may ask for it. */
  counts(): Promise<QueueCounts>;
}

/** How the stampers find FacturAPI: what their lanes show with each heartbeat, taken together. */
export interface FacturapiMood {
  /** Learnt waits by kind of call: the shortest and the longest of all companies. */
  readonly deadlines: readonly DeadlineReport[];
  /** Slots in use, as FacturAPI's pace allows: the fewest of the lanes. */
  readonly concurrency: number | null;
  readonly breaker: 'closed' | 'probing' | 'open';
  readonly resting_organizations: number;
}

export interface DeadlineReport {
  readonly kind: string;
  readonly tenants: number;
  readonly shortest_ms: number;
  readonly longest_ms: number;
}

interface LaneReport {
  readonly deadlines: readonly DeadlineReport[];
  readonly concurrency: { readonly limit: number };
  readonly breaker: { readonly state: FacturapiMood['breaker'] };
  readonly organizations: { readonly open: number; readonly probing: number };
}

export interface QueueCounts {
  readonly queued: number;
  readonly delayed: number;
  readonly dead: number;
  readonly by_priority: Readonly<Record<string, number>>;
}

const PRIORITY_NAMES = ['read', 'interactive', 'batch', 'housekeeping', 'history'];

/**
 * The lanes that were led within the last seconds: one row, or one for each organization. A lane
 * of an organization that has nothing to do has no leader, so the stampers themselves are heard too.
 */
export async function readQueueReport(db: Queryable): Promise<QueueReport> {
  const { rows } = await db.query<{
    leader: string | null;
    heard_ms: number | null;
    in_flight: number;
    most: number;
    reports: LaneReport[] | null;
  }>({
    name: 'queue-lanes',
    text: `select sum(in_flight) filter (where fresh)::int as in_flight,
                  max(max_in_flight_seen) as most,
                  (array_agg(leader order by heartbeat_at desc nulls last))[1] as leader,
                  jsonb_agg(report) filter (where fresh and report is not null) as reports,
                  (extract(epoch from clock_timestamp() - greatest(max(heartbeat_at),
                    (select max(heartbeat_at) from stamping_stampers))) * 1000)::float8 as heard_ms
             from (select *, heartbeat_at > clock_timestamp() - interval '5 s' as fresh
                     from stamping_lanes) lanes`,
  });
  const row = rows[0];
  const heardMs = row?.heard_ms ?? undefined;
  return {
    in_flight: row?.in_flight ?? 0,
    max_in_flight_seen: row?.most ?? 0,
    leader: row?.leader ?? null,
    ...(heardMs === undefined ? {} : { leader_heard_ms: Math.round(heardMs) }),
    mood: moodOf(row?.reports ?? []),
    counts: () => countCalls(db),
  };
}

function moodOf(reports: readonly LaneReport[]): FacturapiMood {
  const byKind = Map.groupBy(
    reports.flatMap((report) => report.deadlines),
    (one) => one.kind,
  );
  const breakers = reports.map((report) => report.breaker.state);
  return {
    deadlines: [...byKind].map(([kind, all]) => ({
      kind,
      tenants: all.reduce((sum, one) => sum + one.tenants, 0),
      shortest_ms: Math.min(...all.map((one) => one.shortest_ms)),
      longest_ms: Math.max(...all.map((one) => one.longest_ms)),
    })),
    concurrency:
      reports.length === 0 ? null : Math.min(...reports.map((one) => one.concurrency.limit)),
    breaker: breakers.includes('open')
      ? 'open'
      : breakers.includes('probing')
        ? 'probing'
        : 'closed',
    resting_organizations: reports.reduce(
      (sum, one) => sum + one.organizations.open + one.organizations.probing,
      0,
    ),
  };
}

/**
 * One subquery for each state, worded as the partial indexes stamping_calls_queued, _delayed and
 * _dead are: a list of states is served by none of them. Over 2 million rows, of which 7,000 wait or
 * are dead, 1.0 ms; as one grouped scan it took 220 to 330 ms (2 cores of an EPYC).
 */
async function countCalls(db: Queryable): Promise<QueueCounts> {
  const { rows } = await db.query<{ state: string; priority: number; count: number }>({
    name: 'queue-counts',
    text: `select 'queued' as state, priority, count(*)::int from stamping_calls
            where state = 'queued' group by priority
           union all
           select 'delayed', priority, count(*)::int from stamping_calls
            where state = 'delayed' group by priority
           union all
           select 'dead', 0, count(*)::int from stamping_calls where state = 'dead'`,
  });
  const sum = (of: (one: (typeof rows)[number]) => boolean) =>
    rows.filter(of).reduce((total, one) => total + one.count, 0);
  const waiting = PRIORITY_NAMES.map((name, priority) => [
    name,
    sum((one) => one.state !== 'dead' && one.priority === priority),
  ]);
  return {
    queued: sum((one) => one.state === 'queued'),
    delayed: sum((one) => one.state === 'delayed'),
    dead: sum((one) => one.state === 'dead'),
    by_priority: Object.fromEntries(waiting),
  };
}
