import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox } from '../support/test-sandbox.ts';

test('an e-mail goes to the customer or to whom is named, and is kept in the outbox', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: invoice } = await sandbox.call('/invoices', { body: invoiceInput() });
  const send = (body?: object) =>
    sandbox.call(`/invoices/${invoice.id}/email`, { method: 'POST', ...(body && { body }) });
  assert.deepEqual((await send()).body, { ok: true });
  await send({ email: 'otra@example.com' });
  await send({ email: ['uno@example.com', 'dos@example.com'] });
  await sandbox.restart();
  const { body: outbox } = await sandbox.control('/outbox');
  assert.deepEqual(
    outbox.map(({ to }: { to: string[] }) => to),
    [['compras@example.com'], ['otra@example.com'], ['uno@example.com', 'dos@example.com']],
  );
  assert.deepEqual(outbox[0].about, { type: 'invoice', id: invoice.id });
  assert.deepEqual(outbox[0].attachments, [`${invoice.uuid}.pdf`, `${invoice.uuid}.xml`]);
  assert.deepEqual((await sandbox.control('/outbox', { method: 'DELETE' })).body, []);
});

test('nobody to write to, too many, or nothing to send is refused', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { email: _email, ...customer } = invoiceInput().customer as Record<string, unknown>;
  const { body: invoice } = await sandbox.call('/invoices', { body: invoiceInput({ customer }) });
  const { body: draft } = await sandbox.call('/invoices', { body: { status: 'draft' } });
  const send = async (id: string, body: object) =>
    (await sandbox.call(`/invoices/${id}/email`, { body })).body.code;
  assert.equal(await send(invoice.id, {}), 'invoice_email_recipient_required');
  assert.equal(await send(invoice.id, { email: 'sin arroba' }), 'invalid_request');
  const address = (count: number) => Array.from({ length: count }, () => 'a@example.com');
  assert.equal(await send(invoice.id, { email: address(11) }), 'invalid_request');
  assert.equal(await send(invoice.id, { email: address(10) }), undefined);
  const status = 'invoice_email_status_not_allowed';
  assert.equal(await send(draft.id, { email: 'a@example.com' }), status);
  assert.equal((await sandbox.control('/outbox')).body.length, 1);
});
