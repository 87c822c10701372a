import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startListener } from '../../sandbox/support/listener.ts';
import { startTestSandbox, type TestSandbox } from '../../sandbox/support/test-sandbox.ts';
import { withoutLane } from '../../test/support/without-lane.ts';
import { type ConformanceAdapter, type ConformancePort, conformance } from './conformance.ts';
import { conformanceDocument } from './conformance-document.ts';
import { readDescription } from './conformance-openapi.ts';
import { type Recorder, startRecorder } from './conformance-recorder.ts';
import { officialSdk, sdkPort } from './conformance-sdk.ts';
import { tour } from './conformance-tour.ts';
import { facturapiClient } from './facturapi-client.ts';

const description = fileURLToPath(
  new URL('../../../shared/facturapi/openapi_v2.en.yaml', import.meta.url),
);
const descriptionAbsent =
  !existsSync(description) &&
  "NOT COMPARED with FacturAPI's description: it is not beside the repository (../shared)";

const realKey = process.env.FACTURAPI_TEST_KEY;
const realUrl = process.env.FACTURAPI_TEST_URL ?? 'https://www.facturapi.io/v2';
const keyAbsent =
  !realKey && 'NOT RUN against FacturAPI itself: FACTURAPI_TEST_KEY (sk_test_...) is not set';

type PortMaker = (test: TestContext, url: string) => ConformancePort;

const adapters: Record<string, PortMaker> = {
  "the product's client": (t, url) => {
    const client = withoutLane(facturapiClient({ url, connectionsMax: 5 }));
    t.after(() => client.close());
    return client;
  },
  'the official SDK': (_, url) => sdkPort(url),
};

for (const [name, makePort] of Object.entries(adapters)) {
  test(`${name} conforms against the sandbox`, async (t) => {
    const { sandbox, recorder } = await recorded(t);
    const adapter: ConformanceAdapter = {
      port: makePort(t, recorder.url),
      key: 'sk_test_demo',
      patienceMs: 10_000,
      script: {
        fault: async (fault) => {
          const match = { method: 'POST', path: '/invoices' };
          const { status } = await sandbox.control('/faults', {
            body: { ...fault, times: 1, match },
          });
          assert.equal(status, 201);
        },
        settings: async (body) => {
          assert.equal((await sandbox.control('/settings', { body })).status, 200);
        },
        unreachable: makePort(t, `http://127.0.0.1:${await closedPort()}/v2`),
      },
    };
    for (const { name: guarantee, run } of conformance(adapter)) await t.test(guarantee, run);
    await t.test("every answer fits FacturAPI's description", { skip: descriptionAbsent }, () =>
      everyAnswerFits(t, sandbox, recorder),
    );
  });

  test(`${name} conforms against FacturAPI's test mode`, { skip: keyAbsent }, async (t) => {
    assert.match(realKey!, /^sk_test_/, 'only a test key: a live one would issue real CFDIs');
    assert.match(realKey!, /^sk_test_/, 'only a test key: a live one would issue real CFDIs');
    const port = makePort(t, realUrl);
    const adapter = { port, key: realKey!, patienceMs: 60_000 };
    for (const { name: guarantee, run } of conformance(adapter)) await t.test(guarantee, run);
  });
}

test('an answer that drifts from the description is told', { skip: descriptionAbsent }, () => {
  const { drift } = readDescription(description);
  const product = { description: 'x', product_key: '60131324', unit_key: 'H87', price: 1 };
  const invoice = { id: 'a', created_at: '2026-05-04T12:00:00.000Z', livemode: false };
  const answer = (change: object, body: unknown) =>
    drift({
      ...{ method: 'GET', path: '/invoices/a', status: 200, type: 'application/json', logId: '' },
      ...change,
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    }).map(({ problem }) => problem.split(' (', 1)[0]);

  assert.deepEqual(answer({}, { ...invoice, status: 'valid', items: [{ product }] }), []);
  const odd: [problem: string, change: object, body: unknown][] = [
    ["must have required property 'id'", {}, { ...invoice, id: undefined }],
    ['/created_at must match format "date-time"', {}, { ...invoice, created_at: 'ayer' }],
    ['/status must be equal to one of the allowed values', {}, { ...invoice, status: 'x' }],
    [
      '/items/0/product/price must be number',
      {},
      { ...invoice, items: [{ product: { ...product, price: '1' } }] },
    ],
    [
      '/customer/address/country must be string',
      {},
      { ...invoice, customer: { address: { country: 1 } } },
    ],
    ['the body is no JSON', {}, '{'],
    ['the status 418 is not described', { status: 418 }, {}],
    ['the type text/html is not described', { type: 'text/html' }, '<html>'],
    ['the operation is not described', { path: '/facturas' }, {}],
    [
      "/data/0 must have required property 'id'",
      { path: '/invoices' },
      { data: [{ ...invoice, id: undefined }] },
    ],
    [
      "must have required property 'code'",
      { status: 404 },
      { ok: false, status: 404, message: 'no' },
    ],
  ];
  for (const [problem, change, body] of odd) {
    assert.deepEqual(
      answer(change, body).map((one) => one!.trim()),
      [problem.trim()],
    );
  }
});

const sandboxOnly = "every answer to the official SDK's calls fits FacturAPI's description";
test(sandboxOnly, { skip: descriptionAbsent }, async (t) => {
  const { sandbox, recorder } = await recorded(t);
  await tour(officialSdk(recorder.url, 'sk_test_demo'));
  for (const settings of [
    { rate_limit: { calls: 0, window_ms: 60_000 } },
    { sat: 'down' },
    { idempotency: 'conflict' },
  ]) {
    await sandbox.control('/settings', { body: settings });
    const { invoices } = officialSdk(recorder.url, 'sk_test_demo');
    const document = { ...conformanceDocument(), idempotency_key: 'a' };
    const body = 'sat' in settings ? conformanceDocument() : document;
    await assert.rejects(invoices.create({ ...body }), { name: 'FacturapiError' });
    await sandbox.control('/settings', { method: 'DELETE' });
  }
  await everyAnswerFits(t, sandbox, recorder);
  await nothingElseIsServed(sandbox, recorder);
});

/** Any other operation that is described and served would escape the comparison. */
async function nothingElseIsServed(sandbox: TestSandbox, recorder: Recorder): Promise<void> {
  const { drift, operations, operationsSeen } = readDescription(description);
  recorder.answers.forEach(drift);
  for (const operation of operations) {
    // The ids of these would be taken for an invoice's: the sandbox makes no archives of many.
    if (operationsSeen.has(operation) || operation.includes('/zip-requests')) continue;
    const [method, template] = operation.split(' ') as [string, string];
    const path = template.replaceAll(/\{\w+\}/g, 'f'.repeat(24));
    const init = method === 'GET' || method === 'DELETE' ? { method } : { method, body: {} };
    const { body } = await sandbox.call(path, init);
    assert.equal(body.code, 'not_found', `${operation} is served and was not compared`);
  }
}

/** A port of this machine where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test("every event of a webhook fits FacturAPI's description", {
  skip: descriptionAbsent,
}, async (t) => {
  const { sandbox, recorder } = await recorded(t);
  const listener = await startListener(t);
  await sandbox.control('/settings', { body: { async_ms: 1 } });
  const sdk = officialSdk(recorder.url, 'sk_test_demo');
  await sdk.webhooks.create({ url: listener.url, enabled_events: ['*'] });
  await tour(sdk);
  await sandbox.control('/faults', { body: { fault: 'pending_then_failed', resolve_ms: 1 } });
  await sdk.invoices.create({ ...conformanceDocument() });
  const types = () => new Set(listener.received.map(({ event }) => event.type));
  for (let count = 1; types().size < 4 || !failureTold(); count++) await listener.waitFor(count);
  const { eventDrift } = readDescription(description);
  assert.deepEqual(
    listener.received.flatMap(({ event }) => eventDrift(event)),
    [],
  );
  assert.equal(eventDrift({ type: 'invoice.perdida' }).length, 1);

  function failureTold() {
    return listener.received.some(({ event }) => event.data.object.status === 'failed');
  }
});

async function recorded(t: TestContext): Promise<{ sandbox: TestSandbox; recorder: Recorder }> {
  const sandbox = await startTestSandbox(t);
  const recorder = await startRecorder(sandbox.url);
  t.after(() => recorder.close());
  return { sandbox, recorder };
}

/** Answers that a fault falsified are no answers of the sandbox's own; they are counted. */
async function everyAnswerFits(
  t: TestContext,
  sandbox: TestSandbox,
  recorder: Recorder,
): Promise<void> {
  const { body: log } = await sandbox.control('/calls?limit=20000');
  const calls: { log_id: string; fault: string | null }[] = log.calls;
  const falsified = new Set(
    calls.filter(({ fault }) => /status|gateway|malformed/.test(fault ?? '')).map((c) => c.log_id),
  );
  const own = recorder.answers.filter(({ logId }) => !falsified.has(logId));
  const { drift, operationsSeen, errata } = readDescription(description);
  const drifts = own.flatMap(drift);
  const skipped = recorder.answers.length - own.length;
  t.diagnostic(
    `${own.length} answers of ${operationsSeen.size} operations compared, ` +
      `${skipped} falsified by faults left out, ${errata.length} errata of the description`,
  );
  assert.ok(own.length > 20, `only ${own.length} answers were compared`);
  assert.deepEqual(drifts, []);
}
