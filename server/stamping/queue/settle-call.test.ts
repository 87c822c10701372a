import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import {
  makeTenant,
  ownLane,
  type QueueOptions,
  queueCall,
  readCall,
  readInvoiceRow,
  samePromises,
  testClient,
} from '../../../test/support/records.ts';
import { stamperSide } from '../../../test/support/stamper-side.ts';
import { until } from '../../../test/support/until.ts';
import { priorities } from './priorities.ts';
import { type Attempt, type Settlement, settleCall } from './settle-call.ts';
import { type ClaimedCall, claimCalls, requeueOverdueCalls } from './stamping-queue.ts';

const epoch = 4;
const promises = samePromises(11_000, 5_000);
const attempt: Attempt = {
  outcome: 'stamped',
  httpStatus: 200,
  code: 'a_code',
  logId: 'log-1',
  startedAt: new Date('2026-03-01T10:00:00Z'),
  endedAt: new Date('2026-03-01T10:00:02Z'),
};

describe('settling a call, as the stamper role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let pool: pg.Pool;
  let leader: pg.Client;
  let tenantId: string;
  const heard: Array<Record<string, unknown>> = [];
  before(async () => {
    const side = await stamperSide(cleanups);
    ({ admin, pool, leader } = side);
    tenantId = await makeTenant(admin);
    const listener = await testClient(cleanups, side.database.app);
    listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload!)));
    await listener.query('listen timbra_invoices');
  });

  async function claimed(o: Partial<QueueOptions> = {}) {
    const lane = ownLane();
    const queued = await queueCall(admin, { tenantId, lane, requestId: 'request-9', ...o });
    const [call] = await claimCalls(leader, {
      lane,
      epoch,
      count: 1,
      promises,
    });
    return { ...queued, lane, call: call! };
  }

  const settle = (
    of: { call: ClaimedCall; lane: number },
    settlement: Settlement,
    o: { epoch?: number; attempt?: Attempt } = {},
  ) =>
    settleCall(pool, {
      attempt,
      epoch,
      lane: of.lane,
      call: of.call,
      settlement,
      housekeepingPriority: priorities.housekeeping,
      ...o,
    });
  const stamped = (uuid: string = randomUUID()): Settlement => ({
    state: 'done',
    invoice: {
      status: 'valid',
      facturapiId: 'fac-1',
      uuid,
      stamp: { sat_cert_number: '1' },
      verificationUrl: 'https://verificacfdi.facturaelectronica.sat.gob.mx/x',
    },
  });
  const attempts = async (invoiceId: string) =>
    (await admin.query('select * from stamping_attempts where invoice_id = $1', [invoiceId])).rows;
  const xmlCalls = async (invoiceId: string) =>
    (
      await admin.query(
        `select * from stamping_calls where invoice_id = $1 and kind = 'fetch_xml'`,
        [invoiceId],
      )
    ).rows;

  test('a stamp is written whole: invoice, call, history, the next call and the wake-up', async () => {
    const of = await claimed();
    const uuid = randomUUID();
    assert.equal(await settle(of, stamped(uuid)), true);

    const invoice = await readInvoiceRow(admin, of.invoiceId);
    assert.deepEqual(
      [invoice.status, invoice.uuid, invoice.facturapi_id, invoice.stamp, invoice.rejection],
      ['valid', uuid, 'fac-1', { sat_cert_number: '1' }, null],
    );
    assert.ok(invoice.stamped_at instanceof Date);
    const row = await readCall(admin, of.callId);
    assert.deepEqual([row.state, row.claimed_by, row.deadline], ['done', null, null]);
    assert.ok(row.done_at instanceof Date);
    const [history, ...more] = await attempts(of.invoiceId);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [history.call_id, history.attempt, history.epoch, history.outcome, history.http_status],
      [of.callId, 1, epoch, 'stamped', 200],
    );
    assert.deepEqual([history.code, history.log_id], ['a_code', 'log-1']);
    assert.deepEqual([history.started_at, history.ended_at], [attempt.startedAt, attempt.endedAt]);
    const [xml, ...others] = await xmlCalls(of.invoiceId);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [xml.state, xml.lane, xml.priority, xml.request_id],
      ['queued', of.lane, priorities.housekeeping, 'request-9'],
    );
    const told = { tenant: tenantId, invoice: of.invoiceId, kind: 'create_invoice' };
    await until(() => heard.filter((one) => one.invoice === of.invoiceId).length === 2);
    assert.deepEqual(
      heard.filter((one) => one.invoice === of.invoiceId),
      [
        { ...told, status: 'stamping' },
        { ...told, call: 'done', call_id: of.callId, status: 'valid' },
      ],
    );
  });

  test('a stamp that cannot be written leaves no part of itself', async () => {
    const of = await claimed();
    const earlier = [await readCall(admin, of.callId), await readInvoiceRow(admin, of.invoiceId)];
    await assert.rejects(settle(of, stamped('not a UUID')), { code: '22P02' });
    const later = [await readCall(admin, of.callId), await readInvoiceRow(admin, of.invoiceId)];
    assert.deepEqual(later, earlier);
    assert.deepEqual(await attempts(of.invoiceId), []);
    assert.deepEqual(await xmlCalls(of.invoiceId), []);
  });

  test('another epoch writes nothing, and is told so', async () => {
    const of = await claimed();
    assert.equal(await settle(of, stamped(), { epoch: epoch - 1 }), false);
    assert.equal((await readInvoiceRow(admin, of.invoiceId)).status, 'stamping');
    assert.equal((await readCall(admin, of.callId)).state, 'calling');
    assert.deepEqual(await attempts(of.invoiceId), []);
    assert.deepEqual(await xmlCalls(of.invoiceId), []);
  });

  test('a call that was requeued since belongs to its next attempt', async () => {
    const of = await claimed();
    await admin.query(`update stamping_calls set deadline = now() - interval '1 s' where id = $1`, [
      of.callId,
    ]);
    await requeueOverdueCalls(leader, of.lane, []);
    assert.equal(await settle(of, stamped()), false);
    const row = await readCall(admin, of.callId);
    assert.deepEqual([row.state, row.outcome_unknown], ['queued', true]);
  });

  test('a result written again never lands on the next attempt of the same leader', async () => {
    const { call, callId, lane } = await claimed();
    const settle = (settlement: Settlement) =>
      settleCall(pool, { call, lane, epoch, settlement, attempt, housekeepingPriority: 3 });
    const first: Settlement = { state: 'delayed', invoice: { status: 'queued' } };
    assert.equal(await settle(first), true);
    await admin.query(`update stamping_calls set state = 'queued' where id = $1`, [callId]);
    const options = { lane, epoch, count: 1, promises };
    assert.equal((await claimCalls(leader, options))[0]!.attempts, 2);
    assert.equal(await settle(first), false, 'its commit was not heard of, so it is tried again');
    const row = await readCall(admin, callId);
    assert.deepEqual([row.state, row.attempts], ['calling', 2]);
  });

  test('a result counts once: the second writing of it changes nothing', async () => {
    const of = await claimed();
    const settlement = stamped();
    assert.equal(await settle(of, settlement), true);
    assert.equal(await settle(of, settlement), false);
    assert.equal((await attempts(of.invoiceId)).length, 1);
    assert.equal((await xmlCalls(of.invoiceId)).length, 1);
  });

  test('a refused invoice keeps its folio, and says what was wrong', async () => {
    const of = await claimed();
    const rejection = { code: 'invalid_request', message: 'RFC', errors: [{ path: 'customer' }] };
    await settle(of, { state: 'done', invoice: { status: 'rejected', rejection } });
    const invoice = await readInvoiceRow(admin, of.invoiceId);
    assert.deepEqual(
      [invoice.status, invoice.series, invoice.folio_number, invoice.rejection],
      ['rejected', 'F', of.folio, rejection],
    );
    assert.equal(invoice.stamped_at, null);
    assert.deepEqual(await xmlCalls(of.invoiceId), []);
  });

  for (const status of ['valid', 'rejected', 'expired', 'canceled']) {
    test(`a late result overwrites nothing of an invoice that is ${status}`, async () => {
      const of = await claimed();
      const uuid = randomUUID();
      await admin.query('update invoices set status = $2, uuid = $3 where id = $1', [
        of.invoiceId,
        status,
        uuid,
      ]);
      const late = { status: 'review', rejection: { code: 'late', message: '' } } as const;
      assert.equal(await settle(of, { state: 'done', invoice: late }), true);
      const invoice = await readInvoiceRow(admin, of.invoiceId);
      assert.deepEqual([invoice.status, invoice.uuid, invoice.rejection], [status, uuid, null]);
      assert.equal((await readCall(admin, of.callId)).state, 'done');
    });
  }

  test('a read of the version that a reissue replaced changes nothing of the new one', async () => {
    const of = await claimed({ kind: 'read_invoice', facturapiId: 'fac-old' });
    await admin.query(`update invoices set facturapi_id = null where id = $1`, [of.invoiceId]);
    const old = { ...stamped(), invoice: { ...stamped().invoice!, facturapiId: 'fac-old' } };
    assert.equal(await settle(of, old), true);
    const invoice = await readInvoiceRow(admin, of.invoiceId);
    assert.deepEqual([invoice.status, invoice.facturapi_id, invoice.uuid], ['queued', null, null]);
  });

  test('a stamp clears the rejection of an earlier look', async () => {
    const of = await claimed();
    await admin.query(
      `update invoices set status = 'review', rejection = '{"code": "x"}' where id = $1`,
      [of.invoiceId],
    );
    await settle(of, stamped());
    const invoice = await readInvoiceRow(admin, of.invoiceId);
    assert.deepEqual([invoice.status, invoice.rejection], ['valid', null]);
  });

  test('a delayed call waits its time, and remembers what is not known', async () => {
    const of = await claimed();
    await settle(of, {
      state: 'delayed',
      delayMs: 30_000,
      outcomeUnknown: true,
      emptyLookUps: 1,
      problem: { code: 'unknown' },
      invoice: { status: 'queued' },
    });
    const { rows } = await admin.query(
      `select state, outcome_unknown, empty_look_ups, last_problem, done_at, attempts,
              extract(epoch from run_at - now())::float8 as wait_s
         from stamping_calls where id = $1`,
      [of.callId],
    );
    const { wait_s: waitS, ...row } = rows[0];
    assert.ok(waitS > 25 && waitS <= 30, `${waitS} s`);
    assert.deepEqual(row, {
      state: 'delayed',
      outcome_unknown: true,
      empty_look_ups: 1,
      last_problem: { code: 'unknown' },
      done_at: null,
      attempts: 1,
    });
    assert.equal((await readInvoiceRow(admin, of.invoiceId)).status, 'queued');
  });

  test('differences are kept on the invoice as warnings', async () => {
    const of = await claimed();
    const warnings = [{ code: 'total_differs', detail: '117' }];
    const settlement = stamped();
    await settle(of, { ...settlement, invoice: { ...settlement.invoice!, warnings } });
    assert.deepEqual((await readInvoiceRow(admin, of.invoiceId)).warnings, warnings);
  });

  test('a file is kept once, byte for byte, and the invoice stays as it is', async () => {
    const content = Buffer.from([0x25, 0x50, 0x44, 0x46, 0x00, 0xff, 0x0a]);
    const of = await claimed({ kind: 'fetch_pdf', invoiceStatus: 'valid' });
    await settle(of, { state: 'done', file: { kind: 'pdf', content } });
    const { rows } = await admin.query(
      'select kind, content from invoice_files where invoice_id = $1',
      [of.invoiceId],
    );
    assert.deepEqual(rows, [{ kind: 'pdf', content }]);
    assert.equal((await readInvoiceRow(admin, of.invoiceId)).status, 'valid');
    await until(() => heard.some((one) => one.invoice === of.invoiceId && one.status === null));
  });

  test('a file that is already there is not replaced', async () => {
    const of = await claimed({ kind: 'fetch_xml', invoiceStatus: 'valid' });
    await admin.query(
      `insert into invoice_files (tenant_id, invoice_id, kind, content)
       values ($1, $2, 'xml', 'first')`,
      [tenantId, of.invoiceId],
    );
    await settle(of, { state: 'done', file: { kind: 'xml', content: Buffer.from('second') } });
    const { rows } = await admin.query('select content from invoice_files where invoice_id = $1', [
      of.invoiceId,
    ]);
    assert.equal(String(rows[0].content), 'first');
    assert.equal((await readCall(admin, of.callId)).state, 'done');
  });
});
