import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox } from '../support/test-sandbox.ts';

const input = { description: 'Ukelele', product_key: '60131324', price: 345.6, sku: 'UKE-1' };

test('a product is made with its defaults, edited field by field, and deleted', async (t) => {
  const sandbox = await startTestSandbox(t);
  const made = await sandbox.call('/products', { body: input });
  assert.equal(made.status, 200);
  const { id, created_at, livemode, organization, ...fields } = made.body;
  assert.match(id, /^[0-9a-f]{24}$/);
  assert.deepEqual(fields, {
    ...input,
    tax_included: true,
    taxability: '02',
    taxes: [{ type: 'IVA', rate: 0.16, factor: 'Tasa', withholding: false }],
    unit_key: 'H87',
    unit_name: 'Elemento',
  });
  const change = { price: 400, tax_included: false, taxes: [] };
  const edited = await sandbox.call(`/products/${id}`, { method: 'PUT', body: change });
  assert.deepEqual(edited.body, { ...made.body, ...change });
  await sandbox.restart();
  assert.deepEqual((await sandbox.call(`/products/${id}`)).body, edited.body);
  assert.deepEqual((await sandbox.call(`/products/${id}`, { method: 'DELETE' })).body, edited.body);
  const gone = await sandbox.call(`/products/${id}`);
  assert.deepEqual([gone.status, gone.body.code], [404, 'product_not_found']);
});

test('products are found by description or SKU, newest first, within one account', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (const change of [{}, { description: 'Guitarra acústica', sku: 'GUI-1' }]) {
    await sandbox.call('/products', { body: { ...input, ...change } });
  }
  await sandbox.call('/products', { key: 'sk_test_otra', body: input });
  const found = async (query: string) =>
    (await sandbox.call(`/products${query}`)).body.data.map((one: { sku: string }) => one.sku);
  assert.deepEqual(await found(''), ['GUI-1', 'UKE-1']);
  assert.deepEqual(await found('?q=ACUSTICA'), ['GUI-1']);
  assert.deepEqual(await found('?q=uke-1'), ['UKE-1']);
  assert.deepEqual(await found('?sku=UKE-1'), ['UKE-1']);
  assert.deepEqual(await found('?sku=UKE'), []);
  assert.deepEqual(await found('?limit=1&page=2'), ['UKE-1']);
});

test('a wrong product is refused with the paths of its own fields', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { status, body } = await sandbox.call('/products', {
    body: { description: '', product_key: '1', taxes: [{ type: 'IVA' }] },
  });
  assert.equal(status, 400);
  assert.deepEqual(body.errors.map((error: { path: string }) => error.path).sort(), [
    'description',
    'price',
    'product_key',
    'taxes.0.rate',
  ]);
  assert.doesNotMatch(JSON.stringify(body), /item/);
});

test("an invoice's item names a product, and keeps what it then was", async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: product } = await sandbox.call('/products', { body: input });
  const items = [{ quantity: 2, product: product.id }];
  const { body: invoice } = await sandbox.call('/invoices', { body: invoiceInput({ items }) });
  assert.equal(invoice.total, 691.2);
  assert.equal(invoice.items[0].product.id, product.id);
  assert.equal(invoice.items[0].product.description, 'Ukelele');
  await sandbox.call(`/products/${product.id}`, { method: 'DELETE' });
  assert.deepEqual((await sandbox.call(`/invoices/${invoice.id}`)).body, invoice);
  const unknown = await sandbox.call('/invoices', { body: invoiceInput({ items }) });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'product_not_found']);
});
