import pg from 'pg';
import type { Logger } from '../../platform/logging.ts';
import { clientConfig, type DatabaseAccess, takeRole } from '../../platform/postgres/database.ts';
import { within } from '../../platform/within.ts';

/** The lead of one lane: the connection that holds its lock, and the epoch that fences it. */
export interface Lead {
  readonly epoch: number;
  readonly connection: pg.Client;
}

/** What a lane shows with each heartbeat. */
export interface LaneState {
  readonly inFlight: number;
  readonly mostInFlight: number;
  /** For a new leader, and for whoever asks how FacturAPI does. */
  readonly breaker?: unknown;
  /** For the metrics. */
  readonly report?: unknown;
}

/** A lane that this process would lead. */
export interface Candidate {
  readonly lane: number;
  readonly state: () => LaneState;
  readonly onWon: (lead: Lead) => void;
  readonly onLost: () => void;
}

export interface Candidacy {
  readonly epoch: number | undefined;
  /** Gives the lead away, or stands for it no longer. */
  withdraw(): Promise<void>;
}

export interface LeadershipOptions {
  readonly access: DatabaseAccess;
  /** Who this is, for people: machine and process. */
  readonly name: string;
  readonly log: Logger;
}

/** The class of Timbra's advisory locks on lanes: "TMBR" as a 32-bit integer. */
export const laneLock = 0x544d4252;
const tryEveryMs = 1_000;
const heartbeatEveryMs = 500;
/** A dead peer is noticed by a heartbeat that gets no answer within this. */
const heartbeatMsMax = 4_000;
/** A leader that holds its lock and has not been heard of for so long hangs: its session is ended. */
export const staleLeaderMsMax = 5_000;

/**
 * The leads of this process, all on one connection, L:
 *
 *   standby ── lock won ──> leader ── session lost, or given away ──> standby
 *
 * The locks are tried about once a second and never waited for: a waiter in pg_advisory_lock pins
 * its snapshot, and VACUUM could then remove no dead row of the queue. A leader that hangs keeps
 * its session and with it the lock; a standby that twice in a row finds its heartbeat stale ends
 * that session. The hung leader's calls stay in quarantine, and its claims and results are fenced.
 */
export function startLeadership(o: LeadershipOptions) {
  const standing = new Map<number, { candidate: Candidate; lead: Lead | undefined }>();
  const stale = new Set<number>();
  let connection: pg.Client | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let backend: { pid: number; started: string } | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;

  const lost = (which: pg.Client, error?: Error) => {
    if (connection !== which) return;
    connection = undefined;
    stale.clear();
    void which.end().catch(() => {});
    for (const one of standing.values()) {
      if (!one.lead) continue;
      one.lead = undefined;
      o.log.warn({ err: error, lane: one.candidate.lane }, 'the lead of the lane was lost');
      one.candidate.onLost();
    }
  };

  const connect = async (): Promise<pg.Client> => {
    const next = new pg.Client({
      ...clientConfig(o.access, 'lane leader'),
      connectionTimeoutMillis: heartbeatMsMax,
    });
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next));
    try {
      await next.connect();
      // Before the role is taken: what is told of a session goes by the role that signed in.
      backend = (await answered(next.query<{ pid: number; started: string }>(WHO_AM_I))).rows[0];
      await answered(takeRole(next, o.access));
      if (stopped) throw new Error('stopped meanwhile');
    } catch (error) {
      next.end().catch(() => {});
      throw error;
    }
    connection = next;
    return next;
  };

  const tick = async () => {
    const session = connection ?? (await connect());
    await beat(session);
    const open = [...standing.values()].filter((one) => !one.lead).map((one) => one.candidate.lane);
    if (open.length === 0 || performance.now() - triedAtMs < tryEveryMs - heartbeatEveryMs / 2) {
      return;
    }
    triedAtMs = performance.now();
    const { rows } = await answered(
      session.query<{ lane: number; won: boolean }>({
        name: 'try-lanes',
        text: 'select lane, pg_try_advisory_lock($1, lane) as won from unnest($2::int[]) lane',
        values: [laneLock, open],
      }),
    );
    for (const { lane, won } of rows) if (won) await take(session, lane);
    await endStaleLeaders(
      session,
      rows.filter((row) => !row.won).map((row) => row.lane),
    );
  };

  const take = async (session: pg.Client, lane: number) => {
    const { rows } = await answered(
      session.query<{ epoch: number }>(TAKE_LEAD, [lane, o.name, backend?.pid, backend?.started]),
    );
    const one = standing.get(lane);
    if (stopped || connection !== session) return;
    // Withdrawn while the lock was being won.
    if (!one) return void (await answered(session.query(UNLOCK, [laneLock, lane])));
    one.lead = { epoch: rows[0]!.epoch, connection: session };
    o.log.info({ lane, epoch: one.lead.epoch }, 'leads the lane');
    one.candidate.onWon(one.lead);
  };

  const beat = async (session: pg.Client) => {
    const led = [...standing.values()].flatMap(({ candidate, lead }) => {
      if (!lead) return [];
      const { lane } = candidate;
      const { inFlight, mostInFlight, breaker, report } = candidate.state();
      return [
        { lane, epoch: lead.epoch, in_flight: inFlight, most: mostInFlight, breaker, report },
      ];
    });
    if (led.length === 0) return;
    const query = { name: 'heartbeat', text: HEARTBEAT, values: [JSON.stringify(led)] };
    const { rows } = await answered(session.query<{ lane: number }>(query));
    // No row: somebody leads under a newer epoch, and this session has missed it.
    const heard = new Set(rows.map((row) => row.lane));
    if (
      led.some(({ lane, epoch }) => !heard.has(lane) && standing.get(lane)?.lead?.epoch === epoch)
    ) {
      throw new Error('another leader has taken over');
    }
  };

  const endStaleLeaders = async (session: pg.Client, lanes: readonly number[]) => {
    if (lanes.length === 0) return stale.clear();
    const found = await answered(
      session.query<{ lane: number }>({
        name: 'stale-lanes',
        text: `select lane from stamping_lanes where lane = any($1::int[])
                  and heartbeat_at < clock_timestamp() - $2 * interval '1 ms'`,
        values: [lanes, staleLeaderMsMax],
      }),
    );
    const now = found.rows.map((row) => row.lane);
    // Twice: a PostgreSQL that stood still makes every heartbeat look old for a moment.
    const hung = now.filter((lane) => stale.has(lane));
    stale.clear();
    for (const lane of now) stale.add(lane);
    if (hung.length === 0) return;
    o.log.warn({ lanes: hung }, 'the leader of a lane hangs: its session is ended');
    // Whose sessions one may see and end goes by the role that signed in, not by the one taken.
    const { role } = o.access;
    const [before, after] = role ? ['reset role;', `; set role ${role}`] : ['', ''];
    await answered(session.query(`${before} ${endSessionsOf(hung)} ${after}`));
  };

  const loop = () => {
    if (stopped) return;
    const session = connection;
    tick()
      .catch((error: Error) => {
        if (session) lost(session, error);
        else if (connection) lost(connection, error);
        o.log.debug({ err: error }, 'the lanes could not be led');
      })
      .finally(() => {
        const leads = [...standing.values()].some((one) => one.lead);
        if (!stopped) timer = setTimeout(loop, leads ? heartbeatEveryMs : tryEveryMs);
      });
  };
  loop();

  return {
    /** Stands for the lead of a lane, from the next look on. */
    stand(candidate: Candidate): Candidacy {
      const { lane } = candidate;
      standing.set(lane, { candidate, lead: undefined });
      return {
        get epoch() {
          return standing.get(lane)?.lead?.epoch;
        },
        async withdraw() {
          const led = standing.get(lane)?.lead;
          standing.delete(lane);
          if (!led || led.connection !== connection) return;
          await answered(led.connection.query(UNLOCK, [laneLock, lane])).catch((error) =>
            lost(led.connection, error),
          );
        },
      };
    },
    /** Gives every lead away: the session ends, and with it the locks. */
    async stop() {
      stopped = true;
      clearTimeout(timer);
      standing.clear();
      const last = connection;
      connection = undefined;
      await last?.end().catch(() => {});
    },
  };
}

export type Leadership = ReturnType<typeof startLeadership>;

function answered<T>(query: Promise<T>): Promise<T> {
  return within(heartbeatMsMax, query, 'PostgreSQL does not answer');
}

const WHO_AM_I = `
select pid, backend_start::text as started from pg_stat_activity where pid = pg_backend_pid()`;

const UNLOCK = 'select pg_advisory_unlock($1, $2)';

const TAKE_LEAD = `
insert into stamping_lanes (lane, epoch, leader, heartbeat_at, backend_pid, backend_started_at)
values ($1, 1, $2, now(), $3, $4)
on conflict (lane) do update
  set epoch = stamping_lanes.epoch + 1, leader = excluded.leader, heartbeat_at = now(),
      backend_pid = excluded.backend_pid, backend_started_at = excluded.backend_started_at
returning epoch`;

const HEARTBEAT = `
update stamping_lanes l
   set heartbeat_at = now(), in_flight = b.in_flight, breaker = b.breaker, report = b.report,
       max_in_flight_seen = greatest(l.max_in_flight_seen, b.most)
  from jsonb_to_recordset($1::jsonb)
       as b(lane int, epoch bigint, in_flight int, most int, breaker jsonb, report jsonb)
 where l.lane = b.lane and l.epoch = b.epoch
returning l.lane`;

/** Asked again whether it is that very session: a pid is given anew. Simple protocol: no values. */
function endSessionsOf(lanes: readonly number[]): string {
  return `select pg_terminate_backend(a.pid) from stamping_lanes l
            join pg_stat_activity a on a.pid = l.backend_pid
             and a.backend_start = l.backend_started_at
           where l.lane in (${lanes.map(Math.trunc).join(', ')})
             and l.heartbeat_at < clock_timestamp() - ${staleLeaderMsMax} * interval '1 ms'`;
}
