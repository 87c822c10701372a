import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startListener } from '../support/listener.ts';
import { invoiceInput, startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';

const { customer, items } = invoiceInput() as { customer: object; items: object[] };
const input = { payment_form: '01', items, external_id: 'venta-1' };

const create = async (sandbox: TestSandbox, change: object = {}) =>
  (await sandbox.call('/receipts', { body: { ...input, ...change } })).body;

test('a receipt is made with its folio, its key and seven days to invoice it', async (t) => {
  const now = new Date('2026-05-04T12:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const receipt = await create(sandbox, { customer });
  assert.equal(receipt.status, 'open');
  assert.equal(receipt.total, 691.2);
  assert.equal(receipt.folio_number, 1);
  assert.equal(receipt.expires_at, '2026-05-11T12:00:00.000Z');
  assert.match(receipt.customer, /^[0-9a-f]{24}$/);
  assert.ok(receipt.self_invoice_url.endsWith(receipt.key));
  await sandbox.restart();
  assert.deepEqual((await sandbox.call(`/receipts/${receipt.id}`)).body, receipt);
  assert.equal((await create(sandbox)).folio_number, 2);
  const foreign = await sandbox.call(`/receipts/${receipt.id}`, { key: 'sk_test_otra' });
  assert.deepEqual([foreign.status, foreign.body.code], [404, 'receipt_not_found']);
});

test('a repeated key gives the same receipt', async (t) => {
  const sandbox = await startTestSandbox(t);
  const first = await create(sandbox, { idempotency_key: 'llave-1' });
  assert.deepEqual(await create(sandbox, { idempotency_key: 'llave-1' }), first);
  assert.equal((await sandbox.call('/receipts')).body.total_results, 1);
});

test('receipts are found by words, customer, form, date and invoice', async (t) => {
  const sandbox = await startTestSandbox(t);
  const mine = await create(sandbox, { customer });
  await create(sandbox, { payment_form: '03' });
  const { body: invoice } = await sandbox.call(`/receipts/${mine.id}/invoice`, { body: {} });
  const total = async (query: string) =>
    (await sandbox.call(`/receipts?${query}`)).body.total_results;
  assert.equal(await total('q=UKELELE'), 2);
  assert.equal(await total(`customer=${mine.customer}`), 1);
  assert.equal(await total('payment_form=03'), 1);
  assert.equal(await total(`invoice=${invoice.id}`), 1);
  assert.equal(await total(`date[gt]=${new Date(Date.now() + 60_000).toISOString()}`), 0);
});

test('an open receipt is invoiced once, to its customer or to another', async (t) => {
  const sandbox = await startTestSandbox(t);
  const receipt = await create(sandbox);
  const path = `/receipts/${receipt.id}`;
  const nobody = await sandbox.call(`${path}/invoice`, { body: {} });
  assert.deepEqual([nobody.status, nobody.body.path], [400, 'customer']);

  const key = { idempotency_key: 'llave-1', use: 'G03' };
  const made = await sandbox.call(`${path}/invoice`, { body: { ...key, customer } });
  assert.equal(made.status, 200);
  assert.equal(made.body.status, 'valid');
  assert.equal(made.body.total, receipt.total);
  assert.equal(made.body.payment_form, '01');
  const { body: closed } = await sandbox.call(path);
  assert.equal(closed.status, 'invoiced_to_customer');
  assert.equal(closed.invoice, made.body.id);
  assert.equal(closed.customer, made.body.customer.id);
  const again = await sandbox.call(`${path}/invoice`, { body: { ...key, customer } });
  assert.deepEqual(again.body, made.body);
  const other = await sandbox.call(`${path}/invoice`, { body: { customer } });
  assert.deepEqual([other.status, other.body.code], [400, 'receipt_not_open']);
  assert.equal((await sandbox.call(path, { method: 'DELETE' })).status, 400);
});

test('a canceled receipt stays so, and its customer may be assigned while it is open', async (t) => {
  const sandbox = await startTestSandbox(t);
  const receipt = await create(sandbox);
  const path = `/receipts/${receipt.id}`;
  const assigned = await sandbox.call(path, { method: 'PUT', body: { customer } });
  assert.match(assigned.body.customer, /^[0-9a-f]{24}$/);
  const canceled = await sandbox.call(path, { method: 'DELETE' });
  assert.equal(canceled.body.status, 'canceled');
  assert.deepEqual((await sandbox.call(path, { method: 'DELETE' })).body, canceled.body);
  assert.equal((await sandbox.call(path, { method: 'PUT', body: { customer } })).status, 400);
});

test('receipts by their keys become one invoice, after a summary and a preview', async (t) => {
  const sandbox = await startTestSandbox(t);
  const receipts = [await create(sandbox), await create(sandbox, { payment_form: '03' })];
  const body = { keys: receipts.map(({ key }) => key), customer, use: 'G03' };
  const { body: summary } = await sandbox.call('/receipts/to-invoice', {
    body: { ...body, dry_run: true },
  });
  assert.equal(summary.total, 1382.4);
  assert.equal(summary.receipts_count, 2);
  const preview = await fetch(`${sandbox.url}/receipts/to-invoice/preview`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal((await preview.text()).slice(0, 5), '%PDF-');
  assert.equal((await sandbox.call('/invoices')).body.total_results, 0);
  const { body: invoice } = await sandbox.call('/receipts/to-invoice', { body });
  assert.equal(invoice.total, 1382.4);
  assert.equal(invoice.items.length, 2);
  const { body: listed } = await sandbox.call(`/receipts?invoice=${invoice.id}`);
  assert.equal(listed.total_results, 2);
  const missing = await sandbox.call('/receipts/to-invoice', { body: { ...body, keys: ['x'] } });
  assert.equal(missing.status, 404);
});

test('the open receipts of the last period go into one global invoice', async (t) => {
  let now = new Date('2026-05-30T18:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const listener = await startListener(t);
  const hook = { url: listener.url, enabled_events: ['invoice.global_invoice_created'] };
  await sandbox.call('/webhooks', { body: hook });
  const cash = await create(sandbox);
  const card = await create(sandbox, { payment_form: '04', items: [{ ...items[0], quantity: 3 }] });
  const canceled = await create(sandbox);
  await sandbox.call(`/receipts/${canceled.id}`, { method: 'DELETE' });
  now = new Date('2026-06-02T18:00:00.000Z');
  const later = await create(sandbox);

  const body = { periodicity: 'month' };
  const { status, body: invoice } = await sandbox.call('/receipts/global-invoice', { body });
  assert.equal(status, 200);
  assert.equal(invoice.customer.legal_name, 'PUBLICO EN GENERAL');
  assert.equal(invoice.total, cash.total + card.total);
  assert.equal(invoice.payment_form, '04');
  assert.deepEqual(invoice.global, { periodicity: 'month', months: '05', year: 2026 });
  assert.deepEqual(
    invoice.items.map(({ product }: { product: { sku: string } }) => product.sku),
    [cash.key, card.key],
  );
  const statusOf = async (id: string) => (await sandbox.call(`/receipts/${id}`)).body.status;
  assert.equal(await statusOf(cash.id), 'invoiced_globally');
  assert.equal(await statusOf(later.id), 'open');
  const [told] = await listener.waitFor(1);
  assert.equal(told!.event.data.object.id, invoice.id);
  const none = await sandbox.call('/receipts/global-invoice', { body });
  assert.equal(none.status, 404);
});

test('a receipt has a PDF, and is sent to whom one says', async (t) => {
  const sandbox = await startTestSandbox(t);
  const receipt = await create(sandbox, { branch: 'Centro' });
  const pdf = await fetch(`${sandbox.url}/receipts/${receipt.id}/pdf`, {
    headers: { authorization: 'Bearer sk_test_demo' },
  });
  assert.equal((await pdf.text()).slice(0, 5), '%PDF-');
  const send = (body: object) => sandbox.call(`/receipts/${receipt.id}/email`, { body });
  assert.equal((await send({})).status, 400);
  assert.deepEqual((await send({ email: ['a@example.com', 'b@example.com'] })).body, { ok: true });
  const { body: outbox } = await sandbox.control('/outbox');
  assert.deepEqual(outbox[0].about, { type: 'receipt', id: receipt.id });
});
