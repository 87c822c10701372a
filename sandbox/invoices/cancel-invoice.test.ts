import assert from 'node:assert/strict';
import { test } from 'node:test';
import { download } from '../support/documents.ts';
import { invoiceInput, startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';

const dear = {
  items: [{ product: { description: 'Piano', product_key: '60131324', price: 1000.01 } }],
};

async function issue(sandbox: TestSandbox, change: object = {}) {
  const { body } = await sandbox.call('/invoices', { body: invoiceInput({ ...change }) });
  assert.equal(body.status, 'valid', JSON.stringify(body));
  return body;
}

function cancel(sandbox: TestSandbox, id: string, query: string) {
  return sandbox.call(`/invoices/${id}?${query}`, { method: 'DELETE' });
}

test('up to a thousand pesos nobody has to accept, above it the receiver does', async (t) => {
  const sandbox = await startTestSandbox(t);
  const product = { description: 'Piano', product_key: '60131324', price: 1000 };
  const small = await issue(sandbox, { items: [{ product }] });
  const canceled = await cancel(sandbox, small.id, 'motive=02');
  assert.equal(canceled.status, 200);
  assert.equal(canceled.body.status, 'canceled');
  assert.equal(canceled.body.cancellation_status, 'accepted');
  assert.match(canceled.body.canceled_at, /^\d{4}-/);

  const large = await issue(sandbox, dear);
  const asked = await cancel(sandbox, large.id, 'motive=03');
  assert.equal(asked.body.status, 'valid');
  assert.equal(asked.body.cancellation_status, 'pending');
  const repeated = await cancel(sandbox, large.id, 'motive=03');
  assert.equal(repeated.status, 409);
  assert.equal(repeated.body.code, 'invoice_cancellation_in_progress');
});

test('motive 01 wants a valid invoice in its place, by id or UUID', async (t) => {
  const sandbox = await startTestSandbox(t);
  const wrong = await issue(sandbox);
  const right = await issue(sandbox, {
    related_documents: [{ relationship: '04', documents: [wrong.uuid] }],
  });
  const gone = await issue(sandbox);
  await cancel(sandbox, gone.id, 'motive=02');
  const { body: draft } = await sandbox.call('/invoices', { body: { status: 'draft' } });
  const cases: [query: string, code: string][] = [
    ['', 'invalid_request'],
    ['motive=05', 'invalid_request'],
    ['motive=01', 'substitution_invoice_required'],
    [`motive=01&substitution=${'f'.repeat(24)}`, 'substitution_invoice_not_found'],
    [`motive=01&substitution=${gone.id}`, 'substitution_invoice_canceled'],
    [`motive=01&substitution=${draft.id}`, 'substitution_invoice_status_not_allowed'],
    [`motive=01&substitution=${wrong.id}`, 'substitution_invoice_status_not_allowed'],
  ];
  for (const [query, code] of cases) {
    const { status, body } = await cancel(sandbox, wrong.id, query);
    assert.equal(status, 400, query);
    assert.equal(body.code, code, query);
  }
  const { body } = await cancel(sandbox, wrong.id, `motive=01&substitution=${right.uuid}`);
  assert.equal(body.status, 'canceled');
  assert.equal(body.cancellation.substitutionUUID, right.uuid);
  assert.equal((await cancel(sandbox, wrong.id, 'motive=02')).body.code, 'invoice_not_cancelable');
});

test('a pending cancellation ends as the script says, and can be asked for again', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { id } = await issue(sandbox, dear);
  for (const outcome of ['rejected', 'expired', 'accepted']) {
    const asked = await cancel(sandbox, id, 'motive=02');
    assert.equal(asked.body.cancellation_status, 'pending');
    await sandbox.control(`/invoices/${id}/cancellation`, { body: { status: outcome } });
    const { body } = await sandbox.call(`/invoices/${id}/status`, { method: 'PUT' });
    assert.equal(body.cancellation_status, outcome);
    assert.equal(body.status, outcome === 'accepted' ? 'canceled' : 'valid');
  }
  const late = await sandbox.control(`/invoices/${id}/cancellation`, {
    body: { status: 'rejected' },
  });
  assert.equal(late.status, 409);
});

test('silence counts as acceptance after three days, or as it was set', async (t) => {
  let now = new Date('2026-05-04T12:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const first = await issue(sandbox, dear);
  await cancel(sandbox, first.id, 'motive=02');
  const settings = { cancellation_outcome: 'expired', cancellation_wait_ms: 1_000 };
  await sandbox.control('/settings', { body: settings });
  const second = await issue(sandbox, dear);
  await cancel(sandbox, second.id, 'motive=02');
  const statusOf = async (id: string) =>
    (await sandbox.call(`/invoices/${id}`)).body.cancellation_status;

  now = new Date(now.getTime() + 999);
  assert.equal(await statusOf(second.id), 'pending');
  now = new Date(now.getTime() + 1);
  assert.equal(await statusOf(second.id), 'expired');
  assert.equal(await statusOf(first.id), 'pending');
  now = new Date(now.getTime() + 3 * 86_400_000);
  await sandbox.restart();
  assert.equal(await statusOf(first.id), 'accepted');
});

test('what SAT answers can be set', async (t) => {
  const sandbox = await startTestSandbox(t);
  const cases = [
    ['verifying', 'valid', 'verifying', {}],
    ['pending', 'valid', 'pending', {}],
    ['accepted', 'canceled', 'accepted', dear],
  ] as const;
  for (const [cancellation, status, cancellation_status, change] of cases) {
    await sandbox.control('/settings', { body: { cancellation } });
    const { id } = await issue(sandbox, change);
    const { body } = await cancel(sandbox, id, 'motive=02');
    assert.equal(body.status, status);
    assert.equal(body.cancellation_status, cancellation_status);
    const query = `/invoices?cancellation_status=${cancellation_status}`;
    const { body: list } = await sandbox.call(query);
    assert.deepEqual(
      list.data.map((invoice: { id: string }) => invoice.id),
      [id],
    );
  }
});

test('the receipt of a cancellation is there once it is accepted', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { id, uuid } = await issue(sandbox);
  const early = await sandbox.call(`/invoices/${id}/cancellation_receipt/xml`);
  assert.equal(early.body.code, 'invoice_cancellation_receipt_unavailable');
  await cancel(sandbox, id, 'motive=02');
  const xml = (await download(sandbox, `/invoices/${id}/cancellation_receipt/xml`)).toString();
  assert.match(xml, /^<\?xml .*\n<Acuse Fecha="[^"]+" RfcEmisor="EKU9003173C9">/);
  assert.ok(xml.includes(`<UUID>${uuid.toUpperCase()}</UUID><EstatusUUID>201</EstatusUUID>`));
  const pdf = await download(sandbox, `/invoices/${id}/cancellation_receipt/pdf`);
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  // The invoice itself can still be read.
  const invoice = await download(sandbox, `/invoices/${id}/pdf`);
  assert.equal(invoice.subarray(0, 5).toString(), '%PDF-');
});

test('with SAT down nothing is canceled', async (t) => {
  const sandbox = await startTestSandbox(t);
  const invoice = await issue(sandbox);
  await sandbox.control('/settings', { body: { sat: 'down' } });
  const { status, body } = await cancel(sandbox, invoice.id, 'motive=02');
  assert.equal(status, 500);
  assert.equal(body.code, 'invoice_cancellation_service_unavailable');
  assert.deepEqual((await sandbox.call(`/invoices/${invoice.id}`)).body, invoice);
});
