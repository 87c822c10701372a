import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestSandbox } from '../support/test-sandbox.ts';

const input = {
  legal_name: 'DUNDER MIFFLIN',
  tax_id: 'ABC101010111',
  tax_system: '601',
  email: 'compras@example.com',
  address: { zip: '85900', street: 'Sauce' },
};

test('a customer is made, found, edited field by field, and deleted', async (t) => {
  const sandbox = await startTestSandbox(t);
  const made = await sandbox.call('/customers', { body: input });
  assert.equal(made.status, 201);
  assert.deepEqual((await sandbox.call(`/customers/${made.body.id}`)).body, made.body);

  const edited = await sandbox.call(`/customers/${made.body.id}`, {
    method: 'PUT',
    body: { phone: '6474010101', address: { zip: '06000' } },
  });
  assert.equal(edited.body.phone, '6474010101');
  assert.deepEqual(edited.body.address, { country: 'MEX', zip: '06000', street: 'Sauce' });
  assert.equal(edited.body.email, input.email);

  const deleted = await sandbox.call(`/customers/${made.body.id}`, { method: 'DELETE' });
  assert.equal(deleted.body.id, made.body.id);
  const gone = await sandbox.call(`/customers/${made.body.id}`);
  assert.equal(gone.status, 404);
  assert.equal(gone.body.code, 'customer_not_found');
});

test('the same information again answers 200 with the customer that has it', async (t) => {
  const sandbox = await startTestSandbox(t);
  const first = await sandbox.call('/customers', { body: input });
  const again = await sandbox.call('/customers', { body: { ...input } });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, first.body);
});

test('the search reads name and RFC in part, without accents or case', async (t) => {
  const sandbox = await startTestSandbox(t);
  await sandbox.call('/customers', { body: { ...input, legal_name: 'CAFETERÍA LA PEÑA' } });
  await sandbox.call('/customers', { body: { ...input, tax_id: 'XYZ101010112' } });
  for (const [q, total] of [
    ['cafeteria', 1],
    ['pena', 1],
    ['xyz1010', 1],
    ['101010', 2],
    ['nadie', 0],
  ] as const) {
    assert.equal((await sandbox.call(`/customers?q=${q}`)).body.total_results, total, q);
  }
});

test('fiscal data that SAT would not know are refused when the customer is saved', async (t) => {
  const sandbox = await startTestSandbox(t);
  const cases: [code: string, change: object][] = [
    ['tax_id_not_found', { tax_id: 'NO-ES-RFC' }],
    ['legal_name_mismatch', { legal_name: 'DUNDER MIFFLIN SA DE CV' }],
    ['tax_system_not_in_catalog', { tax_system: '999' }],
    ['tax_system_not_allowed_for_tax_id', { tax_system: '605' }],
    ['tax_address_zip_mismatch', { address: { zip: '00000' } }],
  ];
  for (const [code, change] of cases) {
    const { status, body } = await sandbox.call('/customers', { body: { ...input, ...change } });
    assert.equal(status, 400, code);
    assert.equal(body.code, code);
    assert.equal(body.errors[0].source, 'sat');
  }
  const missing = await sandbox.call('/customers', { body: { legal_name: 'ALGUIEN' } });
  assert.deepEqual(
    missing.body.errors.map((error: { path: string }) => error.path),
    ['tax_id', 'tax_system', 'address'],
  );
});

test('an edit link is sent to the customer, shown for seven days, and outlives an edit', async (t) => {
  const now = new Date('2026-05-04T12:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const { body: customer } = await sandbox.call('/customers', { body: input });
  const path = `/customers/${customer.id}`;
  const send = (body: object) => sandbox.call(`${path}/email-edit-link`, { body });
  assert.deepEqual((await send({})).body, { ok: true });
  assert.deepEqual((await send({ email: 'otra@example.com' })).body, { ok: true });
  const { body: outbox } = await sandbox.control('/outbox');
  assert.deepEqual(
    outbox.map((email: { to: string[] }) => email.to),
    [['compras@example.com'], ['otra@example.com']],
  );
  const { body: linked } = await sandbox.call(path);
  assert.match(linked.edit_link, /^https:\/\/sandbox\.invalid\//);
  assert.equal(linked.edit_link_expires_at, '2026-05-11T12:00:00.000Z');
  const edited = await sandbox.call(path, { method: 'PUT', body: { phone: '1' } });
  assert.equal(edited.body.edit_link, linked.edit_link);

  assert.equal((await send({ email: 'nadie' })).status, 400);
  const { email: _, ...silent } = { ...input, tax_id: 'XAXX010101000', tax_system: '616' };
  const { body: nobody } = await sandbox.call('/customers', { body: silent });
  const refused = await sandbox.call(`/customers/${nobody.id}/email-edit-link`, { body: {} });
  assert.equal(refused.status, 400);
});

test('what SAT knows of a saved customer can be asked again', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: customer } = await sandbox.call('/customers', { body: input });
  const path = `/customers/${customer.id}/tax-info-validation`;
  assert.deepEqual((await sandbox.call(path)).body, { is_valid: true, errors: [] });
  assert.equal((await sandbox.call(path, { key: 'sk_live_demo' })).status, 404);
});
