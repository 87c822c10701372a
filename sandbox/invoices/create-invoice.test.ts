import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox } from '../support/test-sandbox.ts';

test('an invoice comes back stamped, with the totals of its prices', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { status, body } = await sandbox.call('/invoices', {
    body: invoiceInput({ external_id: 'pedido-1', series: 'A', folio_number: 77 }),
  });
  assert.equal(status, 200);
  assert.equal(body.status, 'valid');
  assert.equal(body.total, 691.2);
  assert.equal(body.external_id, 'pedido-1');
  assert.equal(body.series, 'A');
  assert.equal(body.folio_number, 77);
  assert.match(body.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(body.verification_url, /id=.*&re=EKU9003173C9&rr=ABC101010111&tt=691\.200000&fe=/);
  const { body: again } = await sandbox.call(`/invoices/${body.id}`);
  assert.deepEqual(again, body);
});

test('a repeated idempotency key gives the same invoice and one CFDI', async (t) => {
  const sandbox = await startTestSandbox(t);
  const body = invoiceInput({ idempotency_key: 'llave-1' });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => sandbox.call('/invoices', { body })),
  );
  for (const answer of answers) assert.deepEqual(answer.body, answers[0]!.body);
  const { body: all } = await sandbox.control('/invoices');
  assert.equal(all.length, 1);
  const { body: counters } = await sandbox.control('/counters');
  assert.equal(counters.calls, 20);
  assert.equal(counters.creates, 1);
});

test('the undocumented variants of a repeated key can be played', async (t) => {
  const sandbox = await startTestSandbox(t);
  const body = invoiceInput({ idempotency_key: 'llave-1' });
  const first = await sandbox.call('/invoices', { body });

  await sandbox.control('/settings', { body: { idempotency: 'conflict' } });
  const conflict = await sandbox.call('/invoices', { body });
  assert.equal(conflict.status, 409);
  assert.equal(conflict.body.code, 'idempotency_key_in_use');

  await sandbox.control('/settings', { body: { idempotency: 'forget' } });
  const second = await sandbox.call('/invoices', { body });
  assert.equal(second.status, 200);
  assert.notEqual(second.body.uuid, first.body.uuid);
});

test('one key in two organizations, or in test and live, makes separate invoices', async (t) => {
  const sandbox = await startTestSandbox(t);
  const body = invoiceInput({ idempotency_key: 'llave-1' });
  const ids = new Set<string>();
  for (const key of ['sk_test_uno', 'sk_test_dos', 'sk_live_uno']) {
    ids.add((await sandbox.call('/invoices', { key, body })).body.id);
  }
  assert.equal(ids.size, 3);
});

test('folios count up by series, and from a number that was asked for', async (t) => {
  const sandbox = await startTestSandbox(t);
  const folioOf = async (change: object) =>
    (await sandbox.call('/invoices', { body: invoiceInput({ ...change }) })).body.folio_number;
  assert.equal(await folioOf({}), 1);
  assert.equal(await folioOf({}), 2);
  assert.equal(await folioOf({ series: 'B' }), 1);
  assert.equal(await folioOf({ folio_number: 40 }), 40);
  assert.equal(await folioOf({}), 41);
  assert.equal(await folioOf({ folio_number: 5 }), 5);
  assert.equal(await folioOf({}), 42);
});

test('a restart keeps invoices, customers, folios and keys', async (t) => {
  const sandbox = await startTestSandbox(t);
  const body = invoiceInput({ idempotency_key: 'llave-1' });
  const before = await sandbox.call('/invoices', { body });
  const xml = await download(`${sandbox.url}/invoices/${before.body.id}/xml`);
  await sandbox.restart();
  const after = await sandbox.call(`/invoices/${before.body.id}`);
  assert.deepEqual(after.body, before.body);
  assert.equal(await download(`${sandbox.url}/invoices/${before.body.id}/xml`), xml);
  assert.deepEqual((await sandbox.call('/invoices', { body })).body, before.body);
  const next = await sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal(next.body.folio_number, before.body.folio_number + 1);
  assert.equal(next.body.customer.id, before.body.customer.id);
});

test('a date is taken up to 72 hours back and never from the future', async (t) => {
  const now = new Date('2026-05-04T12:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const hours = (count: number) => new Date(now.getTime() + count * 3_600_000).toISOString();
  const answerTo = (date: string) => sandbox.call('/invoices', { body: invoiceInput({ date }) });
  assert.equal((await answerTo(hours(-72))).body.date, hours(-72));
  assert.equal((await answerTo(hours(-72.01))).body.code, 'invalid_date');
  assert.equal((await answerTo(hours(1))).body.code, 'invalid_date');
  assert.equal((await answerTo('ayer')).status, 400);
});

test('a body is refused with every wrong field by its path', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { status, body } = await sandbox.call('/invoices', {
    body: invoiceInput({
      payment_form: undefined,
      use: 'XYZ',
      items: [{ quantity: 0, product: { description: '', product_key: '123', price: -1 } }],
    }),
  });
  assert.equal(status, 400);
  assert.equal(body.code, 'invalid_request');
  assert.equal(body.ok, false);
  const found = Object.fromEntries(
    body.errors.map((error: { path: string; code: string }) => [error.path, error.code]),
  );
  assert.deepEqual(found, {
    'items.0.quantity': 'too_small',
    'items.0.product.description': 'required',
    'items.0.product.product_key': 'invalid_format',
    'items.0.product.price': 'too_small',
    use: 'invalid_value',
    payment_form: 'required',
  });
});

test("what SAT would refuse has SAT's code, and uses up no folio", async (t) => {
  const sandbox = await startTestSandbox(t);
  const receiver = invoiceInput().customer as Record<string, unknown>;
  const product = { description: 'Libro', product_key: '55101500', price: 100 };
  const cases: [code: string, path: string, change: object][] = [
    ['CFDI40143', 'customer.tax_id', { customer: { ...receiver, tax_id: 'ABC' } }],
    [
      'CFDI40145',
      'customer.legal_name',
      { customer: { ...receiver, legal_name: 'DUNDER MIFFLIN, S.A. de C.V.' } },
    ],
    ['CFDI40147', 'customer.address.zip', { customer: { ...receiver, address: { zip: '1' } } }],
    ['CFDI40158', 'customer.tax_system', { customer: { ...receiver, tax_system: '612' } }],
    ['CFDI40161', 'use', { use: 'D01' }],
    ['CFDI40105', 'payment_form', { payment_method: 'PPD' }],
    ['CFDI40174', 'items.0.product.price', { items: [{ product: { ...product, price: 0 } }] }],
    ['CFDI40169', 'items.0.discount', { items: [{ discount: 101, product }] }],
    [
      'CFDI40179',
      'items.0.product.taxes.0.rate',
      { items: [{ product: { ...product, taxes: [{ rate: 0.15 }] } }] },
    ],
  ];
  for (const [code, path, change] of cases) {
    const { status, body } = await sandbox.call('/invoices', { body: invoiceInput({ ...change }) });
    assert.equal(status, 400);
    assert.equal(body.code, 'invoice_stamping_validation_error', code);
    const [{ code: first, path: where, source }] = body.errors;
    assert.deepEqual({ first, where, source }, { first: code, where: path, source: 'sat' });
  }
  const { body } = await sandbox.call('/invoices', { body: invoiceInput() });
  assert.equal(body.folio_number, 1);
});

test('the receiver of sales to the public takes regime 616 and use S01', async (t) => {
  const sandbox = await startTestSandbox(t);
  const customer = {
    legal_name: 'PUBLICO EN GENERAL',
    tax_id: 'XAXX010101000',
    tax_system: '616',
    address: { zip: '42501' },
  };
  const global = { periodicity: 'month', months: '05', year: 2026 };
  const good = invoiceInput({ customer, global, use: 'S01' });
  assert.equal((await sandbox.call('/invoices', { body: good })).status, 200);
  const bad = invoiceInput({ customer, global, use: 'G03' });
  assert.equal((await sandbox.call('/invoices', { body: bad })).body.errors[0].code, 'CFDI40161');
});

async function download(url: string): Promise<string> {
  const response = await fetch(url, { headers: { authorization: 'Bearer sk_test_demo' } });
  assert.equal(response.status, 200);
  return response.text();
}
