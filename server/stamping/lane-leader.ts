import pg from 'pg';
import type { Logger } from '../platform/logging.ts';
import { clientConfig, type DatabaseAccess, takeRole } from '../platform/postgres/database.ts';

/** The lead of one lane: the connection that holds its lock, and the epoch that fences it. */
export interface Lead {
  readonly epoch: number;
  readonly connection: pg.Client;
}

export interface LaneLeaderOptions {
  readonly access: DatabaseAccess;
  readonly lane: number;
  /** Who this is, for people: machine and process. */
  readonly name: string;
  readonly log: Logger;
  /** Calls in flight now, and the most ever, to show with the heartbeat. */
  readonly inFlight: () => readonly [now: number, most: number];
  readonly onWon: (lead: Lead) => void;
  readonly onLost: () => void;
}

/** The class of Timbra's advisory locks on lanes: "TMBR" as a 32-bit integer. */
const lockClass = 0x544d4252;
const tryEveryMs = 1_000;
const heartbeatEveryMs = 500;
/** A dead peer is noticed by a heartbeat that gets no answer within this. */
const heartbeatMsMax = 4_000;

/**
 *   standby ── lock won ──> leader ── session lost ──> standby
 *
 * The lock is tried about once a second and never waited for: a waiter in pg_advisory_lock pins
 * its snapshot, and VACUUM could then remove no dead row of the queue.
 */
export function startLaneLeader(o: LaneLeaderOptions) {
  let connection: pg.Client | undefined;
  let lead: Lead | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const lost = (which: pg.Client, error?: Error) => {
    if (connection !== which) return;
    connection = undefined;
    void which.end().catch(() => {});
    if (!lead) return;
    lead = undefined;
    o.log.warn({ err: error, lane: o.lane }, 'the lead of the lane was lost');
    o.onLost();
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
    if (lead) {
      const beat = session.query(HEARTBEAT, [o.lane, lead.epoch, ...o.inFlight()]);
      // No row: somebody leads under a newer epoch, and this session has missed it.
      if ((await answered(beat)).rowCount === 0) throw new Error('another leader has taken over');
      return;
    }
    const { rows } = await answered(
      session.query<{ won: boolean }>('select pg_try_advisory_lock($1, $2) as won', [
        lockClass,
        o.lane,
      ]),
    );
    if (!rows[0]?.won || connection !== session) return;
    const { rows: epochs } = await answered(
      session.query<{ epoch: number }>(TAKE_LEAD, [o.lane, o.name]),
    );
    if (stopped || connection !== session) return;
    lead = { epoch: epochs[0]!.epoch, connection: session };
    o.log.info({ lane: o.lane, epoch: lead.epoch }, 'leads the lane');
    o.onWon(lead);
  };

  const loop = () => {
    if (stopped) return;
    const session = connection;
    tick()
      .catch((error: Error) => {
        if (session) lost(session, error);
        else if (connection) lost(connection, error);
        o.log.debug({ err: error, lane: o.lane }, 'the lane could not be led');
      })
      .finally(() => {
        if (!stopped) timer = setTimeout(loop, lead ? heartbeatEveryMs : tryEveryMs);
      });
  };
  loop();

  return {
    get epoch() {
      return lead?.epoch;
    },
    /** Gives the lead away: the session ends, and with it the lock. */
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const last = connection;
      connection = undefined;
      lead = undefined;
      await last?.end().catch(() => {});
    },
  };
}

async function answered<T>(query: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('PostgreSQL does not answer')), heartbeatMsMax);
  });
  return Promise.race([query, silence]).finally(() => clearTimeout(timer));
}

const TAKE_LEAD = `
insert into stamping_lanes (lane, epoch, leader, heartbeat_at) values ($1, 1, $2, now())
on conflict (lane) do update
  set epoch = stamping_lanes.epoch + 1, leader = excluded.leader, heartbeat_at = now()
returning epoch`;

const HEARTBEAT = `
update stamping_lanes
   set heartbeat_at = now(), in_flight = $3, max_in_flight_seen = greatest(max_in_flight_seen, $4)
 where lane = $1 and epoch = $2`;
