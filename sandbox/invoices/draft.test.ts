import assert from 'node:assert/strict';
import { test } from 'node:test';
import { download } from '../support/documents.ts';
import { invoiceInput, startTestSandbox } from '../support/test-sandbox.ts';

test('a draft of nothing is kept, and is not ready to be stamped', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { status, body } = await sandbox.call('/invoices', { body: { status: 'draft' } });
  assert.equal(status, 200);
  assert.equal(body.status, 'draft');
  assert.equal(body.is_ready_to_stamp, false);
  assert.equal(body.uuid, undefined);
  assert.equal(body.folio_number, undefined);
  const refused = await sandbox.call(`/invoices/${body.id}/stamp`, { method: 'POST' });
  assert.equal(refused.status, 400);
  assert.equal(refused.body.code, 'draft_not_ready_to_stamp');
  const missing = refused.body.errors.map(({ path }: { path: string }) => path);
  assert.deepEqual(missing, ['customer', 'payment_form', 'items']);
  assert.deepEqual((await sandbox.call(`/invoices/${body.id}`)).body, body);
});

test('a draft is edited field by field until it can be stamped, and keeps its id', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { customer, items } = invoiceInput();
  const draft = await sandbox.call('/invoices', {
    body: { status: 'draft', external_id: 'pedido-1', items, conditions: 'contado' },
  });
  const edit = (body: object) =>
    sandbox.call(`/invoices/${draft.body.id}`, { method: 'PUT', body });
  const partly = await edit({ customer, conditions: null });
  assert.equal(partly.body.is_ready_to_stamp, false);
  assert.equal(partly.body.customer.tax_id, 'ABC101010111');
  assert.match(partly.body.customer.id, /^[0-9a-f]{24}$/);
  assert.equal(partly.body.conditions, undefined);
  const ready = await edit({ payment_form: '03', use: 'G03' });
  assert.equal(ready.body.is_ready_to_stamp, true);
  assert.equal(ready.body.total, 691.2);
  assert.equal(ready.body.external_id, 'pedido-1');

  const stamped = await sandbox.call(`/invoices/${draft.body.id}/stamp`, { method: 'POST' });
  assert.equal(stamped.status, 200);
  assert.equal(stamped.body.id, draft.body.id);
  assert.equal(stamped.body.status, 'valid');
  assert.equal(stamped.body.folio_number, 1);
  assert.equal(stamped.body.is_ready_to_stamp, false);
  const xml = (await download(sandbox, `/invoices/${draft.body.id}/xml`)).toString();
  assert.ok(xml.includes(stamped.body.uuid));
  assert.equal((await edit({ use: 'G01' })).body.code, 'invoice_not_draft');
  const again = await sandbox.call(`/invoices/${draft.body.id}/stamp`, { method: 'POST' });
  assert.equal(again.status, 409);
  assert.equal(again.body.code, 'invoice_already_stamped');
  assert.equal((await sandbox.control('/invoices')).body.length, 1);
});

test('what is wrong in a draft is refused, where what is missing is not', async (t) => {
  const sandbox = await startTestSandbox(t);
  const wrong = { status: 'draft', use: 'XYZ', items: [{ quantity: 'dos', product: {} }] };
  const { status, body } = await sandbox.call('/invoices', { body: wrong });
  assert.equal(status, 400);
  const found = body.errors.map(({ path, code }: Record<string, string>) => `${path} ${code}`);
  assert.deepEqual(found, ['use invalid_value', 'items.0.quantity invalid_type']);
  const nobody = { status: 'draft', customer: 'f'.repeat(24) };
  assert.equal((await sandbox.call('/invoices', { body: nobody })).body.code, 'customer_not_found');
  assert.equal((await sandbox.control('/invoices')).body.length, 0);
});

test('what SAT refuses leaves the draft as it was, and takes no folio', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: draft } = await sandbox.call('/invoices', {
    body: invoiceInput({ status: 'draft', use: 'D01' }),
  });
  const refused = await sandbox.call(`/invoices/${draft.id}/stamp`, { method: 'POST' });
  assert.equal(refused.body.code, 'invoice_stamping_validation_error');
  assert.deepEqual((await sandbox.call(`/invoices/${draft.id}`)).body, draft);
  const next = await sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal(next.body.folio_number, 1);
});

test('DELETE of a draft takes it away', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: draft } = await sandbox.call('/invoices', { body: { status: 'draft' } });
  const removed = await sandbox.call(`/invoices/${draft.id}`, { method: 'DELETE' });
  assert.equal(removed.status, 200);
  assert.equal((await sandbox.call(`/invoices/${draft.id}`)).status, 404);
});

test('a copy is a draft of the same, and stamps to the same total', async (t) => {
  const sandbox = await startTestSandbox(t);
  const input = invoiceInput({ external_id: 'uno', idempotency_key: 'k', series: 'ZZ' });
  const { body: first } = await sandbox.call('/invoices', { body: input });
  const { body: copy } = await sandbox.call(`/invoices/${first.id}/copy`, { method: 'POST' });
  assert.equal(copy.status, 'draft');
  assert.equal(copy.is_ready_to_stamp, true);
  assert.equal(copy.external_id, undefined);
  assert.equal(copy.customer.id, first.customer.id);
  assert.deepEqual(copy.items, first.items);
  const stamped = await sandbox.call(`/invoices/${copy.id}/stamp`, { method: 'POST' });
  assert.equal(stamped.body.total, first.total);
  assert.equal(stamped.body.series, 'ZZ');
  assert.equal(stamped.body.folio_number, 2);
  assert.notEqual(stamped.body.uuid, first.uuid);
});

test('a preview is a PDF, and keeps nothing', async (t) => {
  const sandbox = await startTestSandbox(t);
  const response = await fetch(`${sandbox.url}/invoices/preview/pdf`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' },
    body: JSON.stringify(invoiceInput()),
  });
  assert.equal(response.headers.get('content-type'), 'application/pdf');
  const pdf = Buffer.from(await response.arrayBuffer());
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  assert.equal((await sandbox.control('/invoices')).body.length, 0);
  assert.equal((await sandbox.call('/customers')).body.total_results, 0);
  const wrong = await sandbox.call('/invoices/preview/pdf', { body: { items: [] } });
  assert.equal(wrong.body.code, 'invalid_request');
});

test('documents of what is not stamped are refused', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: draft } = await sandbox.call('/invoices', { body: { status: 'draft' } });
  for (const format of ['xml', 'pdf', 'zip']) {
    const { status, body } = await sandbox.call(`/invoices/${draft.id}/${format}`);
    assert.equal(status, 400);
    assert.equal(body.code, 'invoice_not_stamped');
  }
});

test('an item names a saved product, in a draft and in an invoice', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: product } = await sandbox.call('/products', {
    body: { description: 'Mandolina', product_key: '60131324', price: 116 },
  });
  const items = [{ quantity: 2, product: product.id }];
  const { body: invoice } = await sandbox.call('/invoices', { body: invoiceInput({ items }) });
  assert.equal(invoice.total, 232);
  assert.equal(invoice.items[0].product.id, product.id);
  const { body: draft } = await sandbox.call('/invoices', { body: { status: 'draft', items } });
  assert.equal(draft.items[0].product.description, 'Mandolina');
  const nobody = invoiceInput({ items: [{ product: 'f'.repeat(24) }] });
  assert.equal((await sandbox.call('/invoices', { body: nobody })).body.code, 'product_not_found');
});
