import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import {
  makeTenant,
  ownLane,
  queueCall,
  readCall,
  readInvoiceRow,
  samePromises,
} from '../../../test/support/records.ts';
import { stamperSide } from '../../../test/support/stamper-side.ts';
import { deathsMax } from '../deadlines.ts';
import { claimCalls, requeueOverdueCalls } from './stamping-queue.ts';

const epoch = 9;
const promises = samePromises(11_000, 5_000);

describe('calls whose process died, as the stamper role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let leader: pg.Client;
  before(async () => {
    ({ admin, leader } = await stamperSide(cleanups));
  });

  const claim = (lane: number, count = 10) => claimCalls(leader, { lane, epoch, count, promises });
  const passDeadlines = (lane: number) =>
    admin.query(
      `update stamping_calls set deadline = now() where lane = $1 and state = 'calling'`,
      [lane],
    );

  test('what is past its deadline is queued again, to be looked up before it is sent', async () => {
    const lane = ownLane();
    const tenantId = await makeTenant(admin);
    const { callId, invoiceId } = await queueCall(admin, { lane, tenantId });
    await claim(lane, 1);
    assert.deepEqual(await requeueOverdueCalls(leader, lane, []), []);
    await passDeadlines(lane);
    const requeued = [{ id: callId, state: 'queued' }];
    assert.deepEqual(await requeueOverdueCalls(leader, lane, []), requeued);
    const row = await readCall(admin, callId);
    assert.deepEqual(
      [row.state, row.outcome_unknown, row.claimed_by, row.deadline],
      ['queued', true, null, null],
    );
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'queued');
  });

  test('a call that this leader still holds is left alone, however late it is', async () => {
    const lane = ownLane();
    const tenantId = await makeTenant(admin);
    const ours = await queueCall(admin, { lane, tenantId });
    const lost = await queueCall(admin, { lane, tenantId });
    await claim(lane, 2);
    await passDeadlines(lane);
    const requeued = [{ id: lost.callId, state: 'queued' }];
    assert.deepEqual(await requeueOverdueCalls(leader, lane, [ours.callId]), requeued);
    assert.equal((await readCall(admin, ours.callId)).state, 'calling');
  });

  test('a pending invoice stays pending when its poll is overdue', async () => {
    const lane = ownLane();
    const tenantId = await makeTenant(admin);
    const { invoiceId } = await queueCall(admin, { lane, tenantId, invoiceStatus: 'pending' });
    await claim(lane, 1);
    await passDeadlines(lane);
    await requeueOverdueCalls(leader, lane, []);
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'pending');
  });

  test('nor does one that nobody polls any more stay pending: a person is told', async () => {
    const lane = ownLane();
    const tenantId = await makeTenant(admin);
    const { callId, invoiceId } = await queueCall(admin, {
      lane,
      tenantId,
      invoiceStatus: 'pending',
    });
    await admin.query('update stamping_calls set deaths = $2 where id = $1', [
      callId,
      deathsMax - 1,
    ]);
    await claim(lane);
    await passDeadlines(lane);
    await requeueOverdueCalls(leader, lane, []);
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'review');
  });

  test('a call that killed its process so often is held for a person, and one death less is not', async () => {
    const lane = ownLane();
    const { callId, invoiceId } = await queueCall(admin, {
      lane,
      tenantId: await makeTenant(admin),
    });
    for (let death = 1; death <= deathsMax; death += 1) {
      await claim(lane);
      await admin.query(`update stamping_calls set deadline = now() where lane = $1`, [lane]);
      const [requeued] = await requeueOverdueCalls(leader, lane, []);
      assert.equal(requeued?.state, death < deathsMax ? 'queued' : 'dead');
    }
    const invoice = await readInvoiceRow(admin, invoiceId);
    assert.equal(invoice.status, 'review');
    assert.equal(invoice.rejection.code, 'attempt_killed_process');
    assert.equal((await readCall(admin, callId)).deaths, deathsMax);
    assert.deepEqual(await claim(lane), []);
  });
});
