import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  invoiceInput,
  startTestSandbox,
  type TestSandbox,
  until,
} from '../support/test-sandbox.ts';

const create = (sandbox: TestSandbox, id: string, fault?: string, signal?: AbortSignal) =>
  sandbox.call('/invoices', {
    body: invoiceInput({ external_id: id }),
    ...(fault !== undefined && { headers: { 'x-sandbox-fault': fault } }),
    ...(signal && { signal }),
  });

const made = async (sandbox: TestSandbox, id: string) =>
  (await sandbox.call(`/invoices?external_id=${id}`)).body.total_results;

test('a hang leaves the client without answer, and the count without work', async (t) => {
  const sandbox = await startTestSandbox(t);
  const counters = async () => (await sandbox.control('/counters')).body;
  for (const [fault, invoices] of [
    ['hang_before', 0],
    ['hang_after', 1],
  ] as const) {
    const before = await counters();
    const client = new AbortController();
    const call = create(sandbox, fault, fault, client.signal);
    await until(counters, (now) => now.calls > before.calls && now.in_flight === 0);
    assert.equal(await Promise.race([call, answered()]), 'nothing yet');
    client.abort();
    await assert.rejects(call, { name: 'AbortError' });
    assert.equal(await made(sandbox, fault), invoices);
  }

  async function answered() {
    // The same connection pool answers a later call, so an answer to the first would be here too.
    await sandbox.call('/check');
    return 'nothing yet';
  }
});

test('a reset breaks the connection, before or after the invoice is made', async (t) => {
  const sandbox = await startTestSandbox(t);
  await assert.rejects(create(sandbox, 'antes', 'reset_before'), { message: 'fetch failed' });
  await assert.rejects(create(sandbox, 'despues', 'reset_after'), { message: 'fetch failed' });
  assert.equal(await made(sandbox, 'antes'), 0);
  assert.equal(await made(sandbox, 'despues'), 1);
});

test('an error status is answered instead of the work, or over it', async (t) => {
  const sandbox = await startTestSandbox(t);
  const limited = await create(sandbox, 'a', 'status;status=429;retry_after=2');
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '2');
  assert.equal(limited.body.code, 'rate_limit_exceeded');
  assert.equal(await made(sandbox, 'a'), 0);

  const gateway = await create(sandbox, 'b', '{"fault":"status_after","status":502}');
  assert.equal(gateway.status, 502);
  assert.equal(await made(sandbox, 'b'), 1);

  await assert.rejects(create(sandbox, 'c', 'malformed_json'), SyntaxError);
  assert.equal(await made(sandbox, 'c'), 1);
});

test("a gateway's page is no JSON, instead of the work or over it", async (t) => {
  const sandbox = await startTestSandbox(t);
  const page = async (id: string, fault: string) => {
    const response = await fetch(`${sandbox.url}/invoices`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer sk_test_demo',
        'content-type': 'application/json',
        'x-sandbox-fault': fault,
      },
      body: JSON.stringify(invoiceInput({ external_id: id })),
    });
    assert.match(response.headers.get('content-type') ?? '', /text\/html/);
    assert.match(await response.text(), new RegExp(`<h1>${response.status} `));
    return response.status;
  };
  assert.equal(await page('a', 'gateway'), 502);
  assert.equal(await made(sandbox, 'a'), 0);
  assert.equal(await page('b', 'gateway_after;status=504'), 504);
  assert.equal(await made(sandbox, 'b'), 1);
});

test('a planned fault strikes the calls it matches, as often as it was told', async (t) => {
  const sandbox = await startTestSandbox(t);
  const rule = {
    match: { method: 'POST', path: '/invoices', organization: 'demo' },
    fault: 'status',
    status: 503,
    times: 2,
  };
  assert.equal((await sandbox.control('/faults', { body: rule })).status, 201);
  assert.equal((await sandbox.call('/check')).status, 200);
  const other = await sandbox.call('/invoices', { key: 'sk_test_otra', body: invoiceInput() });
  assert.equal(other.status, 200);
  const statuses = [];
  for (const id of ['1', '2', '3']) statuses.push((await create(sandbox, id)).status);
  assert.deepEqual(statuses, [503, 503, 200]);
  const { body: rules } = await sandbox.control('/faults');
  assert.equal(rules[0].struck, 2);
  assert.deepEqual((await sandbox.control('/faults', { method: 'DELETE' })).body, []);
});

test('the same seed fails the same calls', async (t) => {
  const sandbox = await startTestSandbox(t);
  const rule = { fault: 'status', status: 500, probability: 0.5, seed: 42 };
  const runs: string[] = [];
  for (let run = 0; run < 2; run++) {
    await sandbox.control('/faults', { method: 'DELETE' });
    await sandbox.control('/faults', { body: rule });
    let outcome = '';
    for (let call = 0; call < 64; call++) {
      outcome += (await sandbox.call('/check')).status === 200 ? '.' : 'x';
    }
    runs.push(outcome);
  }
  assert.equal(runs[0], runs[1]);
  assert.match(runs[0]!, /\./);
  assert.match(runs[0]!, /x/);
});

test('a misspelt fault or setting is refused rather than ignored', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (const rule of [
    {},
    { fault: 'nada' },
    { fault: 'status', estado: 1 },
    { fault: 'slow', times: -1 },
  ]) {
    assert.equal((await sandbox.control('/faults', { body: rule })).status, 400);
  }
  assert.equal((await sandbox.call('/check', { headers: { 'x-sandbox-fault': 'x' } })).status, 400);
  const bad = { latency_ms: 5, idempotency: 'nunca' };
  assert.equal((await sandbox.control('/settings', { body: bad })).status, 400);
  assert.equal((await sandbox.control('/settings')).body.latency_ms, 0);
});
