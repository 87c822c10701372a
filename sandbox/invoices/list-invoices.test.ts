import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox } from '../support/test-sandbox.ts';

test('each documented filter finds its invoice and no other', async (t) => {
  const now = new Date('2026-05-04T12:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const product = { description: 'Reparación de motor', product_key: '78181500', price: 99.5 };
  const other = await sandbox.call('/invoices', {
    body: invoiceInput({ date: '2026-05-02T00:00:00Z', external_id: 'otro' }),
  });
  const { body: wanted } = await sandbox.call('/invoices', {
    body: invoiceInput({
      customer: {
        legal_name: 'MARÍA PÉREZ ÑANDÚ',
        tax_id: 'XIQB891116QE4',
        tax_system: '612',
        address: { zip: '06000' },
      },
      items: [{ product }],
      external_id: 'buscado',
      series: 'ZZ',
      folio_number: 901,
      payment_form: '99',
      payment_method: 'PPD',
    }),
  });
  const queries = [
    'external_id=buscado',
    `uuid=${wanted.uuid.toUpperCase()}`,
    `customer=${wanted.customer.id}`,
    'folio_number=901',
    'series=ZZ',
    'payment_method=PPD',
    'payment_status=unpaid',
    'date[gte]=2026-05-03T00:00:00Z',
    'date[gt]=2026-05-02T00:00:00.000Z&date[lte]=2026-05-04T06:00:00-06:00',
    'q=reparacion',
    'q=perez%20%C3%B1and',
    'q=XIQB891116QE4',
    `q=${wanted.id}`,
    'q=901',
    'q=99.5',
    'limit=1&page=1',
  ];
  for (const query of queries) {
    const { status, body } = await sandbox.call(`/invoices?${query}`);
    assert.equal(status, 200, query);
    assert.deepEqual(
      body.data.map((invoice: { id: string }) => invoice.id),
      [wanted.id],
      query,
    );
  }
  const { body: all } = await sandbox.call('/invoices?limit=1&page=2');
  assert.equal(all.page, 2);
  assert.equal(all.total_pages, 2);
  assert.equal(all.total_results, 2);
  assert.equal(all.data[0].id, other.body.id);
  assert.equal((await sandbox.call('/invoices?q=%25')).body.total_results, 0);
  assert.equal((await sandbox.call('/invoices?type=E')).body.total_results, 0);
});

test('pages end at 30 and page sizes at 100', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (const path of ['/invoices', '/customers']) {
    assert.equal((await sandbox.call(`${path}?page=30&limit=100`)).status, 200);
    const page = await sandbox.call(`${path}?page=31`);
    assert.equal(page.status, 400);
    assert.equal(page.body.code, 'page_too_large');
    const limit = await sandbox.call(`${path}?limit=101`);
    assert.equal(limit.status, 400);
    assert.equal(limit.body.path, 'limit');
    assert.equal((await sandbox.call(`${path}?page=0`)).status, 400);
    assert.equal((await sandbox.call(`${path}?limit=x`)).status, 400);
  }
});
