import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';

const set = (sandbox: TestSandbox, settings: object) =>
  sandbox.control('/settings', { body: settings });

test('an organization is refused its call N+1 of a window, and nobody else is', async (t) => {
  let now = new Date('2026-05-04T12:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  await set(sandbox, { rate_limit: { calls: 3, window_ms: 10_000 } });
  for (let call = 0; call < 3; call++) assert.equal((await sandbox.call('/check')).status, 200);
  now = new Date(now.getTime() + 2_500);
  const refused = await sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal(refused.status, 429);
  assert.equal(refused.body.code, 'rate_limit_exceeded');
  assert.equal(refused.headers.get('retry-after'), '8');
  assert.equal((await sandbox.call('/check', { key: 'sk_live_demo' })).status, 429);
  assert.equal((await sandbox.call('/check', { key: 'sk_test_otra' })).status, 200);

  now = new Date(now.getTime() + 7_499);
  const late = await sandbox.call('/check');
  assert.equal(late.status, 429);
  assert.equal(late.headers.get('retry-after'), '1');
  now = new Date(now.getTime() + 1);
  assert.equal((await sandbox.call('/invoices')).body.total_results, 0);

  await set(sandbox, { rate_limit: null });
  for (let call = 0; call < 9; call++) assert.equal((await sandbox.call('/check')).status, 200);
});

test('a call over the limit uses up no planned fault', async (t) => {
  const sandbox = await startTestSandbox(t);
  await set(sandbox, { rate_limit: { calls: 0, window_ms: 60_000 } });
  await sandbox.control('/faults', { body: { fault: 'status', status: 500, times: 1 } });
  assert.equal((await sandbox.call('/check')).status, 429);
  await set(sandbox, { rate_limit: null });
  assert.equal((await sandbox.call('/check')).status, 500);
});

test('with SAT down nothing is stamped and everything else works', async (t) => {
  const sandbox = await startTestSandbox(t);
  const key = { idempotency_key: 'llave-1' };
  const before = await sandbox.call('/invoices', { body: invoiceInput(key) });
  await set(sandbox, { sat: 'down' });
  const refused = await sandbox.call('/invoices', { body: invoiceInput({ external_id: 'x' }) });
  assert.equal(refused.status, 500);
  assert.equal(refused.body.code, 'invoice_stamping_service_unavailable');
  assert.deepEqual((await sandbox.call(`/invoices/${before.body.id}`)).body, before.body);
  assert.equal((await sandbox.call('/invoices?external_id=x')).body.total_results, 0);
  const repeated = await sandbox.call('/invoices', { body: invoiceInput(key) });
  assert.deepEqual(repeated.body, before.body);

  await set(sandbox, { sat: 'up' });
  const { body } = await sandbox.call('/invoices', { body: invoiceInput({ external_id: 'x' }) });
  assert.equal(body.folio_number, before.body.folio_number + 1);
});

test('in an outage every call ends before it can do anything', async (t) => {
  const sandbox = await startTestSandbox(t);
  const create = (signal?: AbortSignal) =>
    sandbox.call('/invoices', { body: invoiceInput(), ...(signal && { signal }) });

  await set(sandbox, { outage: 'unavailable' });
  const page = await fetch(`${sandbox.url}/check`, {
    headers: { authorization: 'Bearer sk_test_demo' },
  });
  assert.equal(page.status, 503);
  assert.match(page.headers.get('content-type') ?? '', /text\/html/);
  assert.match(await page.text(), /<h1>503 Service Unavailable<\/h1>/);

  await set(sandbox, { outage: 'reset' });
  await assert.rejects(create(), { message: 'fetch failed' });

  await set(sandbox, { outage: 'hang' });
  const client = new AbortController();
  const hanging = assert.rejects(create(client.signal), { name: 'AbortError' });
  for (;;) {
    const { body } = await sandbox.control('/calls');
    if (body.calls.at(-1).ending === 'silence') break;
  }
  client.abort();
  await hanging;

  await set(sandbox, { outage: 'off' });
  assert.equal((await sandbox.call('/invoices')).body.total_results, 0);
  assert.equal((await sandbox.control('/counters')).body.in_flight, 0);
});

test('the clock can be moved, and moves every date with it', async (t) => {
  const start = Date.parse('2026-05-04T12:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => new Date(start) });
  const hours = (count: number) => count * 3_600_000;
  const datedNow = () => sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal((await datedNow()).body.date, '2026-05-04T12:00:00.000Z');

  await set(sandbox, { clock_offset_ms: hours(80) });
  const { body: later } = await datedNow();
  assert.equal(later.date, '2026-05-07T20:00:00.000Z');
  assert.equal(later.created_at, '2026-05-07T20:00:00.000Z');
  assert.equal(later.stamp.date, '2026-05-07T20:00:00.000Z');
  const xml = await fetch(`${sandbox.url}/invoices/${later.id}/xml`, {
    headers: { authorization: 'Bearer sk_test_demo' },
  });
  assert.match(await xml.text(), / Fecha="2026-05-07T14:00:00"/);

  const old = invoiceInput({ date: new Date(start).toISOString() });
  assert.equal((await sandbox.call('/invoices', { body: old })).body.code, 'invalid_date');
  await set(sandbox, { clock_offset_ms: -hours(1) });
  assert.equal((await datedNow()).body.date, '2026-05-04T11:00:00.000Z');
});

test('settings can be put back to what they were at the start', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: before } = await sandbox.control('/settings');
  await set(sandbox, { sat: 'down', outage: 'hang', latency_ms: 9, clock_offset_ms: 5 });
  const { body: after } = await sandbox.control('/settings', { method: 'DELETE' });
  assert.deepEqual(after, before);
  for (const bad of [
    { sat: 'quizá' },
    { outage: true },
    { clock_offset_ms: 0.5 },
    { rate_limit: { calls: 1 } },
    { rate_limit: { calls: 1, window_ms: 0 } },
    { rate_limit: { calls: 1, window_ms: 9, por: 'ip' } },
  ]) {
    assert.equal((await set(sandbox, bad)).status, 400, JSON.stringify(bad));
  }
});
