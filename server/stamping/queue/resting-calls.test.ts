import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import {
  makeTenant,
  ownLane,
  queueCall,
  readCall,
  samePromises,
} from '../../../test/support/records.ts';
import { stamperSide } from '../../../test/support/stamper-side.ts';
import { settleCall } from './settle-call.ts';
import { type ClaimOptions, claimCalls } from './stamping-queue.ts';

const epoch = 9;
const promises = samePromises(11_000, 5_000);

describe('calls that rest, as the stamper role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let pool: pg.Pool;
  let leader: pg.Client;
  before(async () => {
    ({ admin, pool, leader } = await stamperSide(cleanups));
  });

  const claim = async (lane: number, o: Partial<ClaimOptions> = {}) =>
    (await claimCalls(leader, { lane, epoch, count: 10, promises, ...o })).map((call) => call.id);
  const pause = (tenantId: string, until: string, reason = 'busy') =>
    admin.query(
      `insert into stamping_pauses (tenant_id, reason, until) values ($1, $2, now() + $3::interval)
       on conflict (tenant_id, reason) do update set until = excluded.until`,
      [tenantId, reason, until],
    );
  const setMode = (mode: string) => admin.query('update stamping_mode set mode = $1', [mode]);

  test("a company's pause stops its calls until its end, and nobody else's", async () => {
    const lane = ownLane();
    const [a, b] = [await makeTenant(admin), await makeTenant(admin)];
    const resting = await queueCall(admin, { lane, tenantId: a });
    const other = await queueCall(admin, { lane, tenantId: b });
    await pause(a, '1 minute');
    assert.deepEqual(await claim(lane), [other.callId]);
    await pause(a, '0');
    assert.deepEqual(await claim(lane), [resting.callId]);
  });

  test('of two pauses the longer one holds', async () => {
    const lane = ownLane();
    const tenantId = await makeTenant(admin);
    await queueCall(admin, { lane, tenantId });
    await pause(tenantId, '-1 second');
    await pause(tenantId, '1 minute', 'operator');
    assert.deepEqual(await claim(lane), []);
  });

  test('whom the leader lets rest is not claimed; of whom it probes, one call is', async () => {
    const lane = ownLane();
    const [resting, probed, well] = [
      await makeTenant(admin),
      await makeTenant(admin),
      await makeTenant(admin),
    ];
    for (const tenantId of [resting, probed, well]) {
      await queueCall(admin, { lane, tenantId });
      await queueCall(admin, { lane, tenantId });
    }
    await claim(lane, { none: [resting], one: [probed] });
    const { rows } = await admin.query(
      `select tenant_id, count(*)::int as calls from stamping_calls
        where lane = $1 and state = 'calling' group by 1`,
      [lane],
    );
    const calls = new Map(rows.map((row) => [row.tenant_id, row.calls]));
    assert.deepEqual([calls.get(resting), calls.get(probed), calls.get(well)], [undefined, 1, 2]);
  });

  test('while the operator pauses the installation nothing is claimed; resumed, all of it', async () => {
    const lane = ownLane();
    const { callId } = await queueCall(admin, { lane, tenantId: await makeTenant(admin) });
    await setMode('paused');
    try {
      assert.deepEqual(await claim(lane), []);
    } finally {
      await setMode('running');
    }
    assert.deepEqual(await claim(lane), [callId]);
  });

  test('a 429 pauses its company in the same commit, and the call keeps its place', async () => {
    const lane = ownLane();
    const tenantId = await makeTenant(admin);
    const first = await queueCall(admin, { lane, tenantId });
    const second = await queueCall(admin, { lane, tenantId });
    const before = (await readCall(admin, first.callId)).run_at;
    const [call] = await claimCalls(leader, { lane, epoch, count: 1, promises });
    const now = new Date();
    const settled = await settleCall(pool, {
      call: call!,
      lane,
      epoch,
      attempt: { outcome: 'busy', startedAt: now, endedAt: now },
      settlement: {
        state: 'queued',
        pause: { reason: 'busy', restMs: 30_000 },
        invoice: { status: 'queued' },
      },
      housekeepingPriority: 3,
    });
    assert.equal(settled, true);
    const { rows } = await admin.query(
      `select reason, extract(epoch from until - now())::float8 as left_s
         from stamping_pauses where tenant_id = $1`,
      [tenantId],
    );
    assert.equal(rows[0].reason, 'busy');
    assert.ok(rows[0].left_s > 25 && rows[0].left_s <= 30);
    assert.deepEqual(await claim(lane), []);
    assert.deepEqual((await readCall(admin, first.callId)).run_at, before);
    await admin.query('delete from stamping_pauses where tenant_id = $1', [tenantId]);
    assert.deepEqual(await claim(lane, { count: 1 }), [first.callId]);
    assert.equal((await readCall(admin, second.callId)).state, 'queued');
  });

  test('the backlog of a company counts its open creations, whatever becomes of them', async () => {
    const lane = ownLane();
    const tenantId = await makeTenant(admin);
    const waiting = async () =>
      (await admin.query('select waiting from stamping_backlog where tenant_id = $1', [tenantId]))
        .rows[0]?.waiting;
    const { callId } = await queueCall(admin, { lane, tenantId });
    await queueCall(admin, { lane, tenantId });
    await queueCall(admin, { lane, tenantId, kind: 'fetch_xml', invoiceStatus: 'valid' });
    const counts = [await waiting()];
    for (const state of ['calling', 'delayed', 'done', 'queued', 'dead', 'dead']) {
      await admin.query('update stamping_calls set state = $2 where id = $1', [callId, state]);
      counts.push(await waiting());
    }
    assert.deepEqual(counts, [2, 2, 2, 1, 2, 1, 1]);
  });
});
