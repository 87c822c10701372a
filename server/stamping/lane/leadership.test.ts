import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { type Cleanups, cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import {
  backendPid,
  keptLog,
  ownLane,
  silentLog,
  testClient,
  testPool,
} from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { type Lead, laneLock, staleLeaderMsMax, startLeadership } from './leadership.ts';

describe('the lead of a lane', () => {
  const cleanups = cleanupsOfBlock();
  let database: TestDatabase;
  let admin: pg.Pool;
  before(async () => {
    database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
  });

  function candidate(t: Cleanups, lane: number, name: string) {
    const won: Lead[] = [];
    const seen = { lost: 0, inFlight: [0, 0] as [number, number] };
    const { log, records } = keptLog();
    const leadership = startLeadership({ access: database.stamper, name, log });
    const candidacy = leadership.stand({
      lane,
      state: () => ({ inFlight: seen.inFlight[0], mostInFlight: seen.inFlight[1] }),
      onWon: (lead) => won.push(lead),
      onLost: () => {
        seen.lost += 1;
      },
    });
    const leader = {
      get epoch() {
        return candidacy.epoch;
      },
      stop: leadership.stop,
    };
    t.after(() => leader.stop());
    return { leader, won, seen, records };
  }

  const row = async (lane: number) =>
    (await admin.query('select * from stamping_lanes where lane = $1', [lane])).rows[0];
  /** Who holds the lane's lock, or waits without it having been given. */
  const leaderPid = async (lane: number) => {
    const { rows } = await admin.query(
      `select pid from pg_locks where locktype = 'advisory' and granted and objid = $1
          and database = (select oid from pg_database where datname = current_database())`,
      [lane],
    );
    assert.ok(rows.length <= 1, `${rows.length} sessions hold the lock`);
    return rows[0]?.pid as number | undefined;
  };
  /** A standby that has asked for the lock, and did not get it. */
  const standbys = async () => {
    const { rows } = await admin.query(
      `select pid from pg_stat_activity where datname = current_database() and state = 'idle'
          and query like '%pg_try_advisory_lock%' or query like 'select lane from stamping_lanes%'`,
    );
    return rows.length;
  };

  test('of two candidates one leads, and the other waits without holding anything up', async (t) => {
    const lane = ownLane();
    const a = candidate(t, lane, 'a');
    await until(() => a.leader.epoch !== undefined);
    const b = candidate(t, lane, 'b');
    await until(async () => (await standbys()) > 0);
    assert.deepEqual([a.won.length, b.won.length], [1, 0]);
    assert.equal(b.leader.epoch, undefined);
    assert.equal((await row(lane)).leader, 'a');
    // A waiter in the lock itself would pin its snapshot, and VACUUM could remove nothing.
    const { rows } = await admin.query('select from pg_locks where not granted');
    assert.equal(rows.length, 0);
  });

  test('a leader whose session ends is followed by one candidate, under a higher epoch', async (t) => {
    const lane = ownLane();
    const a = candidate(t, lane, 'a');
    await until(() => a.leader.epoch !== undefined);
    const b = candidate(t, lane, 'b');
    await until(async () => (await standbys()) > 0);
    await admin.query('select pg_terminate_backend($1)', [await leaderPid(lane)]);
    await until(() => a.won.length + b.won.length === 2);
    assert.equal(a.seen.lost, 1);
    const epochs = [...a.won, ...b.won].map((lead) => lead.epoch);
    assert.deepEqual(epochs, [epochs[0], epochs[0]! + 1]);
    // Only the newest knows itself as the leader.
    const leading = [a, b].filter((one) => one.leader.epoch !== undefined);
    assert.equal(leading.length, 1);
    assert.equal(leading[0]!.leader.epoch, (await row(lane)).epoch);
  });

  test('a session that ends can claim nothing more', async (t) => {
    const lane = ownLane();
    const a = candidate(t, lane, 'a');
    await until(() => a.leader.epoch !== undefined);
    const lead = a.won[0]!;
    await admin.query('select pg_terminate_backend($1)', [await leaderPid(lane)]);
    await assert.rejects(lead.connection.query('select 1'));
    await until(() => a.won.length === 2);
    assert.notEqual(a.won[1]!.connection, lead.connection);
  });

  test('a leader that stops gives the lead away, and does not call it lost', async (t) => {
    const lane = ownLane();
    const a = candidate(t, lane, 'a');
    await until(() => a.leader.epoch !== undefined);
    const b = candidate(t, lane, 'b');
    await a.leader.stop();
    await until(() => b.leader.epoch !== undefined);
    assert.equal(b.leader.epoch, a.won[0]!.epoch + 1);
    assert.equal(a.leader.epoch, undefined);
    assert.equal(a.seen.lost, 0);
  });

  test('each lane has its own leader', async (t) => {
    const [one, two] = [ownLane(), ownLane()];
    const a = candidate(t, one, 'a');
    const b = candidate(t, two, 'b');
    await until(() => a.leader.epoch !== undefined && b.leader.epoch !== undefined);
    assert.deepEqual([(await row(one)).leader, (await row(two)).leader], ['a', 'b']);
  });

  test('the heartbeat shows the calls in flight, and the most of them is never forgotten', async (t) => {
    const lane = ownLane();
    const a = candidate(t, lane, 'a');
    a.seen.inFlight = [3, 4];
    await until(async () => (await row(lane))?.in_flight === 3);
    a.seen.inFlight = [1, 2];
    await until(async () => (await row(lane)).in_flight === 1);
    assert.equal((await row(lane)).max_in_flight_seen, 4);
  });

  test('a heartbeat comes about twice a second, so that a silent leader is noticed', async (t) => {
    const lane = ownLane();
    const a = candidate(t, lane, 'a');
    await until(() => a.leader.epoch !== undefined);
    const first = (await row(lane)).heartbeat_at;
    await until(async () => (await row(lane)).heartbeat_at > first, 2_000);
  });

  test('a database that is away does not end the candidate: it leads once it is back', async (t) => {
    const lane = ownLane();
    const name = (await admin.query('select current_database() as name')).rows[0].name;
    await admin.query(`revoke connect on database ${name} from public`);
    const a = candidate(t, lane, 'a');
    // Not a sleep: its first refusal is over when a second candidate was refused after it.
    await assert.rejects(testPool(t, database.stamper, 1).query('select 1'), { code: '42501' });
    assert.equal(a.won.length, 0);
    await admin.query(`grant connect on database ${name} to public`);
    await until(() => a.leader.epoch !== undefined);
  });

  test('a leader that hangs with its session open is ended, and its successor leads', async (t) => {
    const lane = ownLane();
    const hung = await testClient(t, database.stamper);
    await hung.query('select pg_advisory_lock($1, $2)', [laneLock, lane]);
    const { rows } = await admin.query(
      `insert into stamping_lanes (lane, epoch, leader, heartbeat_at, backend_pid,
                                   backend_started_at)
       select $1, 7, 'hung', now() - $3 * interval '1 ms', pid, backend_start
         from pg_stat_activity where pid = $2 returning epoch`,
      [lane, await backendPid(hung), staleLeaderMsMax + 500],
    );
    const b = candidate(t, lane, 'b');
    await until(() => b.leader.epoch !== undefined, 6_000);
    assert.equal(b.leader.epoch, rows[0].epoch + 1);
    await assert.rejects(hung.query('select 1'));
  });

  test('a stale row of another session that has its pid by now ends nobody', async (t) => {
    const lane = ownLane();
    const holder = await testClient(t, database.stamper);
    await holder.query('select pg_advisory_lock($1, $2)', [laneLock, lane]);
    await admin.query(
      `insert into stamping_lanes (lane, epoch, leader, heartbeat_at, backend_pid,
                                   backend_started_at)
       values ($1, 1, 'long gone', now() - interval '1 minute', $2, now() - interval '1 day')`,
      [lane, await backendPid(holder)],
    );
    const b = candidate(t, lane, 'b');
    // The second time, the first attempt at it is over.
    const attempts = () => b.records.filter(({ msg }) => msg.includes('hangs')).length;
    await until(() => attempts() >= 2);
    await holder.query('select 1');
    assert.equal(b.leader.epoch, undefined);
  });

  test('one process leads several lanes on one session, and gives one away alone', async (t) => {
    const [one, two] = [ownLane(), ownLane()];
    const leadership = startLeadership({ access: database.stamper, name: 'a', log: silentLog });
    t.after(() => leadership.stop());
    const state = () => ({ inFlight: 0, mostInFlight: 0 });
    const stand = (lane: number) =>
      leadership.stand({ lane, state, onWon: () => {}, onLost: () => {} });
    const [first, second] = [stand(one), stand(two)];
    await until(() => first.epoch !== undefined && second.epoch !== undefined);
    assert.equal(await leaderPid(one), await leaderPid(two));
    await first.withdraw();
    assert.equal(await leaderPid(one), undefined);
    const b = candidate(t, one, 'b');
    await until(() => b.leader.epoch !== undefined);
    assert.notEqual(second.epoch, undefined);
  });
});
