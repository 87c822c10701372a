import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanupsOfTest } from './support/cleanups.ts';
import {
  assertConsecutiveFolios,
  assertOneCfdiEach,
  facturapiSide,
} from './support/facturapi-side.ts';
import { startInstallation } from './support/installation.ts';
import { someInvoice } from './support/person.ts';
import { until } from './support/until.ts';

const stampedMsMax = 60_000;

test('a lane for each organization: five of one, and open calls follow a change of the scope', async (block) => {
  const t = cleanupsOfTest(block);
  const first = await startInstallation(t, { env: { FACTURAPI_LIMIT_SCOPE: 'organization' } });
  const person = await first.person();
  const { id } = await person.customer('robotica');
  const sandbox = facturapiSide(first.facturapiUrl);
  await sandbox.settings({ latency_ms: 200, idempotency: 'forget' });
  const issue = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () => person.issue(someInvoice(id), { prefer: 'wait=0' })),
    );
  const accepted = await issue(20);
  const isValid = async (invoiceId: string, url = first.url) =>
    (await person.at(url).get(`/api/invoices/${invoiceId}`)).body.status === 'valid';
  for (const { body } of accepted) await until(() => isValid(body.id), stampedMsMax);
  assert.equal((await sandbox.counters()).max_in_flight, 5);
  const health = await first.operator('/api/cluster/health');
  assert.equal(health.checks.stamper, 'ok');

  // Slow enough that most of these still wait when it stops.
  await sandbox.settings({ latency_ms: 2_000 });
  const waiting = await issue(20);
  assert.equal(await first.stop(), 0);
  const again = await startInstallation(t, { dataDir: first.dataDir });
  assert.ok(again.log.some(({ msg }) => msg === 'the queue follows FACTURAPI_LIMIT_SCOPE'));
  const all = [...accepted, ...waiting].map(({ body }) => body.id as string);
  for (const invoiceId of all) await until(() => isValid(invoiceId, again.url), stampedMsMax);
  const after = person.at(again.url);
  const invoices = await Promise.all(
    all.map(async (invoiceId) => (await after.get(`/api/invoices/${invoiceId}`)).body),
  );
  assertConsecutiveFolios(invoices);
  const side = facturapiSide(again.facturapiUrl);
  assertOneCfdiEach(invoices, await side.invoices());
  assert.ok((await side.counters()).max_in_flight <= 5);
  assert.equal(await again.stop(), 0);
});
