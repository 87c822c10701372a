import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { type Cleanups, cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import type { TestDatabase } from '../../../test/support/database.ts';
import {
  ownLane,
  type QueueOptions,
  queueCall,
  readCall,
  readInvoiceRow,
} from '../../../test/support/records.ts';
import { refusedInvoice, scriptedLane } from '../../../test/support/scripted-lane.ts';
import { laneSide } from '../../../test/support/stamper-side.ts';
import { until } from '../../../test/support/until.ts';
import { priorities } from '../queue/priorities.ts';
import type { InvoiceCall } from '../queue/stamping-queue.ts';

describe('a lane, with calls that the test makes', () => {
  const cleanups = cleanupsOfBlock();
  let database: TestDatabase;
  let admin: pg.Pool;
  let pool: pg.Pool;
  let tenantId: string;
  before(async () => {
    ({ database, admin, pool, tenantId } = await laneSide(cleanups));
  });

  const start = (t: Cleanups, lane: number, limit: number) =>
    scriptedLane(t, { lane, limit, stamper: database.stamper, pool });
  const queueMany = async (lane: number, count: number, o: Partial<QueueOptions> = {}) => {
    const ids = [];
    for (let i = 0; i < count; i += 1) {
      ids.push((await queueCall(admin, { tenantId, lane, ...o })).callId);
    }
    return ids;
  };
  const stateOf = async (callId: number) => (await readCall(admin, callId)).state;
  const counts = async (lane: number) => {
    const { rows } = await admin.query(
      'select state, count(*)::int as count from stamping_calls where lane = $1 group by 1',
      [lane],
    );
    return Object.fromEntries(rows.map((row) => [row.state, row.count])) as Record<string, number>;
  };

  test('it fills its slots, never takes more, and makes each call once', async (t) => {
    const lane = ownLane();
    const ids = await queueMany(lane, 40);
    const stamper = start(t, lane, 5);
    await until(() => stamper.inFlight().length === 5);
    // One ends at a time: a call that came too early would show beside the other five.
    await until(() => {
      const [first] = stamper.inFlight();
      if (first !== undefined) stamper.end(first);
      return stamper.started.length === ids.length && stamper.inFlight().length === 0;
    });
    assert.equal(stamper.most(), 5);
    await until(async () => (await counts(lane)).done === ids.length);
    assert.deepEqual(
      stamper.started.map(({ call }) => call.id).sort((a, b) => a - b),
      ids,
    );
  });

  test('a call that broke holds its slot for its time, then the next one starts', async (t) => {
    const lane = ownLane();
    const [broken, next] = await queueMany(lane, 2);
    const stamper = start(t, lane, 1);
    await until(() => stamper.inFlight().includes(broken!));
    const slotUntilMs = Date.now() + 1_200;
    stamper.end(broken!, { state: 'delayed', delayMs: 60_000, slotMs: 1_200 });
    await until(() => stamper.inFlight().includes(next!));
    assert.ok(stamper.started.at(-1)!.atMs >= slotUntilMs);
  });

  test('a new leader takes what a dead one left as in flight until its deadline', async (t) => {
    const lane = ownLane();
    const [inherited] = await queueMany(lane, 1, { priority: priorities.housekeeping });
    const { rows } = await admin.query(
      `update stamping_calls set state = 'calling', claimed_by = -1, attempts = 1,
              deadline = now() + interval '1500 ms' where id = $1 returning deadline`,
      [inherited],
    );
    const [ready] = await queueMany(lane, 1);
    const stamper = start(t, lane, 1);
    await until(() => stamper.inFlight().length === 1);
    assert.ok(stamper.started[0]!.atMs >= rows[0].deadline.getTime());
    stamper.end(stamper.started[0]!.call.id);
    await until(() => stamper.started.length === 2);
    const { call } = stamper.started.find((one) => one.call.id === inherited)!;
    assert.deepEqual([(call as InvoiceCall).outcomeUnknown, call.attempts], [true, 2]);
    assert.equal(stamper.timesStarted(ready!), 1);
  });

  test('what a stop finds waiting goes back unattempted; what is in flight is written', async (t) => {
    const lane = ownLane();
    const [flying, waiting] = await queueMany(lane, 2);
    const stamper = start(t, lane, 1);
    await until(async () => (await stateOf(waiting!)) === 'calling');
    assert.deepEqual(stamper.inFlight(), [flying]);
    const stopped = stamper.stop();
    await until(async () => (await stateOf(waiting!)) === 'queued');
    const row = await readCall(admin, waiting!);
    assert.deepEqual([row.attempts, row.claimed_by, row.outcome_unknown], [0, null, false]);
    assert.equal((await readInvoiceRow(admin, row.invoice_id)).status, 'queued');
    assert.equal(await stateOf(flying!), 'calling');
    stamper.end(flying!);
    await stopped;
    assert.equal(await stateOf(flying!), 'done');
    assert.equal(stamper.timesStarted(waiting!), 0);
  });

  test('what waits too long behind a long call goes back, and is claimed afresh', async (t) => {
    const lane = ownLane();
    const [long, waiting] = await queueMany(lane, 2);
    const stamper = start(t, lane, 1);
    await until(async () => (await stateOf(waiting!)) === 'calling');
    const claimedUntil = (await readCall(admin, waiting!)).deadline;
    await until(async () => {
      const { state, deadline } = await readCall(admin, waiting!);
      return state === 'queued' || deadline > claimedUntil;
    });
    assert.equal(stamper.timesStarted(waiting!), 0);
    stamper.end(long!);
    await until(() => stamper.inFlight().includes(waiting!));
    // Put back, it was never attempted; its deadline counts from the claim that it starts under.
    assert.equal(stamper.started.at(-1)!.call.attempts, 1);
    assert.ok((await readCall(admin, waiting!)).deadline > claimedUntil);
  });

  test('an attempt that crashes keeps its slot, and its call comes back to be looked up', async (t) => {
    const lane = ownLane();
    const [crashing] = await queueMany(lane, 1);
    const stamper = start(t, lane, 2);
    await until(() => stamper.inFlight().includes(crashing!));
    stamper.crash(crashing!);
    const [one, two] = await queueMany(lane, 2);
    stamper.wake();
    await until(() => stamper.inFlight().includes(one!));
    // Long enough in the lane's hands to have been started, were there a slot for it.
    await until(async () => (await stateOf(two!)) === 'calling');
    const { deadline } = await readCall(admin, two!);
    await until(async () => (await readCall(admin, two!)).deadline > deadline);
    assert.equal(await stateOf(crashing!), 'delayed');
    assert.equal(stamper.timesStarted(two!), 0);
    stamper.end(one!);
    await until(() => stamper.inFlight().includes(two!));
    stamper.end(two!);

    await admin.query(`update stamping_calls set run_at = now() where id = $1`, [crashing]);
    await until(() => stamper.inFlight().includes(crashing!));
    assert.equal((stamper.started.at(-1)!.call as InvoiceCall).outcomeUnknown, true);
    assert.ok(stamper.records.some((record) => record.msg === 'an attempt crashed'));
  });

  test('a result waits for PostgreSQL as long as it is away, and is written once it is back', async (t) => {
    const lane = ownLane();
    const [flying] = await queueMany(lane, 1);
    const stamper = start(t, lane, 2);
    await until(() => stamper.inFlight().includes(flying!));
    const name = (await admin.query('select current_database() as name')).rows[0].name;
    t.after(() => admin.query(`grant connect on database ${name} to public`));
    await admin.query(`revoke connect on database ${name} from public`);
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename = 'timbra_stamper'`,
    );
    stamper.end(flying!);
    const failures = () =>
      stamper.records.filter(({ msg }) => msg === 'a result could not be written; trying again');
    await until(() => failures().length >= 3);
    assert.equal(await stateOf(flying!), 'calling');
    await admin.query(`grant connect on database ${name} to public`);
    await until(async () => (await stateOf(flying!)) === 'done');
    assert.equal(stamper.timesStarted(flying!), 1);
    const { invoice_id: invoice } = await readCall(admin, flying!);
    assert.equal((await readInvoiceRow(admin, invoice)).status, 'rejected');
  });

  test('a call whose lead was lost in its middle is written by who made it, and made once', async (t) => {
    const lane = ownLane();
    const [flying] = await queueMany(lane, 1);
    const stamper = start(t, lane, 2);
    await until(() => stamper.inFlight().includes(flying!));
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'timbra lane leader'`,
    );
    const [later] = await queueMany(lane, 1);
    await until(() => stamper.inFlight().includes(later!));
    assert.deepEqual(stamper.inFlight(), [flying, later]);
    stamper.end(flying!);
    await until(async () => (await stateOf(flying!)) === 'done');
    assert.equal(stamper.timesStarted(flying!), 1);
  });

  test('a delayed call is made when it is due, without anybody waking the lane', async (t) => {
    const lane = ownLane();
    const [again] = await queueMany(lane, 1);
    const stamper = start(t, lane, 1);
    await until(() => stamper.inFlight().includes(again!));
    const endedMs = Date.now();
    stamper.end(again!, { state: 'delayed', delayMs: 300 });
    await until(() => stamper.timesStarted(again!) === 2);
    assert.ok(stamper.started[1]!.atMs - endedMs >= 300);
    stamper.end(again!, refusedInvoice);
    await until(async () => (await stateOf(again!)) === 'done');
  });

  test('a call that no notification told of is found all the same', async (t) => {
    const lane = ownLane();
    const stamper = start(t, lane, 1);
    const [first] = await queueMany(lane, 1);
    await until(() => stamper.inFlight().includes(first!));
    stamper.end(first!);
    const [unheard] = await queueMany(lane, 1);
    await until(() => stamper.inFlight().includes(unheard!));
  });

  test('what is urgent overtakes what was buffered before it', async (t) => {
    const lane = ownLane();
    const running = await queueMany(lane, 2, { priority: priorities.read });
    const [xml] = await queueMany(lane, 1, { priority: priorities.housekeeping });
    const stamper = start(t, lane, 2);
    await until(async () => (await stateOf(xml!)) === 'calling');
    const [issued] = await queueMany(lane, 1, { priority: priorities.interactive });
    stamper.wake();
    await until(async () => (await stateOf(issued!)) === 'calling');
    stamper.end(running[0]!);
    await until(() => stamper.started.length === 3);
    assert.equal(stamper.started[2]!.call.id, issued);
  });
});
