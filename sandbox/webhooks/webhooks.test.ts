import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestSandbox } from '../support/test-sandbox.ts';

const input = { url: 'http://127.0.0.1:9/eventos', enabled_events: ['invoice.status_updated'] };

test('a webhook is made with its secret, then found, edited and deleted without it', async (t) => {
  const sandbox = await startTestSandbox(t);
  const made = await sandbox.call('/webhooks', { body: input });
  assert.equal(made.status, 201);
  const { secret, ...webhook } = made.body;
  assert.match(secret, /^[0-9a-f]{64}$/);
  assert.equal(webhook.status, 'enabled');
  assert.deepEqual((await sandbox.call(`/webhooks/${webhook.id}`)).body, webhook);
  assert.deepEqual((await sandbox.call('/webhooks')).body.data, [webhook]);

  const change = { enabled_events: ['*'], status: 'disabled' };
  const edited = await sandbox.call(`/webhooks/${webhook.id}`, { method: 'PUT', body: change });
  assert.deepEqual(edited.body, { ...webhook, ...change });
  await sandbox.restart();
  assert.deepEqual((await sandbox.call(`/webhooks/${webhook.id}`)).body, edited.body);

  const deleted = await sandbox.call(`/webhooks/${webhook.id}`, { method: 'DELETE' });
  assert.deepEqual(deleted.body, edited.body);
  const gone = await sandbox.call(`/webhooks/${webhook.id}`);
  assert.deepEqual([gone.status, gone.body.code], [404, 'webhook_not_found']);
});

test('an address has one webhook on each side of each organization', async (t) => {
  const sandbox = await startTestSandbox(t);
  const first = await sandbox.call('/webhooks', { body: input });
  const again = await sandbox.call('/webhooks', { body: input });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, first.body);
  for (const key of ['sk_live_demo', 'sk_test_otra']) {
    const other = await sandbox.call('/webhooks', { key, body: input });
    assert.equal(other.status, 201);
    assert.equal((await sandbox.call(`/webhooks/${first.body.id}`, { key })).status, 404);
  }
});

test('a webhook without a good address or with an unknown event is refused', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (const [path, bad] of [
    ['url', { ...input, url: undefined }],
    ['url', { ...input, url: 'ftp://127.0.0.1/' }],
    ['url', { ...input, url: 'mi sitio' }],
    ['enabled_events', { url: input.url }],
    ['enabled_events.1', { ...input, enabled_events: ['*', 'invoice.borrada'] }],
  ] as const) {
    const { status, body } = await sandbox.call('/webhooks', { body: bad });
    assert.equal(status, 400);
    assert.equal(body.path, path);
  }
});
