import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { Facturapi, sdk } from './support/official-sdk.ts';
import { invoiceInput, startTestSandbox } from './support/test-sandbox.ts';

test('the official SDK creates, lists, edits and deletes customers', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { customers } = sdk(sandbox);
  const customer = await customers.create(invoiceInput().customer as Record<string, unknown>);
  assert.deepEqual(await customers.retrieve(customer.id), customer);
  const edited = await customers.update(customer.id, { email: 'otra@example.com' });
  assert.equal(edited.email, 'otra@example.com');
  const found = await customers.list({ q: 'dunder', date: { gte: new Date(0) }, limit: 10 });
  assert.equal(found.total_results, 1);
  await customers.del(customer.id);
  await assert.rejects(customers.retrieve(customer.id), {
    status: 404,
    code: 'customer_not_found',
  });
});

test('the official SDK issues and lists invoices, and downloads their PDF and XML', async (t) => {
  const sandbox = await startTestSandbox(t);
  const facturapi = sdk(sandbox);
  const customer = await facturapi.customers.create(
    invoiceInput().customer as Record<string, unknown>,
  );
  const invoice = await facturapi.invoices.create({
    ...invoiceInput({ customer: customer.id, external_id: 'pedido-9' }),
    payment_form: Facturapi.PaymentForm.TRANSFERENCIA_ELECTRONICA_DE_FONDOS,
  });
  assert.equal(invoice.status, 'valid');
  assert.equal(invoice.customer.id, customer.id);
  const { data } = await facturapi.invoices.list({ external_id: 'pedido-9' });
  assert.deepEqual(data, [invoice]);
  assert.deepEqual(await facturapi.invoices.retrieve(invoice.id), invoice);
  const pdf = await buffer((await facturapi.invoices.downloadPdf(invoice.id)) as Readable);
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  const xml = await buffer((await facturapi.invoices.downloadXml(invoice.id)) as Readable);
  assert.ok(xml.toString().includes(invoice.uuid));
});

test("the official SDK reads the sandbox's errors", async (t) => {
  const sandbox = await startTestSandbox(t);
  await assert.rejects(sdk(sandbox).invoices.create({}), (error: Record<string, unknown>) => {
    assert.equal(error.name, 'FacturapiError');
    assert.equal(error.status, 400);
    assert.equal(error.code, 'invalid_request');
    assert.equal(error.location, 'body');
    assert.match(String(error.logId), /^[0-9a-f]{24}$/);
    return true;
  });
  await assert.rejects(sdk(sandbox, 'mala').customers.list(), { status: 401 });
});
