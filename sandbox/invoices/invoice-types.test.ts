import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attribute, download } from '../support/documents.ts';
import { invoiceInput, startTestSandbox, temporaryFolder } from '../support/test-sandbox.ts';
import { schemasAbsent, validateAll } from '../support/validate-xml.ts';

test('a credit note names its invoice by each of the relations, and defaults its concept', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: invoice } = await sandbox.call('/invoices', { body: invoiceInput() });
  const documents: string[] = [];
  for (const relationship of ['01', '02', '03', '04', '05', '06', '07']) {
    const { status, body } = await sandbox.call('/invoices', {
      body: invoiceInput({
        type: 'E',
        items: [{ product: { description: 'Descuento del 10% en ukelele', price: 69.12 } }],
        related_documents: [{ relationship, documents: [invoice.uuid] }],
      }),
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.type, 'E');
    assert.equal(body.total, 69.12);
    assert.equal(body.amount_due, undefined);
    assert.equal(body.items[0].product.product_key, '84111506');
    const xml = (await download(sandbox, `/invoices/${body.id}/xml`)).toString();
    assert.equal(attribute(xml, 'TipoDeComprobante'), 'E');
    assert.equal(attribute(xml, 'TipoRelacion', 'cfdi:CfdiRelacionados'), relationship);
    assert.equal(attribute(xml, 'UUID', 'cfdi:CfdiRelacionado'), invoice.uuid);
    assert.equal(attribute(xml, 'ClaveUnidad', 'cfdi:Concepto'), 'ACT');
    documents.push(xml);
  }
  const { body: list } = await sandbox.call('/invoices?type=E');
  assert.equal(list.total_results, 7);
  if (schemasAbsent() === false) validateAll(documents, temporaryFolder(t));
});

test('a credit note is paid in one exhibition', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body } = await sandbox.call('/invoices', {
    body: invoiceInput({ type: 'E', payment_method: 'PPD', payment_form: '99' }),
  });
  assert.equal(body.path, 'payment_method');
});

test('a transfer charges nothing and is subject to no tax', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body } = await sandbox.call('/invoices', {
    body: invoiceInput({
      type: 'T',
      payment_form: undefined,
      items: [{ quantity: 12, product: { description: 'Caja de ukeleles' } }],
    }),
  });
  assert.equal(body.status, 'valid', JSON.stringify(body));
  assert.equal(body.total, 0);
  assert.equal(body.payment_form, undefined);
  const xml = (await download(sandbox, `/invoices/${body.id}/xml`)).toString();
  assert.equal(attribute(xml, 'ObjetoImp', 'cfdi:Concepto'), '01');
  assert.ok(!xml.includes('MetodoPago') && !xml.includes('cfdi:Impuestos'));
  if (schemasAbsent() === false) validateAll([xml], temporaryFolder(t));
});

test('what is not issued here is refused by its name', async (t) => {
  const sandbox = await startTestSandbox(t);
  const product = { description: 'Renta', product_key: '80131500', price: 100 };
  const cases: [path: string, change: object][] = [
    ['type', { type: 'N' }],
    ['complements', { complements: [{ type: 'carta_porte', data: {} }] }],
    ['addenda', { addenda: '<a/>' }],
    [
      'items.0.product.local_taxes',
      { items: [{ product: { ...product, local_taxes: [{ rate: 0.03, type: 'ISH' }] } }] },
    ],
  ];
  for (const [path, change] of cases) {
    const { body } = await sandbox.call('/invoices', { body: invoiceInput({ ...change }) });
    assert.equal(body.errors[0].code, 'not_allowed');
    assert.equal(body.errors[0].path, path);
  }
});

test('sales to the public are global, and at the place of issue', async (t) => {
  const sandbox = await startTestSandbox(t);
  const customer = {
    legal_name: 'PUBLICO EN GENERAL',
    tax_id: 'XAXX010101000',
    tax_system: '616',
    address: { zip: '42501' },
  };
  const global = { periodicity: 'month', months: '05', year: 2026 };
  const answer = async (change: object) => {
    const { body } = await sandbox.call('/invoices', {
      body: invoiceInput({ customer, global, use: 'S01', ...change }),
    });
    return body.status === 'valid' ? 'valid' : body.errors[0].code;
  };
  assert.equal(await answer({}), 'valid');
  assert.equal(await answer({ global: undefined }), 'CFDI40130');
  const named = { ...customer, legal_name: 'JUAN PEREZ' };
  assert.equal(await answer({ global: undefined, customer: named }), 'valid');
  assert.equal(await answer({ address: { zip: '06000' } }), 'CFDI40149');
  const there = { ...customer, address: { zip: '06000' } };
  assert.equal(await answer({ customer: there }), 'CFDI40149');
  assert.equal(await answer({ customer: there, address: { zip: '06000' } }), 'valid');
});
