import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';

const set = (sandbox: TestSandbox, settings: object) =>
  sandbox.control('/settings', { body: settings });
const create = (sandbox: TestSandbox, change: object = {}, key = 'sk_test_demo') =>
  sandbox.call('/invoices', { key, body: invoiceInput({ idempotency_key: 'llave-1', ...change }) });

const cfdis = async (sandbox: TestSandbox) =>
  (await sandbox.control('/cfdis?by=idempotency_key&name=llave-1')).body[0]?.count ?? 0;

test('replay: the first invoice again, whatever the body now says', async (t) => {
  const sandbox = await startTestSandbox(t);
  const first = await create(sandbox);
  const again = await create(sandbox, { payment_form: '01', external_id: 'otra' });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, first.body);
  assert.equal(await cfdis(sandbox), 1);
});

test('replay: what comes again is the invoice as it now is', async (t) => {
  const sandbox = await startTestSandbox(t);
  const first = await create(sandbox);
  await sandbox.call(`/invoices/${first.body.id}?motive=02`, { method: 'DELETE' });
  assert.equal((await create(sandbox)).body.status, 'canceled');
  assert.equal(await cfdis(sandbox), 1);
});

test('conflict: the repetition is a 409 and makes nothing', async (t) => {
  const sandbox = await startTestSandbox(t);
  await set(sandbox, { idempotency: 'conflict' });
  assert.equal((await create(sandbox)).status, 200);
  const again = await create(sandbox);
  assert.deepEqual([again.status, again.body.code], [409, 'idempotency_key_in_use']);
  assert.equal(await cfdis(sandbox), 1);
});

test('forget: every repetition stamps another CFDI', async (t) => {
  const sandbox = await startTestSandbox(t);
  await set(sandbox, { idempotency: 'forget' });
  const uuids = new Set();
  for (let time = 0; time < 3; time++) uuids.add((await create(sandbox)).body.uuid);
  assert.equal(uuids.size, 3);
  assert.equal(await cfdis(sandbox), 3);
});

test('a key is remembered for its lifetime and not longer', async (t) => {
  const sandbox = await startTestSandbox(t, { now: () => new Date('2026-05-04T12:00:00Z') });
  await set(sandbox, { idempotency_lifetime_ms: 60_000 });
  const first = await create(sandbox);
  await set(sandbox, { clock_offset_ms: 60_000 });
  assert.equal((await create(sandbox)).body.id, first.body.id);
  await set(sandbox, { clock_offset_ms: 60_001 });
  const second = await create(sandbox);
  assert.notEqual(second.body.id, first.body.id);
  assert.equal((await create(sandbox)).body.id, second.body.id);
});

test('a refusal frees its key, or holds it: both can be played', async (t) => {
  const sandbox = await startTestSandbox(t);
  const wrong = { use: 'XYZ' };
  assert.equal((await create(sandbox, wrong)).status, 400);
  assert.equal((await create(sandbox)).status, 200);

  await set(sandbox, { idempotency_refused: 'held' });
  const other = { idempotency_key: 'llave-2' };
  assert.equal((await create(sandbox, { ...other, ...wrong })).status, 400);
  const corrected = await create(sandbox, other);
  assert.deepEqual([corrected.status, corrected.body.code], [409, 'idempotency_key_in_use']);
  assert.equal((await create(sandbox, other, 'sk_test_otra')).status, 200);
});

test('calls at once with one key stamp one CFDI, also when their answers are lost', async (t) => {
  const sandbox = await startTestSandbox(t);
  await set(sandbox, { latency_ms: { distribution: 'uniform', min: 0, max: 20, seed: 5 } });
  await sandbox.control('/faults', {
    body: { fault: 'reset_after', probability: 0.5, seed: 9, match: { path: '/invoices' } },
  });
  const tries = await Promise.allSettled(Array.from({ length: 30 }, () => create(sandbox)));
  assert.ok(tries.some(({ status }) => status === 'rejected'));
  assert.ok(tries.some(({ status }) => status === 'fulfilled'));
  assert.equal(await cfdis(sandbox), 1);
});

test('an empty key is no key', async (t) => {
  const sandbox = await startTestSandbox(t);
  const first = await create(sandbox, { idempotency_key: '' });
  const second = await create(sandbox, { idempotency_key: '' });
  assert.notEqual(first.body.id, second.body.id);
});
