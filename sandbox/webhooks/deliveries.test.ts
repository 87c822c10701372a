import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Received, startListener } from '../support/listener.ts';
import {
  invoiceInput,
  startTestSandbox,
  type TestSandbox,
  until,
} from '../support/test-sandbox.ts';
import { sign } from './signature.ts';

async function listening(t: TestContext, settings: object = {}) {
  const sandbox = await startTestSandbox(t);
  await sandbox.control('/settings', { body: { async_ms: 1, webhook_retry_ms: 1, ...settings } });
  const listener = await startListener(t);
  const body = { url: listener.url, enabled_events: ['invoice.status_updated'] };
  const { body: webhook } = await sandbox.call('/webhooks', { body });
  return { sandbox, listener, webhook };
}

/** An invoice whose stamp comes later, and with it an event. */
async function create(sandbox: TestSandbox, externalId: string) {
  const body = invoiceInput({ external_id: externalId });
  const { body: invoice } = await sandbox.call('/invoices?async=true', { body });
  assert.equal(invoice.status, 'pending');
  return invoice;
}

const play = (sandbox: TestSandbox, rule: object) =>
  sandbox.control('/webhooks/faults', { body: rule });

const deliveriesOf = async (sandbox: TestSandbox) =>
  (await sandbox.control('/webhooks/deliveries')).body;

test('an invoice that is stamped later is told with its signature', async (t) => {
  const { sandbox, listener, webhook } = await listening(t);
  const invoice = await create(sandbox, 'pedido-1');
  const [received] = await listener.waitFor(1);
  assert.equal(received!.signature, sign(webhook.secret, received!.raw));
  const { id, created_at, data, ...event } = received!.event;
  assert.match(id, /^[0-9a-f]{24}$/);
  assert.ok(Math.abs(Date.parse(created_at) - Date.now()) < 60_000);
  assert.deepEqual(event, {
    livemode: false,
    organization: invoice.organization,
    type: 'invoice.status_updated',
    related_resource_messages: [],
  });
  assert.equal(data.type, 'invoice');
  assert.deepEqual(data.object, (await sandbox.call(`/invoices/${invoice.id}`)).body);

  const validate = (payload: unknown, signature: string) =>
    sandbox.call('/webhooks/validate-signature', {
      body: { secret: webhook.secret, payload, signature },
    });
  const valid = await validate(received!.event, received!.signature);
  assert.deepEqual([valid.status, valid.body], [200, received!.event]);
  assert.equal((await validate(received!.raw, received!.signature)).status, 200);
  const changed = { ...received!.event, livemode: true };
  assert.equal((await validate(changed, received!.signature)).status, 400);
  assert.equal((await validate(received!.event, 'zz')).status, 400);
});

test('a stamping that fails is told with its reason', async (t) => {
  const { sandbox, listener } = await listening(t);
  const { body: invoice } = await sandbox.call('/invoices', {
    body: invoiceInput(),
    headers: { 'x-sandbox-fault': 'pending_then_failed;resolve_ms=1' },
  });
  const [{ event }] = (await listener.waitFor(1)) as [Received];
  assert.equal(event.data.object.status, 'failed');
  const [message] = event.related_resource_messages;
  assert.deepEqual([message.resource_id, message.severity], [invoice.id, 'error']);
});

test('what comes due when the clock is moved is told at once, though nobody calls', async (t) => {
  const { sandbox, listener, webhook } = await listening(t, { cancellation: 'pending' });
  const edit = { enabled_events: ['invoice.cancellation_status_updated'] };
  await sandbox.call(`/webhooks/${webhook.id}`, { method: 'PUT', body: edit });
  const { body: invoice } = await sandbox.call('/invoices', { body: invoiceInput() });
  await sandbox.call(`/invoices/${invoice.id}?motive=02`, { method: 'DELETE' });
  const days = 4 * 86_400_000;
  await sandbox.control('/settings', { body: { clock_offset_ms: days } });
  const told = (await listener.waitFor(2)).map(({ event }) => event.data.object);
  assert.deepEqual(
    told.map(({ status, cancellation_status: of }) => [status, of]),
    [
      ['valid', 'pending'],
      ['canceled', 'accepted'],
    ],
  );
});

test('only the webhooks of the account that want the event hear of it', async (t) => {
  const { sandbox, listener, webhook } = await listening(t);
  const other = await startListener(t);
  const wants = (url: string, events: string[], key = 'sk_test_demo') =>
    sandbox.call('/webhooks', { key, body: { url, enabled_events: events } });
  await wants(other.url, ['invoice.cancellation_status_updated']);
  await wants(`${other.url}/vivo`, ['*'], 'sk_live_demo');
  const { body: all } = await wants(`${other.url}/todo`, ['*']);
  await create(sandbox, 'pedido-1');
  await Promise.all([listener.waitFor(1), other.waitFor(1)]);
  const told = await until(
    () => deliveriesOf(sandbox),
    ({ length }) => length === 2,
  );
  const ids = told.map((delivery: { webhook: string }) => delivery.webhook);
  assert.deepEqual(ids.sort(), [webhook.id, all.id].sort());

  const off = { method: 'PUT', body: { status: 'disabled' } };
  await sandbox.call(`/webhooks/${webhook.id}`, off);
  await create(sandbox, 'pedido-2');
  await other.waitFor(2);
  assert.equal(listener.received.length, 1);
});

test('an event that is not taken is repeated until it is, and at most five times', async (t) => {
  const { sandbox, listener } = await listening(t);
  listener.answers.push(500, 302);
  await create(sandbox, 'pedido-1');
  const received = await listener.waitFor(3);
  assert.equal(new Set(received.map(({ raw }) => raw)).size, 1);

  listener.answers.push(500, 500, 500, 500, 500, 500);
  await create(sandbox, 'pedido-2');
  const deliveries = await until(
    () => deliveriesOf(sandbox),
    ({ length }) => length === 8,
  );
  const tell = ({ attempt, outcome }: { attempt: number; outcome: string }) =>
    `${attempt} ${outcome}`;
  assert.deepEqual(deliveries.map(tell), [
    '1 refused',
    '2 refused',
    '3 delivered',
    ...[1, 2, 3, 4, 5].map((attempt) => `${attempt} refused`),
  ]);
  await create(sandbox, 'pedido-3');
  await listener.waitFor(9);
  assert.equal(listener.answers.length, 0);
});

test('a dropped event never comes, a doubled one comes twice as the same', async (t) => {
  const { sandbox, listener } = await listening(t);
  await play(sandbox, { fault: 'drop', times: 1 });
  await play(sandbox, { fault: 'double', times: 1 });
  const lost = await create(sandbox, 'perdida');
  await until(
    () => deliveriesOf(sandbox),
    ({ length }) => length === 1,
  );
  const doubled = await create(sandbox, 'doble');
  const received = await listener.waitFor(2);
  assert.equal(received[0]!.raw, received[1]!.raw);
  assert.equal(received[0]!.event.data.object.id, doubled.id);
  assert.equal((await sandbox.call(`/invoices/${lost.id}`)).body.status, 'valid');
});

test('a reordered event comes after a later one', async (t) => {
  const { sandbox, listener } = await listening(t);
  await play(sandbox, { fault: 'reorder', times: 1 });
  const first = await create(sandbox, 'primera');
  const status = async () => (await sandbox.call(`/invoices/${first.id}`)).body.status;
  await until(status, (word) => word === 'valid');
  const second = await create(sandbox, 'segunda');
  const received = await listener.waitFor(2);
  const order = received.map(({ event }) => event.data.object.id);
  assert.deepEqual(order, [second.id, first.id]);
});

test('a forged event has another id and a signature that does not hold', async (t) => {
  const { sandbox, listener, webhook } = await listening(t);
  await play(sandbox, { fault: 'forge', times: 1, match: { type: 'invoice.status_updated' } });
  await create(sandbox, 'pedido-1');
  const [forged, real] = await listener.waitFor(2);
  assert.notEqual(forged!.signature, sign(webhook.secret, forged!.raw));
  assert.equal(forged!.event.data.object.status, 'canceled');
  assert.notEqual(forged!.event.id, real!.event.id);
  assert.equal(real!.signature, sign(webhook.secret, real!.raw));
  assert.equal(real!.event.data.object.status, 'valid');
});

test('the same seed drops the same events', async (t) => {
  const { sandbox } = await listening(t);
  const runs: string[] = [];
  for (let run = 0; run < 2; run++) {
    await sandbox.control('/webhooks/faults', { method: 'DELETE' });
    await play(sandbox, { fault: 'drop', probability: 0.5, seed: 11 });
    const before = (await deliveriesOf(sandbox)).length;
    for (let count = 0; count < 12; count++) {
      await create(sandbox, `${run}-${count}`);
      await until(
        () => deliveriesOf(sandbox),
        ({ length }) => length === before + count + 1,
      );
    }
    const outcomes = (await deliveriesOf(sandbox)).slice(before);
    runs.push(outcomes.map((one: { outcome: string }) => one.outcome).join());
  }
  assert.equal(runs[0], runs[1]);
  assert.match(runs[0]!, /dropped/);
  assert.match(runs[0]!, /delivered/);
});

test('nothing is ever sent to another machine, and a wrong rule is refused', async (t) => {
  const { sandbox, listener } = await listening(t);
  for (const url of ['http://192.0.2.1/', 'http://ejemplo.mx/', 'http://127.0.0.1.ejemplo.mx/']) {
    await sandbox.call('/webhooks', { body: { url, enabled_events: ['*'] } });
  }
  await create(sandbox, 'pedido-1');
  await listener.waitFor(1);
  const all = await until(
    () => deliveriesOf(sandbox),
    ({ length }) => length === 4,
  );
  const outcomes = all.map((one: { outcome: string }) => one.outcome).sort();
  assert.deepEqual(outcomes, ['delivered', 'not_loopback', 'not_loopback', 'not_loopback']);
  for (const bad of [{}, { fault: 'perder' }, { fault: 'drop', veces: 1 }]) {
    assert.equal((await play(sandbox, bad)).status, 400);
  }
});
