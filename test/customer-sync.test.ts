import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facturapiSide } from './support/facturapi-side.ts';
import { startInstallation } from './support/installation.ts';
import { until } from './support/until.ts';

/** Two pages. */
const count = 150;
/** A killed stamper's call keeps its slot until its deadline; then the next one goes on. */
const runMsMax = 90_000;

test('kill -9 of the stamper in the middle of the mirror: it goes on, and each customer is one', async (t) => {
  const timbra = await startInstallation(t);
  const sandbox = facturapiSide(timbra.facturapiUrl);
  const there = async (path: string, body?: object) => {
    const answer = await fetch(timbra.facturapiUrl + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return (await answer.json()) as any;
  };
  await sandbox.settings({ latency_ms: 0 });
  for (let i = 0; i < count; i += 1) {
    await there('/customers', {
      legal_name: `CLIENTE DE ALLA ${i}`,
      tax_id: 'XAXX010101000',
      tax_system: '616',
      address: { zip: '06000' },
    });
  }
  await sandbox.settings({ latency_ms: 400 });
  const admin = await timbra.person('admin@demo.mx');
  const sync = async () => (await admin.get('/api/customers/sync')).body;
  assert.equal((await admin.call('POST', '/api/customers/sync')).status, 202);
  await until(async () => (await sync()).seen > 0, runMsMax, 'the first page is written');
  process.kill(await timbra.pidOf('stamper'), 'SIGKILL');
  const half = await sync();
  assert.equal(half.state, 'running');
  await until(async () => (await sync()).state === 'idle', runMsMax, 'the run comes to its end');

  const { created, seen, total } = await sync();
  assert.deepEqual([created, seen, total], [count, count, count]);
  const listed: string[] = (await admin.get('/api/customers/export')).body.split('\r\n');
  const names = listed.flatMap((line) => /CLIENTE DE ALLA \d+/.exec(line)?.[0] ?? []);
  assert.equal(names.length, count);
  assert.equal(new Set(names).size, count);
  assert.ok((await sandbox.counters()).max_in_flight <= 5);

  const id = (await admin.customer('cliente de alla 7')).id;
  const checked = await admin.call('POST', `/api/customers/${id}/tax-info-validation`);
  assert.deepEqual([checked.status, checked.body.tax_check.is_valid], [200, true]);
  assert.equal(await timbra.stop(), 0);
});
