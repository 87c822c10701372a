import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from './support/cleanups.ts';
import {
  assertConsecutiveFolios,
  assertOneCfdiEach,
  facturapiSide,
} from './support/facturapi-side.ts';
import { type Installation, startInstallation } from './support/installation.ts';
import { type Person, someInvoice } from './support/person.ts';
import { until } from './support/until.ts';

/** Every way FacturAPI can fail a creation here, one invoice each; all of them at the same time. */
const faults = [
  { fault: 'reset_before' },
  { fault: 'reset_after' },
  { fault: 'hang_after' },
  { fault: 'malformed_json' },
  { fault: 'status', status: 500 },
  { fault: 'status', status: 503 },
  { fault: 'status_after', status: 502 },
  { fault: 'status', status: 429, code: 'rate_limit_exceeded', retry_after: 1 },
  { fault: 'status', status: 409, code: 'idempotency_key_in_use' },
];
const issueMsMax = 90_000;

describe('FacturAPI fails in every way at once', () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let person: Person;

  before(async () => {
    timbra = await startInstallation(cleanups);
    person = await timbra.person();
  });

  test('each invoice is stamped once, with its folio, and never more than five at a time', async () => {
    const sandbox = facturapiSide(timbra.facturapiUrl);
    await sandbox.settings({ latency_ms: 50 });
    for (const fault of faults) {
      await sandbox.fault({ match: { method: 'POST', path: '/invoices' }, ...fault, times: 1 });
    }
    const { id } = await person.customer('robotica');
    const issued = await Promise.all(
      Array.from({ length: faults.length + 6 }, () =>
        person.issueForSure(someInvoice(id), issueMsMax),
      ),
    );
    assert.deepEqual([...new Set(issued.map((invoice) => invoice.status))], ['valid']);
    assertConsecutiveFolios(issued);
    assertOneCfdiEach(issued, await sandbox.invoices());
    assert.ok((await sandbox.counters()).max_in_flight <= 5);
  });

  test('a refused key keeps its invoice in the queue: nothing is lost, nobody is told it failed', async () => {
    const sandbox = facturapiSide(timbra.facturapiUrl);
    await sandbox.fault({
      match: { method: 'POST', path: '/invoices' },
      fault: 'status',
      status: 401,
      code: 'unauthorized',
      times: 1,
    });
    const { id } = await person.customer('robotica');
    const { body } = await person.issue(someInvoice(id), { prefer: 'wait=0' });
    const blocked = () =>
      timbra.log.some((one) => one.msg === 'create_invoice blocked' && one.invoice === body.id);
    await until(blocked);
    await until(async () => (await timbra.operator('/api/cluster/metrics')).queue.queued >= 1);
    const { body: waiting } = await person.get(`/api/invoices/${body.id}`);
    assert.equal(waiting.status, 'queued');
  });
});
