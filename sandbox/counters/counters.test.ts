import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox, until } from '../support/test-sandbox.ts';

test('a call whose client has gone is in flight until its work has ended', async (t) => {
  const sandbox = await startTestSandbox(t);
  const counters = async () => (await sandbox.control('/counters')).body;
  const client = new AbortController();
  const call = sandbox.call('/invoices', {
    body: invoiceInput({ external_id: 'abandonada' }),
    headers: { 'x-sandbox-fault': 'slow;latency_ms=1500' },
    signal: client.signal,
  });
  await until(counters, ({ in_flight }) => in_flight === 1);
  client.abort();
  await assert.rejects(call, { name: 'AbortError' });
  assert.equal((await counters()).in_flight, 1);
  assert.equal((await sandbox.call('/invoices?external_id=abandonada')).body.total_results, 0);

  const after = await until(counters, ({ in_flight }) => in_flight === 0);
  assert.equal(after.creates, 1);
  const { body } = await sandbox.call('/invoices?external_id=abandonada');
  assert.equal(body.total_results, 1);
});

test('calls at once are counted, by organization, route and in all, until a reset', async (t) => {
  const sandbox = await startTestSandbox(t);
  const counters = async () => (await sandbox.control('/counters')).body;
  await sandbox.control('/settings', { body: { latency_ms: 300 } });
  const keys = ['sk_test_uno', 'sk_test_uno', 'sk_test_dos'];
  const calls = Promise.all(keys.map((key) => sandbox.call('/check', { key })));
  await until(counters, ({ in_flight }) => in_flight === 3);
  await calls;
  const { by_organization, ...all } = await counters();
  assert.deepEqual(all, {
    in_flight: 0,
    max_in_flight: 3,
    calls: 3,
    creates: 0,
    by_route: { 'GET /check': 3 },
  });
  const perOrganization = Object.values<{ max_in_flight: number }>(by_organization);
  assert.deepEqual(perOrganization.map((tally) => tally.max_in_flight).sort(), [1, 2]);

  const { body: forgotten } = await sandbox.control('/counters/reset', { method: 'POST' });
  assert.equal(forgotten.max_in_flight, 0);
  assert.deepEqual(forgotten.by_route, {});
});

test('the count is down before the answer arrives', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (let turn = 0; turn < 200; turn++) await sandbox.call('/check');
  assert.equal((await sandbox.control('/counters')).body.max_in_flight, 1);
});
