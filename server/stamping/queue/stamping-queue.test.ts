import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import {
  isAnyoneWaiting,
  makeTenant,
  ownLane,
  queueCall,
  readCall,
  readInvoiceRow,
  samePromises,
} from '../../../test/support/records.ts';
import { stamperSide } from '../../../test/support/stamper-side.ts';
import { until } from '../../../test/support/until.ts';
import { priorities } from './priorities.ts';
import { claimCalls, inheritedCalls, putBackCalls, wakeDelayedCalls } from './stamping-queue.ts';

const epoch = 7;
const lookUpMs = 5_000;
const promises = samePromises(11_000, lookUpMs);

describe('the queue to FacturAPI, as the stamper role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let pool: pg.Pool;
  let leader: pg.Client;
  before(async () => {
    ({ admin, pool, leader } = await stamperSide(cleanups));
  });

  const claim = (lane: number, count: number, by: pg.ClientBase = leader) =>
    claimCalls(by, { lane, epoch, count, promises });
  const tenants = (count: number) =>
    Promise.all(Array.from({ length: count }, () => makeTenant(admin)));
  const queueMany = async (lane: number, tenantId: string, count: number, priority = 1) => {
    const calls = [];
    for (let i = 0; i < count; i += 1) {
      calls.push(await queueCall(admin, { lane, tenantId, priority }));
    }
    return calls;
  };

  test('the most urgent goes first, whoever came earlier', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const queued = new Map<number, number>();
    for (const priority of [3, 2, 1, 0]) {
      const { callId } = await queueCall(admin, { lane, tenantId, priority });
      queued.set(priority, callId);
    }
    for (const priority of [0, 1, 2, 3]) {
      const [call] = await claim(lane, 1);
      assert.deepEqual([call!.priority, call!.id], [priority, queued.get(priority)]);
    }
  });

  test("a tenant's one call does not wait behind another's hundred", async () => {
    const lane = ownLane();
    const [crowd, single] = await tenants(2);
    await queueMany(lane, crowd, 100);
    const { callId } = await queueCall(admin, { lane, tenantId: single });
    const claimed = await claim(lane, 2);
    assert.ok(claimed.some((call) => call.id === callId));
  });

  test('tenants take turns: the least lately served is first', async () => {
    const lane = ownLane();
    const three = await tenants(3);
    for (const tenantId of three) await queueMany(lane, tenantId, 4);
    const served: string[] = [];
    for (let i = 0; i < 9; i += 1) served.push((await claim(lane, 1))[0]!.tenantId);
    for (const round of [served.slice(0, 3), served.slice(3, 6), served.slice(6, 9)]) {
      assert.deepEqual([...round].sort(), [...three].sort());
    }
    assert.deepEqual(served.slice(0, 3), served.slice(3, 6));
  });

  test('inside a tenant calls go in order of arrival', async () => {
    const lane = ownLane();
    const both = await tenants(2);
    const queued = [];
    for (const tenantId of both) queued.push(await queueMany(lane, tenantId, 4));
    for (let nth = 0; nth < 4; nth += 1) {
      const claimed = await claim(lane, 2);
      assert.deepEqual(
        claimed.map((call) => call.id),
        queued.map((calls) => calls[nth]!.callId),
      );
    }
  });

  test('a claim skips what is delayed, not due yet, or of another lane', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const [delayed, later, ready] = await queueMany(lane, tenantId, 3);
    await queueMany(ownLane(), tenantId, 1);
    await admin.query(`update stamping_calls set state = 'delayed' where id = $1`, [
      delayed!.callId,
    ]);
    await admin.query(`update stamping_calls set run_at = now() + '1 h' where id = $1`, [
      later!.callId,
    ]);
    const claimed = await claim(lane, 10);
    assert.deepEqual(
      claimed.map((call) => call.id),
      [ready!.callId],
    );
    assert.deepEqual(await claim(lane, 10), []);
  });

  test('a claimed call brings all that is needed to make it', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const queued = await queueCall(admin, { lane, tenantId, requestId: 'request-1' });
    const [call] = await claim(lane, 1);
    assert.deepEqual(call, {
      id: queued.callId,
      tenantId,
      invoiceId: queued.invoiceId,
      kind: 'create_invoice',
      priority: priorities.interactive,
      attempts: 1,
      outcomeUnknown: false,
      emptyLookUps: 0,
      document: {
        type: 'I',
        series: 'F',
        folio_number: queued.folio,
        external_id: queued.invoiceId,
      },
      total: '116.000000',
      facturapiId: null,
      uuid: null,
      doubt: null,
      keySealed: Buffer.from('sealed'),
      requestId: 'request-1',
      request: null,
      expiresAt: null,
      promisedMs: 11_000,
    });
    assert.equal((await readInvoiceRow(admin, queued.invoiceId)).status, 'stamping');
    const row = await readCall(admin, queued.callId);
    assert.equal(row.state, 'calling');
    assert.equal(row.claimed_by, epoch);
  });

  test("fetching a file does not change the invoice's status", async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const queued = await queueCall(admin, {
      lane,
      tenantId,
      kind: 'fetch_xml',
      invoiceStatus: 'valid',
    });
    await claim(lane, 1);
    assert.equal((await readInvoiceRow(admin, queued.invoiceId)).status, 'valid');
  });

  test('a call whose outcome is unknown has time for its look-up before the sending', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const [known, unknown] = await queueMany(lane, tenantId, 2);
    await admin.query('update stamping_calls set outcome_unknown = true where id = $1', [
      unknown!.callId,
    ]);
    await claim(lane, 2);
    const { rows } = await admin.query(
      `select (extract(epoch from b.deadline - a.deadline) * 1000)::float8 as longer
         from stamping_calls a, stamping_calls b where a.id = $1 and b.id = $2`,
      [known!.callId, unknown!.callId],
    );
    assert.equal(rows[0].longer, lookUpMs);
  });

  test('two leaders that claim at the same moment never get the same call', async () => {
    const lane = ownLane();
    const [a, b, c] = await tenants(3);
    for (const tenantId of [a, b, c]) await queueMany(lane, tenantId, 10);
    const [one, two] = [await pool.connect(), await pool.connect()];
    try {
      // The first holds its rows uncommitted, so the second meets every one of them.
      await one.query('begin');
      const first = await claim(lane, 6, one);
      const second = claim(lane, 30, two);
      await until(() => isAnyoneWaiting(admin));
      await one.query('commit');
      const ids = [...first, ...(await second)].map((call) => call.id);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(first.length, 6);
    } finally {
      one.release();
      two.release();
    }
  });

  test('a call that is put back is as it was before its claim', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const { callId, invoiceId } = await queueCall(admin, { lane, tenantId });
    const earlier = await readCall(admin, callId);
    const [taken] = await claim(lane, 1);
    await putBackCalls(pool, epoch, [taken!]);
    assert.deepEqual(await readCall(admin, callId), earlier);
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'queued');
    assert.equal((await claim(lane, 1))[0]!.attempts, 1);
  });

  test('a leader of an earlier epoch puts nothing back', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const { callId, invoiceId } = await queueCall(admin, { lane, tenantId });
    const [taken] = await claim(lane, 1);
    await putBackCalls(pool, epoch - 1, [taken!]);
    await putBackCalls(pool, epoch, [{ id: callId, attempts: taken!.attempts + 1 }]);
    assert.equal((await readCall(admin, callId)).state, 'calling');
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'stamping');
  });

  test('a delayed call wakes when it is due, and not before', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const [due, later] = await queueMany(lane, tenantId, 2);
    const delay = (id: number, interval: string) =>
      admin.query(
        `update stamping_calls set state = 'delayed', run_at = now() + $2::interval where id = $1`,
        [id, interval],
      );
    await delay(due!.callId, '-1 ms');
    await delay(later!.callId, '30 s');
    const nextMs = await wakeDelayedCalls(leader, lane);
    assert.equal((await readCall(admin, due!.callId)).state, 'queued');
    assert.equal((await readCall(admin, later!.callId)).state, 'delayed');
    assert.ok(nextMs! > 20_000 && nextMs! <= 30_000, `next in ${nextMs} ms`);
  });

  test('without a delayed call there is no next time', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    await queueMany(lane, tenantId, 1);
    assert.equal(await wakeDelayedCalls(leader, lane), undefined);
  });

  test('a new leader inherits what may be in flight, what lasts longest first', async () => {
    const lane = ownLane();
    const [tenantId] = await tenants(1);
    const calls = await queueMany(lane, tenantId, 4);
    await queueMany(ownLane(), tenantId, 1);
    await claim(lane, 4);
    for (const [i, change] of [
      `deadline = now() + '2 s'`,
      `deadline = now() + '8 s'`,
      `deadline = now() - interval '1 s'`,
      `state = 'delayed', deadline = null, slot_until = now() + '5 s'`,
    ].entries()) {
      await admin.query(`update stamping_calls set ${change} where id = $1`, [calls[i]!.callId]);
    }
    const inherited = await inheritedCalls(leader, lane);
    assert.deepEqual(
      inherited.map((call) => [call.id, call.attempts]),
      [calls[1], calls[3], calls[0]].map((call) => [call!.callId, 1]),
    );
    assert.ok(inherited[0]!.leftMs > 5_000 && inherited[0]!.leftMs <= 8_000);
  });
});
