import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { queueCall, readCall } from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import { type WebWorker, type Who, webWorker } from '../test-web-worker.ts';
import { deadLimitMax } from './stamping-operator-routes.ts';

const path = '/api/cluster/stamping';
const why = 'mantenimiento';

describe("the operator's routes", () => {
  const cleanups = cleanupsOfBlock();
  let worker: WebWorker;
  before(async () => {
    worker = await webWorker(cleanups);
  });
  beforeEach(async () => {
    await worker.admin.query(`update stamping_mode set mode = 'running', changed_by = null`);
    await worker.admin.query('delete from stamping_pauses');
  });

  const operate = (body: object, who: Who = 'operator') => worker.call(who, 'POST', path, { body });
  async function dead(kind: 'create_invoice' | 'fetch_xml' = 'fetch_xml') {
    const { tenantId, admin } = worker;
    const { callId, invoiceId } = await queueCall(admin, { tenantId, lane: 0, kind });
    await admin.query(`update stamping_calls set state = 'dead', done_at = now() where id = $1`, [
      callId,
    ]);
    await admin.query('update invoices set status = $2 where id = $1', [
      invoiceId,
      kind === 'fetch_xml' ? 'valid' : 'review',
    ]);
    return callId;
  }

  test('the view may be read with the metrics token; nobody else but the operator', async () => {
    for (const [who, status] of [
      ['operator', 200],
      ['token', 200],
      ['issuer', 403],
      ['viewer', 403],
      ['stranger', 401],
    ] as const) {
      assert.equal((await worker.call(who, 'GET', path)).status, status, who);
      assert.equal((await worker.call(who, 'GET', `${path}/dead`)).status, status, who);
    }
  });

  test('what changes something wants a person, who is named with it', async () => {
    const callId = await dead();
    for (const [who, status] of [
      ['token', 401],
      ['issuer', 403],
      ['stranger', 401],
    ] as const) {
      assert.equal((await operate({ action: 'pause' }, who)).status, status, who);
      for (const action of ['retry', 'close']) {
        const url = `${path}/dead/${callId}/${action}`;
        assert.equal((await worker.call(who, 'POST', url, { body: { why } })).status, status, who);
      }
    }
    assert.equal((await worker.call('token', 'GET', path)).body.mode, 'running');
    const { status, body } = await operate({ action: 'pause', why });
    assert.equal(status, 200);
    assert.deepEqual([body.mode, body.why, body.by], ['paused', why, 'Quien administrator']);
  });

  test('a company can be paused and resumed, and not drained', async () => {
    const tenant = worker.tenantId;
    const paused = await operate({ action: 'pause', why, tenant });
    assert.equal(paused.body.pauses[0].tenant.id, tenant);
    assert.deepEqual((await operate({ action: 'resume', tenant })).body.pauses, []);
    const drained = await operate({ action: 'drain', tenant });
    assert.deepEqual([drained.status, drained.body.code], [422, 'not_for_a_company']);
    assert.equal((await operate({ action: 'pause', tenant: newId() })).status, 404);
  });

  test('an order that is none is a 422', async () => {
    for (const body of [{}, { action: 'stop' }, { action: 'pause', why: 'x' }, { action: 1 }]) {
      assert.equal((await operate(body)).status, 422, JSON.stringify(body));
    }
  });

  test('dead letters are paged, and a page has its bound', async () => {
    const ids = [await dead(), await dead(), await dead()].reverse();
    const page = async (query: string) =>
      (await worker.call('operator', 'GET', `${path}/dead?${query}`)).body;
    const first = await page('limit=2');
    assert.deepEqual(
      first.data.map((one: { id: number }) => one.id),
      ids.slice(0, 2),
    );
    const second = await page(`limit=1&cursor=${first.next_cursor}`);
    assert.equal(second.data[0].id, ids[2]);
    assert.equal((await page(`limit=${deadLimitMax}`)).next_cursor, null);
    const tooMany = `${path}/dead?limit=${deadLimitMax + 1}`;
    assert.equal((await worker.call('operator', 'GET', tooMany)).status, 400);
  });

  test('a dead letter is retried or closed with a reason, once', async () => {
    for (const [action, state] of [
      ['retry', 'queued'],
      ['close', 'done'],
    ] as const) {
      const id = await dead();
      const act = (body: object) =>
        worker.call('operator', 'POST', `${path}/dead/${id}/${action}`, { body });
      assert.equal((await act({})).status, 422);
      assert.equal((await act({ why: '   ' })).status, 422);
      assert.deepEqual((await act({ why })).body, { id, state });
      assert.equal((await readCall(worker.admin, id)).state, state);
      const again = await act({ why });
      assert.deepEqual([again.status, again.body.code], [409, 'call_not_dead']);
    }
    const inReview = await dead('create_invoice');
    const url = `${path}/dead/${inReview}/close`;
    const refused = await worker.call('operator', 'POST', url, { body: { why } });
    assert.deepEqual([refused.status, refused.body.code], [409, 'invoice_in_review']);
  });
});
