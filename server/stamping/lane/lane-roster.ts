import type pg from 'pg';
import type { Logger } from '../../platform/logging.ts';
import { laneLock, staleLeaderMsMax } from './leadership.ts';

export interface RosterOptions {
  readonly name: string;
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Stands for the lead of the lane, and leads it once it is won. */
  readonly open: (lane: number) => RosterLane;
}

export interface RosterLane {
  readonly epoch: number | undefined;
  isIdle(): boolean;
  wake(): void;
  stop(): Promise<void>;
}

const lookEveryMs = 1_000;
/** A lane without calls is given away after this many looks. */
const idleLooksMax = 30;
/** So many looks to win a lane; after them another process has it. */
const standingLooksMax = 4;

/**
 * Under FACTURAPI_LIMIT_SCOPE=organization each organization has a lane. A stamper stands for the
 * lanes that have calls and no leader, up to its share: lanes by live stampers, rounded up. One
 * that has more than its share (another machine came up) gives idle lanes away. A lane whose leader
 * died or hangs belongs to nobody's share: whoever sees it first stands for it.
 */
export function startRoster(o: RosterOptions) {
  const lanes = new Map<number, { lane: RosterLane; idleLooks: number; standingLooks: number }>();
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  /** Free at the look before, too: nobody has it within his share. */
  let freeBefore: ReadonlySet<number> = new Set();

  async function look() {
    const { rows } = await o.pool.query<{ active: number[]; free: number[]; stampers: number }>({
      name: 'lane-roster',
      text: ROSTER,
      values: [o.name, laneLock, staleLeaderMsMax],
    });
    const { active, free, stampers } = rows[0]!;
    if (stopping) return;
    const share = Math.ceil(active.length / Math.max(1, stampers));
    const busy = new Set(active);
    await giveAway(busy, share);
    for (const lane of free) {
      if (held(busy) >= share && !freeBefore.has(lane)) continue;
      if (!lanes.has(lane)) lanes.set(lane, { lane: o.open(lane), idleLooks: 0, standingLooks: 0 });
    }
    freeBefore = new Set(free);
  }

  /** Those of its lanes that have calls: an idle one is kept for a while and costs no share. */
  const held = (active: ReadonlySet<number>) =>
    [...lanes.keys()].filter((lane) => active.has(lane)).length;

  async function giveAway(active: ReadonlySet<number>, share: number) {
    for (const [number, one] of lanes) {
      const isIdle = one.lane.isIdle();
      one.idleLooks = isIdle && !active.has(number) ? one.idleLooks + 1 : 0;
      one.standingLooks = one.lane.epoch === undefined ? one.standingLooks + 1 : 0;
      // A standby of a lane that another process leads would keep this one from its share.
      const isElsewhere = one.standingLooks > standingLooksMax;
      const isTooMuch = active.has(number) && held(active) > share && one.lane.epoch !== undefined;
      if (one.idleLooks < idleLooksMax && !(isIdle && (isTooMuch || isElsewhere))) continue;
      lanes.delete(number);
      await one.lane.stop();
    }
  }

  function loop() {
    if (stopping) return;
    looking = look()
      .catch((error) => o.log.debug({ err: error }, 'the lanes could not be looked at'))
      .finally(() => {
        looking = undefined;
        if (!stopping) timer = setTimeout(loop, lookEveryMs);
      });
  }
  loop();

  return {
    /** Something was queued: in that lane, or nobody knows where. */
    wake(lane?: number) {
      if (lane !== undefined && lanes.has(lane)) return lanes.get(lane)!.lane.wake();
      if (lane === undefined) for (const one of lanes.values()) one.lane.wake();
      if (looking || stopping) return;
      clearTimeout(timer);
      loop();
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await looking;
      await Promise.all([...lanes.values()].map((one) => one.lane.stop()));
      await o.pool.query('delete from stamping_stampers where name = $1', [o.name]).catch(() => {});
    },
  };
}

/** Skips from lane to lane through the partial indexes, as the claim does from tenant to tenant. */
const lanesWith = (state: string) => `
  (with recursive found(lane) as (
     (select lane from stamping_calls where state = '${state}' order by lane limit 1)
     union all
     select n.lane from found f, lateral (
       select c.lane from stamping_calls c where c.state = '${state}' and c.lane > f.lane
        order by c.lane limit 1) n)
   select lane from found)`;

const ROSTER = `
with heard as (
  insert into stamping_stampers (name) values ($1)
  on conflict (name) do update set heartbeat_at = now()),
active as materialized (
  ${['queued', 'delayed', 'calling'].map(lanesWith).join(' union ')}),
free as (
  select a.lane from active a left join stamping_lanes l on l.lane = a.lane
   where l.heartbeat_at is null
      or l.heartbeat_at < clock_timestamp() - $3::int * interval '1 ms'
      or not exists (
        select from pg_locks k
         where k.locktype = 'advisory' and k.granted and k.classid::bigint = $2
           and k.objid::bigint = a.lane
           and k.database = (select oid from pg_database where datname = current_database())))
select coalesce((select array_agg(lane order by lane) from active), '{}') as active,
       coalesce((select array_agg(lane order by random()) from free), '{}') as free,
       1 + (select count(*)::int from stamping_stampers
             where name <> $1
               and heartbeat_at > clock_timestamp() - $3::int * interval '1 ms') as stampers`;
