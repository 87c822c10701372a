import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import FacturapiModule from 'facturapi';
import { startListener } from './support/listener.ts';
import { invoiceInput, startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';

// The package is CommonJS that marks its default export the way bundlers read it.
const Facturapi = ((FacturapiModule as unknown as { default?: unknown }).default ??
  FacturapiModule) as typeof FacturapiModule.default;

function sdk(sandbox: TestSandbox) {
  const client = new Facturapi('sk_test_demo');
  client.BASE_URL = sandbox.url;
  return client;
}

const ukelele = { description: 'Ukelele', product_key: '60131324', price: 345.6, sku: 'UKE-1' };
const customer = invoiceInput().customer as Record<string, unknown>;

test('the official SDK keeps products, and invoices them by their id', async (t) => {
  const facturapi = sdk(await startTestSandbox(t));
  const product = await facturapi.products.create(ukelele);
  assert.equal(product.taxability, '02');
  assert.deepEqual(await facturapi.products.retrieve(product.id), product);
  const edited = await facturapi.products.update(product.id, { price: 400 });
  assert.equal(edited.price, 400);
  const { data, total_results } = await facturapi.products.list({ q: 'uke' });
  assert.deepEqual([data, total_results], [[edited], 1]);
  const invoice = await facturapi.invoices.create(
    invoiceInput({ items: [{ quantity: 2, product: product.id }] }),
  );
  assert.equal(invoice.total, 800);
  await facturapi.products.del(product.id);
  await assert.rejects(facturapi.products.retrieve(product.id), { code: 'product_not_found' });
});

test('the official SDK searches both catalogues, and asks after an RFC', async (t) => {
  const facturapi = sdk(await startTestSandbox(t));
  const products = await facturapi.catalogs.searchProducts({ q: 'consultoría de negocios' });
  assert.equal(products.data[0].key, '80101500');
  const units = await facturapi.catalogs.searchUnits({ q: 'kilogramo', limit: 1 });
  assert.equal(units.data[0].key, 'KGM');
  const { efos } = await facturapi.tools.validateTaxId('EKU9003173C9');
  assert.equal(efos.is_valid, true);
  const { id } = await facturapi.customers.create(customer);
  assert.equal((await facturapi.customers.validateTaxInfo(id)).is_valid, true);
  const sent = await facturapi.customers.sendEditLinkByEmail(id, { email: 'a@example.com' });
  assert.equal(sent.ok, true);
});

test('the official SDK sells by receipts, and invoices them', async (t) => {
  const facturapi = sdk(await startTestSandbox(t));
  const input = { payment_form: '01', items: [{ product: ukelele }] };
  const receipt = await facturapi.receipts.create(input);
  assert.equal(receipt.status, 'open');
  const pdf = await buffer((await facturapi.receipts.downloadPdf(receipt.id)) as Readable);
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  const invoice = await facturapi.receipts.invoice(receipt.id, { customer, use: 'G03' });
  assert.equal(invoice.total, receipt.total);
  const closed = await facturapi.receipts.retrieve(receipt.id);
  assert.deepEqual([closed.status, closed.invoice], ['invoiced_to_customer', invoice.id]);
  const other = await facturapi.receipts.create(input);
  assert.equal((await facturapi.receipts.cancel(other.id)).status, 'canceled');
  const { data } = await facturapi.receipts.list({ invoice: invoice.id });
  assert.deepEqual(data, [closed]);
});

test('the official SDK keeps webhooks, and holds their signatures good', async (t) => {
  const sandbox = await startTestSandbox(t);
  const listener = await startListener(t);
  await sandbox.control('/settings', { body: { async_ms: 1 } });
  const { webhooks, invoices } = sdk(sandbox);
  const made = await webhooks.create({
    url: listener.url,
    enabled_events: ['invoice.status_updated'],
  });
  assert.equal(made.status, 'enabled');
  assert.equal((await webhooks.list({})).total_results, 1);
  const invoice = await invoices.create(invoiceInput(), { async: true });
  const [received] = await listener.waitFor(1);
  const good = { secret: made.secret!, signature: received!.signature, payload: received!.raw };
  const event = await webhooks.validateSignature(good);
  assert.equal((event.data.object as { id: string }).id, invoice.id);
  const payload = received!.raw.replace('valid', 'canceled');
  await assert.rejects(webhooks.validateSignature({ ...good, payload }), {
    message: 'Invalid signature',
  });
});

test('the official SDK shows who issues, with certificate and next folios', async (t) => {
  const now = new Date('2026-05-04T12:00:00.000Z');
  const facturapi = sdk(await startTestSandbox(t, { now: () => now }));
  await facturapi.invoices.create(invoiceInput());
  await facturapi.receipts.create({ payment_form: '01', items: [{ product: ukelele }] });
  const me = await facturapi.organizations.me();
  assert.equal(me.legal.tax_id, 'EKU9003173C9');
  assert.equal(me.is_production_ready, true);
  assert.deepEqual(me.pending_steps, []);
  assert.equal(String(me.certificate.expires_at), '2036-05-04T12:00:00.000Z');
  const { next_folio_number, next_folio_number_test } = me.receipts;
  assert.deepEqual([next_folio_number, next_folio_number_test], [1, 2]);
  const { customization } = me as unknown as { customization: Record<string, unknown> };
  assert.equal(customization.next_folio_number, 1);
  assert.equal(customization.next_folio_number_test, 2);
});
