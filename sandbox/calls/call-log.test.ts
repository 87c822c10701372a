import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox, until } from '../support/test-sandbox.ts';
import { callsKeptMax, createCallLog } from './call-log.ts';

test('every call is logged with its times, its answer, its fault and its keys', async (t) => {
  const sandbox = await startTestSandbox(t);
  const before = Date.now();
  const body = invoiceInput({ external_id: 'pedido-1', idempotency_key: 'llave-1' });
  const made = await sandbox.call('/invoices', { body });
  await sandbox.call('/invoices?external_id=pedido-1', { key: 'sk_live_otra' });
  await sandbox.call('/check', { key: 'mala' });
  await sandbox.call('/check', { headers: { 'x-sandbox-fault': 'status;status=503' } });
  const reset = sandbox.call('/check', { headers: { 'x-sandbox-fault': 'reset_before' } });
  await assert.rejects(reset);

  const { calls, last, forgotten } = (await sandbox.control('/calls')).body;
  assert.deepEqual([last, forgotten], [5, 0]);
  const [create, search, stranger, failed, broken] = calls;
  const { started_ms, ended_ms, ...rest } = create;
  assert.ok(before - 1 <= started_ms && started_ms <= ended_ms && ended_ms <= Date.now() + 1);
  assert.deepEqual(rest, {
    seq: 1,
    method: 'POST',
    route: '/invoices',
    url: '/invoices',
    organization: 'demo',
    livemode: false,
    status: 200,
    ending: 'answer',
    fault: null,
    external_id: 'pedido-1',
    idempotency_key: 'llave-1',
    log_id: made.headers.get('x-facturapi-log-id'),
  });
  assert.equal(search.url, '/invoices?external_id=pedido-1');
  assert.deepEqual([search.organization, search.livemode], ['otra', true]);
  assert.deepEqual([stranger.organization, stranger.status], [null, 401]);
  assert.deepEqual([failed.fault, failed.status], ['status', 503]);
  assert.deepEqual([broken.fault, broken.status, broken.ending], ['reset_before', null, 'reset']);

  const { body: rest2 } = await sandbox.control('/calls?after=3&limit=1');
  assert.deepEqual(
    rest2.calls.map((call: { seq: number }) => call.seq),
    [4],
  );
});

test('a call at work shows as such, and the abandoned one ends with its work', async (t) => {
  const sandbox = await startTestSandbox(t);
  const client = new AbortController();
  const call = sandbox.call('/check', {
    headers: { 'x-sandbox-fault': 'slow;latency_ms=400' },
    signal: client.signal,
  });
  const newest = async () => (await sandbox.control('/calls')).body.calls.at(-1);
  const working = await until(newest, (record) => record !== undefined);
  assert.deepEqual([working.ending, working.ended_ms, working.status], ['working', null, null]);
  client.abort();
  await assert.rejects(call, { name: 'AbortError' });
  const ended = await until(newest, (record) => record.ending !== 'working');
  assert.ok(ended.ended_ms - ended.started_ms >= 399);
});

test('the log keeps the newest calls, says how many it forgot, and can be cleared', () => {
  const log = createCallLog();
  const call = {
    method: 'GET',
    route: '/check',
    url: '/check',
    organization: 'demo',
    livemode: false,
    log_id: '',
  };
  const extra = 5_000;
  for (let count = 0; count < callsKeptMax + extra; count++) log.begin(call);
  const { last, forgotten } = log.counts();
  assert.equal(last, callsKeptMax + extra);
  assert.ok(forgotten > 0 && forgotten <= extra);
  const all = log.list(0, last);
  assert.deepEqual([all[0]!.seq, all.at(-1)!.seq], [forgotten + 1, last]);
  assert.equal(log.list(last - 1, 10)[0]!.seq, last);
  assert.deepEqual(log.list(last, 10), []);
  log.clear();
  assert.deepEqual(log.list(0, 10), []);
  assert.equal(log.begin(call).seq, last + 1);
});
