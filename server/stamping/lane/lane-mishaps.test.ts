import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { type Cleanups, cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import type { TestDatabase } from '../../../test/support/database.ts';
import {
  isAnyoneWaiting,
  makeTenant,
  ownLane,
  queueCall,
  readCall,
  readInvoiceRow,
  silentLog,
  testClient,
} from '../../../test/support/records.ts';
import { scriptedLane } from '../../../test/support/scripted-lane.ts';
import { laneSide } from '../../../test/support/stamper-side.ts';
import { until } from '../../../test/support/until.ts';
import type { InvoiceCall } from '../queue/stamping-queue.ts';
import { startLeadership } from './leadership.ts';

/** What goes wrong between two steps of a lane: each step is held up until the other has come. */
describe('a lane in the moments between', () => {
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
  const stateOf = async (callId: number) => (await readCall(admin, callId)).state;
  const endLeaders = () =>
    admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'timbra lane leader'`,
    );

  /** Runs a statement as a transaction that stays open until it is let go. */
  async function holding(t: Cleanups, sql: string, values: unknown[]) {
    const client = await testClient(t, database.admin);
    await client.query('begin');
    await client.query(sql, values);
    return () => client.query('commit');
  }

  /** A claim that serves this tenant does not end until it is let go. */
  const holdClaims = (t: Cleanups, lane: number, tenant: string) =>
    holding(
      t,
      `insert into stamping_turns values ($1, $2, now())
       on conflict (lane, tenant_id) do update set served_at = now()`,
      [lane, tenant],
    );

  test('a call that comes while a claim is under way is picked up right after it', async (t) => {
    const lane = ownLane();
    const first = await queueCall(admin, { tenantId, lane });
    const letGo = await holdClaims(t, lane, tenantId);
    const stamper = start(t, lane, 5);
    await until(() => isAnyoneWaiting(admin));
    const second = await queueCall(admin, { tenantId: await makeTenant(admin), lane });
    stamper.wake();
    await letGo();
    await until(() => stamper.inFlight().includes(first.callId));
    await until(() => stamper.inFlight().includes(second.callId), 400);
  });

  test('what a claim brings after the stop goes back into the queue', async (t) => {
    const lane = ownLane();
    const flying = await queueCall(admin, { tenantId, lane });
    const stamper = start(t, lane, 5);
    await until(() => stamper.inFlight().includes(flying.callId));
    const other = await makeTenant(admin);
    const letGo = await holdClaims(t, lane, other);
    const late = await queueCall(admin, { tenantId: other, lane });
    stamper.wake();
    await until(() => isAnyoneWaiting(admin));
    const stopped = stamper.stop();
    await letGo();
    stamper.end(flying.callId);
    await stopped;
    const row = await readCall(admin, late.callId);
    assert.deepEqual([row.state, row.attempts], ['queued', 0]);
  });

  test('what was buffered when the lead was lost starts soon, and without a look-up', async (t) => {
    const lane = ownLane();
    const flying = await queueCall(admin, { tenantId, lane });
    const buffered = await queueCall(admin, { tenantId, lane });
    const stamper = start(t, lane, 1);
    await until(() => stamper.inFlight().includes(flying.callId));
    await until(async () => (await stateOf(buffered.callId)) === 'calling');
    await endLeaders();
    const lost = () => stamper.records.some(({ msg }) => msg === 'the lead of the lane was lost');
    await until(lost);
    stamper.end(flying.callId);
    await until(() => stamper.inFlight().includes(buffered.callId), 3_000);
    assert.equal((stamper.started.at(-1)!.call as InvoiceCall).outcomeUnknown, false);
  });

  test('a call that ended before its leader came back holds no slot any more', async (t) => {
    const lane = ownLane();
    const ended = await queueCall(admin, { tenantId, lane });
    const stamper = start(t, lane, 1);
    await until(() => stamper.inFlight().includes(ended.callId));
    const letGo = await holding(t, 'select from stamping_calls where id = $1 for update', [
      ended.callId,
    ]);
    stamper.end(ended.callId);
    await until(() => isAnyoneWaiting(admin));
    await endLeaders();
    const leads = () => stamper.records.filter(({ msg }) => msg === 'leads the lane');
    await until(() => leads().length === 2);
    const next = await queueCall(admin, { tenantId, lane });
    await letGo();
    await until(async () => (await stateOf(ended.callId)) === 'done');
    await until(() => stamper.inFlight().includes(next.callId), 3_000);
  });

  test('a result that PostgreSQL will never take is held for a person, not tried for ever', async (t) => {
    const lane = ownLane();
    const uuid = randomUUID();
    const owner = await queueCall(admin, { tenantId, lane: ownLane() });
    await admin.query('update invoices set uuid = $2 where id = $1', [owner.invoiceId, uuid]);
    const double = await queueCall(admin, { tenantId, lane });
    const stamper = start(t, lane, 5);
    await until(() => stamper.inFlight().includes(double.callId));
    stamper.end(double.callId, { state: 'done', invoice: { status: 'valid', uuid } });
    try {
      await until(async () => (await stateOf(double.callId)) === 'dead', 2_000);
      assert.equal((await readInvoiceRow(admin, double.invoiceId)).status, 'review');
    } finally {
      await admin.query('update invoices set uuid = null where id = $1', [owner.invoiceId]);
    }
  });

  test('a candidate that is stopped while it connects does not lead afterwards', async (t) => {
    const won: string[] = [];
    let stopped: Promise<void> | undefined;
    const leadership = startLeadership({
      access: {
        url: database.stamper.url,
        // Read when the connection has just been made.
        get role() {
          stopped ??= leadership.stop();
          return 'timbra_stamper' as const;
        },
      },
      name: 'stopped',
      log: silentLog,
    });
    leadership.stand({
      lane: ownLane(),
      state: () => ({ inFlight: 0, mostInFlight: 0 }),
      onWon: () => won.push('stopped'),
      onLost: () => {},
    });
    t.after(endLeaders);
    await until(() => stopped !== undefined);
    await stopped;
    const sessions = async () => {
      const { rows } = await admin.query(
        `select from pg_stat_activity
          where datname = current_database() and application_name = 'timbra lane leader'`,
      );
      return rows.length;
    };
    await until(async () => (await sessions()) === 0, 2_000);
    assert.deepEqual(won, []);
  });

  test('a claim that fails while its session lives is not tried again at full speed', async (t) => {
    const lane = ownLane();
    const { callId } = await queueCall(admin, { tenantId, lane });
    await admin.query('alter table stamping_turns rename to turns_away');
    const stamper = start(t, lane, 1);
    const failures = () => stamper.records.filter(({ msg }) => msg === 'a claim failed').length;
    try {
      await until(() => failures() >= 2);
      assert.ok(failures() <= 3, `${failures()} claims failed within two looks`);
    } finally {
      await admin.query('alter table turns_away rename to stamping_turns');
    }
    await until(() => stamper.inFlight().includes(callId));
  });

  test('a 429 that comes after the lead was lost and won back lets its company rest', async (t) => {
    const lane = ownLane();
    const resting = await makeTenant(admin);
    const first = await queueCall(admin, { tenantId: resting, lane });
    const stamper = start(t, lane, 2);
    await until(() => stamper.inFlight().includes(first.callId));
    await endLeaders();
    const leads = () => stamper.records.filter(({ msg }) => msg === 'leads the lane').length;
    await until(() => leads() === 2);
    // Held up: the result, and with it the pause, is not in PostgreSQL when the next call comes.
    const letGo = await holding(t, 'select from stamping_calls where id = $1 for update', [
      first.callId,
    ]);
    const pause = { reason: 'busy', restMs: 60_000 } as const;
    stamper.end(first.callId, { state: 'queued', pause, invoice: { status: 'queued' } });
    await until(() => isAnyoneWaiting(admin));
    const second = await queueCall(admin, { tenantId: resting, lane });
    const other = await queueCall(admin, { tenantId: await makeTenant(admin), lane });
    stamper.wake();
    await until(() => stamper.inFlight().includes(other.callId));
    assert.equal(stamper.timesStarted(second.callId), 0);
    await letGo();
    await until(async () => (await stateOf(first.callId)) === 'queued');
  });
});
