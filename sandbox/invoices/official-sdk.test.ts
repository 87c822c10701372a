import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { Facturapi, sdk } from '../support/official-sdk.ts';
import { invoiceInput, startTestSandbox } from '../support/test-sandbox.ts';

const motives = Facturapi.CancellationMotive;
const bytes = async (download: unknown) => buffer(download as Readable);

test('the official SDK takes a draft to a stamped invoice', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { invoices } = sdk(sandbox);
  const draft = await invoices.create({ ...invoiceInput(), status: 'draft', use: undefined });
  assert.equal(draft.status, 'draft');
  const edited = await invoices.updateDraft(draft.id, { conditions: 'A 30 días', use: 'G03' });
  assert.equal(edited.conditions, 'A 30 días');
  assert.equal(edited.is_ready_to_stamp, true);
  const stamped = await invoices.stampDraft(draft.id);
  assert.equal(stamped.status, Facturapi.InvoiceStatus.VALID);
  assert.equal(stamped.id, draft.id);
  const copy = await invoices.copyToDraft(stamped.id);
  assert.equal(copy.status, 'draft');
  const later = await invoices.stampDraft(copy.id, { async: true });
  assert.equal(later.status, 'pending');
  await invoices.cancel((await invoices.create({ status: 'draft' })).id, {
    motive: motives.ERRORES_SIN_RELACION,
  });
});

test('the official SDK issues a credit note and a payment', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { invoices } = sdk(sandbox);
  const invoice = await invoices.create(
    invoiceInput({ payment_method: 'PPD', payment_form: '99' }),
  );
  const note = await invoices.create({
    type: Facturapi.InvoiceType.EGRESO,
    customer: invoice.customer.id,
    payment_form: '03',
    use: 'G02',
    items: [{ product: { description: 'Descuento', price: 100 } }],
    related_documents: [{ relationship: '01', documents: [invoice.uuid] }],
  });
  assert.equal(note.type, 'E');
  assert.equal(note.total, 100);
  const summary = await invoices.paymentSummary(invoice.id, { amount: invoice.total });
  const payment = await invoices.create({
    type: Facturapi.InvoiceType.PAGO,
    customer: invoice.customer.id,
    complements: [{ type: 'pago', data: [{ payment_form: '03', related_documents: [summary] }] }],
  });
  assert.deepEqual(payment.target_invoice_ids, [invoice.id]);
  const paid = await invoices.retrieve(invoice.id);
  assert.equal(paid.amount_due, 0);
  assert.deepEqual(paid.received_payment_ids, [payment.id]);
});

test('the official SDK downloads the ZIP of an invoice, with its PDF and XML', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { invoices } = sdk(sandbox);
  const { id, uuid } = await invoices.create(invoiceInput());
  const zip = await bytes(await invoices.downloadZip(id));
  const files = filesOf(zip);
  assert.deepEqual([...files.keys()], [`${uuid}.pdf`, `${uuid}.xml`]);
  const xml = await bytes(await invoices.downloadXml(id));
  assert.ok(files.get(`${uuid}.xml`)!.equals(xml));
  assert.equal(files.get(`${uuid}.pdf`)!.subarray(0, 5).toString(), '%PDF-');
  const preview = await bytes(await invoices.previewPdf(invoiceInput()));
  assert.equal(preview.subarray(0, 5).toString(), '%PDF-');
});

test('the official SDK cancels with and without a substitution', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { invoices } = sdk(sandbox);
  const wrong = await invoices.create(invoiceInput());
  const right = await invoices.create(
    invoiceInput({ related_documents: [{ relationship: '04', documents: [wrong.uuid] }] }),
  );
  const replaced = await invoices.cancel(wrong.id, {
    motive: motives.ERRORES_CON_RELACION,
    substitution: right.id,
  });
  assert.equal(replaced.status, Facturapi.InvoiceStatus.CANCELED);
  assert.equal(replaced.cancellation?.substitutionUUID, right.uuid);
  const canceled = await invoices.cancel(right.id, { motive: motives.ERRORES_SIN_RELACION });
  assert.equal(canceled.cancellation_status, 'accepted');
  assert.equal((await invoices.updateStatus(right.id)).status, 'canceled');
  const receipt = await bytes(await invoices.downloadCancellationReceiptXml(wrong.id));
  assert.ok(receipt.toString().includes(wrong.uuid.toUpperCase()));
  const pdf = await bytes(await invoices.downloadCancellationReceiptPdf(wrong.id));
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
});

test('the official SDK sends an invoice by e-mail', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { invoices } = sdk(sandbox);
  const { id } = await invoices.create(invoiceInput());
  assert.deepEqual(await invoices.sendByEmail(id), { ok: true });
  assert.deepEqual(await invoices.sendByEmail(id, { email: ['a@example.com'] }), { ok: true });
  assert.equal((await sandbox.control('/outbox')).body.length, 2);
});

/** The files of a ZIP by its local headers, as sizes are written there. */
function filesOf(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  let at = 0;
  while (zip.readUInt32LE(at) === 0x04034b50) {
    const size = zip.readUInt32LE(at + 18);
    const start = at + 30 + zip.readUInt16LE(at + 26);
    const name = zip.subarray(at + 30, start).toString();
    files.set(name, inflateRawSync(zip.subarray(start, start + size)));
    at = start + size;
  }
  return files;
}
