import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { callJson, invoiceInput, temporaryFolder } from './support/test-sandbox.ts';

async function forkSandbox(t: TestContext, dataDir: string) {
  const child = fork(new URL('./main.ts', import.meta.url), {
    env: {
      ...process.env,
      SANDBOX_PORT: '0',
      SANDBOX_DATA: dataDir,
      SANDBOX_LATENCY_MS: '0',
      // The runner's own variable would make the child report as a test file.
      NODE_TEST_CONTEXT: '',
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
  assert.equal(message.type, 'listening');
  return { child, url: message.url };
}

async function exitOf(child: ChildProcess) {
  const [code, signal] = await once(child, 'exit');
  return { code, signal };
}

test('kill -9 right after an answer keeps the invoice', async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await forkSandbox(t, dataDir);
  const made = [];
  for (let count = 0; count < 20; count++) {
    made.push(await callJson(`${first.url}/invoices`, { body: invoiceInput() }));
  }
  first.child.kill('SIGKILL');
  assert.equal((await exitOf(first.child)).signal, 'SIGKILL');

  const second = await forkSandbox(t, dataDir);
  for (const { body } of made) {
    const found = await callJson(`${second.url}/invoices/${body.id}`);
    assert.deepEqual(found.body, body);
  }
});

test('a child ends cleanly when its parent goes away', async (t) => {
  const { child } = await forkSandbox(t, temporaryFolder(t));
  child.disconnect();
  assert.deepEqual(await exitOf(child), { code: 0, signal: null });
});

test('SIGTERM ends it cleanly, with calls hanging and a call at work', async (t) => {
  const { child, url } = await forkSandbox(t, temporaryFolder(t));
  const withFault = (fault: string) =>
    callJson(`${url}/invoices`, { body: invoiceInput(), headers: { 'x-sandbox-fault': fault } });
  const hanging = assert.rejects(withFault('hang_after'));
  const working = withFault('slow;latency_ms=500');
  const counters = `${url.replace(/\/v2$/, '')}/__sandbox/counters`;
  for (;;) {
    const { calls, in_flight } = (await callJson(counters)).body;
    if (calls === 2 && in_flight === 1) break;
  }
  child.kill('SIGTERM');
  assert.equal((await working).status, 200);
  await hanging;
  assert.deepEqual(await exitOf(child), { code: 0, signal: null });
});
