import type { Queryable } from '../platform/postgres/database.ts';

/** The installation's queue to FacturAPI, read from PostgreSQL: the same from any machine. */
export interface QueueReport {
  readonly queued: number;
  readonly delayed: number;
  readonly dead: number;
  readonly by_priority: Readonly<Record<string, number>>;
  readonly in_flight: number;
  readonly max_in_flight_seen: number;
  /** Who leads, and how long ago it was heard of; absent before the first leader. */
  readonly leader: string | null;
  readonly leader_heard_ms?: number;
}

const PRIORITY_NAMES = ['read', 'interactive', 'batch', 'housekeeping'];

export async function readQueueReport(db: Queryable): Promise<QueueReport> {
  const { rows } = await db.query<{
    counts: Array<{ state: string; priority: number; count: number }> | null;
    leader: string | null;
    heard_ms: number | null;
    in_flight: number | null;
    most: number | null;
  }>({
    name: 'queue-report',
    text: `select
        (select json_agg(c) from (
          select state, priority, count(*)::int as count from stamping_calls
           where state in ('queued', 'delayed') group by 1, 2
          union all
          select 'dead', 0, count(*)::int from stamping_calls where state = 'dead') c) as counts,
        l.leader, l.in_flight, l.max_in_flight_seen as most,
        (extract(epoch from clock_timestamp() - l.heartbeat_at) * 1000)::float8 as heard_ms
      from (select 1) one left join stamping_lanes l on l.lane = 0`,
  });
  const row = rows[0]!;
  const counts = row.counts ?? [];
  const total = (state: string) =>
    counts.filter((one) => one.state === state).reduce((sum, one) => sum + one.count, 0);
  const by_priority: Record<string, number> = {};
  PRIORITY_NAMES.forEach((name, priority) => {
    by_priority[name] = counts
      .filter((one) => one.state !== 'dead' && one.priority === priority)
      .reduce((sum, one) => sum + one.count, 0);
  });
  return {
    queued: total('queued'),
    delayed: total('delayed'),
    dead: total('dead'),
    by_priority,
    in_flight: row.in_flight ?? 0,
    max_in_flight_seen: row.most ?? 0,
    leader: row.leader,
    ...(row.heard_ms === null ? {} : { leader_heard_ms: Math.round(row.heard_ms) }),
  };
}
