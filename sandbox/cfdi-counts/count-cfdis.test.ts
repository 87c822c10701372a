import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openDatabase } from '../state/database.ts';
import { invoiceInput, startTestSandbox, temporaryFolder } from '../support/test-sandbox.ts';
import { cfdiCounter } from './count-cfdis.ts';

test('CFDIs are counted by external_id and by key, each account for itself', async (t) => {
  const sandbox = await startTestSandbox(t);
  await sandbox.control('/settings', { body: { idempotency: 'forget' } });
  const create = (name: string, key = 'sk_test_demo', path = '/invoices') =>
    sandbox.call(path, { key, body: invoiceInput({ external_id: name, idempotency_key: name }) });
  const { body: first } = await create('a');
  const { body: second } = await create('a');
  await create('a', 'sk_live_demo');
  await create('b');
  await sandbox.call('/invoices', { body: invoiceInput() });
  await sandbox.call('/invoices', { body: { status: 'draft', external_id: 'a' } });

  for (const by of ['external_id', 'idempotency_key']) {
    const { body } = await sandbox.control(`/cfdis?by=${by}`);
    const { duplicates, ...counts } = body;
    assert.deepEqual(counts, { by, cfdis: 5, names: 3, unnamed: 1 });
    assert.deepEqual(duplicates, [
      {
        name: 'a',
        organization: first.organization,
        livemode: false,
        count: 2,
        ids: [first.id, second.id],
        uuids: [first.uuid, second.uuid],
      },
    ]);
    const { body: named } = await sandbox.control(`/cfdis?by=${by}&name=a`);
    assert.deepEqual(named.map((one: { count: number }) => one.count).sort(), [1, 2]);
    assert.deepEqual((await sandbox.control(`/cfdis?by=${by}&name=z`)).body, []);
  }
  assert.equal((await sandbox.control('/cfdis?by=folio')).status, 400);
});

test('counting reads indexes alone, however many CFDIs there are', (t) => {
  const folder = temporaryFolder(t);
  const database = openDatabase(folder);
  t.after(() => database.close());
  const read = new DatabaseSync(join(folder, 'sandbox.sqlite'));
  t.after(() => read.close());
  for (const by of ['external_id', 'idempotency_key']) {
    const plan = read
      .prepare(
        `EXPLAIN QUERY PLAN SELECT count(*) FROM invoices
         WHERE uuid IS NOT NULL AND ${by} IS NOT NULL GROUP BY ${by}, scope`,
      )
      .all();
    const detail = plan.map((row) => String(row.detail)).join('; ');
    assert.match(detail, new RegExp(`COVERING INDEX cfdis_by_${by}`));
  }
  assert.equal(cfdiCounter(database).all('external_id').cfdis, 0);
});
