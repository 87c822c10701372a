import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';

/** A clock that a test moves by hand. */
function testClock() {
  let at = Date.parse('2026-05-04T12:00:00.000Z');
  return {
    now: () => new Date(at),
    pass(milliseconds: number) {
      at += milliseconds;
    },
  };
}

const create = (sandbox: TestSandbox, fault: string, change: object = {}) =>
  sandbox.call('/invoices', {
    body: invoiceInput({ ...change }),
    headers: { 'x-sandbox-fault': fault },
  });
const show = async (sandbox: TestSandbox, id: string) =>
  (await sandbox.call(`/invoices/${id}`)).body;

test('an answer of 202 leaves the invoice pending with its folio, and valid after a while', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  const first = await create(sandbox, 'pending_then_valid', { idempotency_key: 'llave-1' });
  assert.equal(first.status, 202);
  assert.equal(first.body.status, 'pending');
  assert.equal(first.body.uuid, undefined);
  assert.equal(first.body.folio_number, 1);
  const repeated = await sandbox.call('/invoices', {
    body: invoiceInput({ idempotency_key: 'llave-1' }),
  });
  assert.deepEqual(repeated.body, first.body);
  const xml = await sandbox.call(`/invoices/${first.body.id}/xml`);
  assert.equal(xml.body.code, 'invoice_not_stamped');
  const canceled = await sandbox.call(`/invoices/${first.body.id}?motive=02`, {
    method: 'DELETE',
  });
  assert.equal(canceled.body.code, 'stamping_in_progress');
  const next = await sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal(next.body.folio_number, 2);

  clock.pass(2_999);
  assert.equal((await show(sandbox, first.body.id)).status, 'pending');
  clock.pass(1);
  const valid = await show(sandbox, first.body.id);
  assert.equal(valid.status, 'valid');
  assert.equal(valid.folio_number, 1);
  assert.match(valid.uuid, /^[0-9a-f-]{36}$/);
  assert.equal(valid.date, first.body.date);
  const { body: found } = await sandbox.call(`/invoices?uuid=${valid.uuid}`);
  assert.deepEqual(found.data, [valid]);
});

test('a recovery that fails gives the folio back', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  const { body } = await create(sandbox, 'pending_then_failed;resolve_ms=600000');
  clock.pass(599_999);
  assert.equal((await show(sandbox, body.id)).status, 'pending');
  clock.pass(1);
  const failed = await show(sandbox, body.id);
  assert.equal(failed.status, 'failed');
  assert.equal(failed.uuid, undefined);
  const next = await sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal(next.body.folio_number, body.folio_number);
});

test('a folio that others came after is not given again', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  await create(sandbox, 'pending_then_failed');
  await sandbox.call('/invoices', { body: invoiceInput() });
  clock.pass(3_000);
  const next = await sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal(next.body.folio_number, 3);
});

test('what is pending is settled after a restart too', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  const { body } = await create(sandbox, 'pending_then_valid');
  await sandbox.restart();
  assert.deepEqual(await show(sandbox, body.id), body);
  clock.pass(3_000);
  await sandbox.restart();
  assert.equal((await show(sandbox, body.id)).status, 'valid');
});

test('a planned fault strikes a stamping as it does a creation', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  const { body: draft } = await sandbox.call('/invoices', {
    body: invoiceInput({ status: 'draft' }),
  });
  await sandbox.control('/faults', {
    body: {
      match: { method: 'POST', path: '/invoices/:invoice_id/stamp' },
      fault: 'pending_then_valid',
      times: 1,
    },
  });
  const stamp = () => sandbox.call(`/invoices/${draft.id}/stamp`, { method: 'POST' });
  const first = await stamp();
  assert.equal(first.status, 202);
  const second = await stamp();
  assert.equal(second.status, 409);
  assert.equal(second.body.code, 'stamping_in_progress');
  clock.pass(3_000);
  assert.equal((await stamp()).body.code, 'invoice_already_stamped');
});

test('async=true answers pending at once, and what SAT refuses fails later', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  const good = await sandbox.call('/invoices?async=true', { body: invoiceInput() });
  assert.equal(good.status, 200);
  assert.equal(good.body.status, 'pending');
  const bad = await sandbox.call('/invoices?async=true', { body: invoiceInput({ use: 'D01' }) });
  assert.equal(bad.body.status, 'pending');
  clock.pass(500);
  assert.equal((await show(sandbox, good.body.id)).status, 'valid');
  assert.equal((await show(sandbox, bad.body.id)).status, 'failed');
});

test('a script settles a pending stamping at once', async (t) => {
  const sandbox = await startTestSandbox(t, { now: testClock().now });
  const { body } = await create(sandbox, 'pending_then_failed');
  await sandbox.control(`/invoices/${body.id}/stamping`, { body: { status: 'valid' } });
  assert.equal((await show(sandbox, body.id)).status, 'valid');
  const late = await sandbox.control(`/invoices/${body.id}/stamping`, {
    body: { status: 'failed' },
  });
  assert.equal(late.status, 409);
});

test('while SAT is down nothing that waits is settled', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  const { body } = await sandbox.call('/invoices?async=true', { body: invoiceInput() });
  await sandbox.control('/settings', { body: { sat: 'down' } });
  clock.pass(86_400_000);
  assert.equal((await show(sandbox, body.id)).status, 'pending');
  await sandbox.control('/settings', { body: { sat: 'up' } });
  assert.equal((await show(sandbox, body.id)).status, 'valid');
});

test('a list that lags shows an invoice late, its id and its key at once', async (t) => {
  const clock = testClock();
  const sandbox = await startTestSandbox(t, { now: clock.now });
  await sandbox.control('/settings', { body: { list_lag_ms: 5_000 } });
  const input = invoiceInput({ external_id: 'pedido-1', idempotency_key: 'llave-1' });
  const { body } = await sandbox.call('/invoices', { body: input });
  const found = async () =>
    (await sandbox.call('/invoices?external_id=pedido-1')).body.total_results;
  assert.equal(await found(), 0);
  assert.deepEqual(await show(sandbox, body.id), body);
  assert.deepEqual((await sandbox.call('/invoices', { body: input })).body, body);
  clock.pass(4_999);
  assert.equal(await found(), 0);
  clock.pass(1);
  assert.equal(await found(), 1);
});

test('a body over 2 MB is answered as pending', async (t) => {
  const sandbox = await startTestSandbox(t);
  const text = (length: number) => invoiceInput({ pdf_custom_section: 'x'.repeat(length) });
  const size = 2 * 1024 * 1024 - JSON.stringify(text(0)).length;
  const small = await sandbox.call('/invoices', { body: text(size) });
  assert.equal(small.body.status, 'valid');
  const large = await sandbox.call('/invoices', { body: text(size + 1) });
  assert.equal(large.status, 200);
  assert.equal(large.body.status, 'pending');
});

test('a clock that is moved settles what comes due, though nobody calls the API', async (t) => {
  const sandbox = await startTestSandbox(t, { now: testClock().now });
  const { body } = await create(sandbox, 'pending_then_valid;resolve_ms=3600000');
  await sandbox.control('/settings', { body: { clock_offset_ms: 3_600_000 } });
  const { body: all } = await sandbox.control('/invoices');
  assert.deepEqual(
    all.map(({ id, status }: Record<string, string>) => [id, status]),
    [[body.id, 'valid']],
  );
});
