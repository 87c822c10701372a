import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { keptLog } from '../../../test/support/records.ts';
import { reconciliationRig } from './test-reconciliation.ts';

describe('what a person must see to', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof reconciliationRig>>;
  before(async () => {
    rig = await reconciliationRig(cleanups);
  });
  const withKey = () => ({ external_id: randomUUID() });

  test('a second CFDI for one invoice is open until somebody cancels it', async () => {
    const company = await rig.company();
    const key = withKey();
    const first = await company.stampThere({ ...key, series: 'D', folio_number: 1 });
    const second = await company.stampThere({ ...key, series: 'D', folio_number: 2 });
    const id = await company.ours(first);
    const { log, records } = keptLog();
    const run = await company.reconcile({ log });
    assert.equal(run.differences, 1);
    assert.ok(records.some((one) => one.level === 50 && one.facturapiId === second.id));
    await company.reconcile();
    const [difference, ...more] = await company.differences();
    assert.equal(more.length, 0);
    assert.deepEqual(
      [difference.kind, difference.invoice_id, difference.facturapi_id, difference.ended_at],
      ['duplicate_in_facturapi', id, second.id, null],
    );
    await company.cancelThere(second.id);
    await company.reconcile();
    assert.ok((await company.differences())[0].ended_at);
    assert.equal((await company.invoice(id)).status, 'valid');
  });

  test('of two CFDIs for an invoice in review none is chosen', async () => {
    const company = await rig.company();
    const key = withKey();
    const first = await company.stampThere({ ...key, folio_number: 21 });
    const second = await company.stampThere({ ...key, folio_number: 22 });
    const none = { uuid: null, facturapi_id: null, stamped_at: null };
    const id = await company.ours(first, { status: 'review', ...none });
    await company.reconcile();
    assert.equal((await company.invoice(id)).status, 'review');
    const found = await company.differences();
    assert.deepEqual(
      found.map((one) => [one.kind, one.facturapi_id]).sort(),
      [first.id, second.id].map((one) => ['duplicate_in_facturapi', one]).sort(),
    );
  });

  test('a document that a reissue replaced, and that is stamped all the same, is told', async () => {
    const company = await rig.company();
    const old = await company.stampThere({ ...withKey(), folio_number: 31 });
    const id = await company.ours(undefined, { status: 'queued', stamped_at: null });
    await company.one(
      `insert into invoice_versions (tenant_id, invoice_id, version, document, totals, total, date,
                                     status)
       values ($1, $2, 1, $3, '{}', 116, now(), 'expired') returning 1`,
      id,
      { external_id: old.external_id },
    );
    await company.reconcile();
    const [difference] = (await company.differences()).filter((one) => one.kind !== 'without_call');
    assert.deepEqual(
      [difference.kind, difference.invoice_id, difference.facturapi_id, difference.ended_at],
      ['superseded_but_stamped', id, old.id, null],
    );
    assert.equal((await company.all('select from invoices where tenant_id = $1')).length, 1);
  });

  test('another total is told, until it agrees; what a person closed is not brought up again', async () => {
    const company = await rig.company();
    const theirs = await company.stampThere({ ...withKey(), folio_number: 51 });
    const id = await company.ours(theirs, { total: 1 });
    await company.reconcile();
    const [difference] = await company.differences();
    assert.deepEqual([difference.kind, difference.ended_at], ['data_differs', null]);
    assert.deepEqual(difference.detail.fields, [
      { what: 'total', ours: '1', theirs: String(theirs.total) },
    ]);
    const person = randomUUID();
    await company.one(
      `with who as (insert into people (id, email, name, password_hash)
                    values ($2::uuid, $2::uuid || '@example.mx', 'x', 'x') returning id)
       select id, $1::uuid from who`,
      person,
    );
    await company.one(
      `update reconciliation_differences set ended_at = now(), ended_by = $2
        where tenant_id = $1 returning 1`,
      person,
    );
    await company.reconcile();
    assert.equal((await company.differences()).length, 1);

    await company.one(
      'update invoices set total = 2 where tenant_id = $1 and id = $2 returning 1',
      id,
    );
    await company.one(
      `update invoices set updated_at = now() - interval '5 s' where tenant_id = $1 returning 1`,
    );
    await company.reconcile();
    assert.equal((await company.differences()).filter((one) => !one.ended_at).length, 1);
    await company.one(
      'update invoices set total = $2 where tenant_id = $1 returning 1',
      theirs.total,
    );
    await company.reconcile();
    assert.equal((await company.differences()).filter((one) => !one.ended_at).length, 0);
  });

  test('a folio that is ours already is told, and nothing is taken over', async () => {
    const company = await rig.company();
    await company.stampThere({ series: 'F', folio_number: 61 });
    const id = await company.ours(undefined, { status: 'rejected', series: 'F', folio_number: 61 });
    await company.reconcile();
    const [difference, ...more] = await company.differences();
    assert.deepEqual(
      [difference.kind, difference.invoice_id, difference.detail.reason, more.length],
      ['data_differs', id, 'folio_taken', 0],
    );
    assert.equal((await company.all('select from invoices where tenant_id = $1')).length, 1);
  });

  test('valid here and unknown there: it is read by its id, and then told, once', async () => {
    const company = await rig.company();
    const uuid = randomUUID();
    const id = await company.ours(undefined, { uuid, facturapi_id: 'f'.repeat(24) });
    await company.reconcile();
    assert.equal(await company.performAll('read_invoice'), 1);
    const [difference] = await company.differences();
    assert.deepEqual([difference.kind, difference.invoice_id], ['missing_in_facturapi', id]);
    await company.reconcile();
    assert.equal((await company.calls('read_invoice')).length, 0);
    assert.equal((await company.differences()).length, 1);
  });
});
