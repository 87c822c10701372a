import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toImported } from './imported-invoice.ts';
import { readTheirInvoice } from './their-invoice.ts';

const base = {
  ...{ id: 'a', status: 'valid', type: 'I', uuid: '39c85a3f-275b-4341-b259-e8971d9f8a94' },
  ...{ total: 232, series: 'F', folio_number: 7, date: '2024-05-01T12:00:00.000Z' },
  ...{ created_at: '2024-05-01T12:00:01.000Z', use: 'G03', payment_form: '99' },
  ...{ payment_method: 'PPD', currency: 'USD', exchange: 17.5, external_id: 'pedido 9' },
  customer: {
    ...{ id: 'c', legal_name: 'DUNDER MIFFLIN', tax_id: 'ABC101010111', tax_system: '601' },
    address: { country: 'MEX', zip: '85900' },
  },
  items: [
    {
      quantity: 2,
      discount: 0,
      product: {
        ...{ id: 'p', description: 'Ukelele', product_key: '60131324', price: 116 },
        ...{ tax_included: true, taxability: '02', unit_key: 'H87', unit_name: 'Elemento' },
        taxes: [{ type: 'IVA', rate: 0.16, factor: 'Tasa', withholding: false }],
      },
    },
  ],
};
const importOf = (change: object = {}): any =>
  toImported(readTheirInvoice({ ...base, ...change })!);

test('its document is of our form, and its totals are computed where they come to the total', () => {
  const { document, totals, currency, total, external_id } = importOf();
  assert.deepEqual(
    [document.use, document.payment_method, document.exchange, document.external_id, currency],
    ['G03', 'PPD', 17.5, 'pedido 9', 'USD'],
  );
  assert.equal(external_id, undefined);
  assert.deepEqual(document.customer.address.zip, '85900');
  assert.deepEqual(document.items[0].product.taxes, base.items[0]!.product.taxes);
  assert.equal('idempotency_key' in document, false);
  assert.deepEqual(
    [totals.subtotal, totals.total_transferred, totals.total, total],
    [200, 32, 232, '232'],
  );
});

test('where our rules come to another total, FacturAPI is right and no tax is made up', () => {
  const { totals, total } = importOf({ total: 231.99 });
  assert.deepEqual(
    [totals.subtotal, totals.transferred, totals.total, total],
    [231.99, [], 231.99, '231.99'],
  );
});

test('an id tells the date, so that lists by id stay in the order of dates', () => {
  const [older, newer] = ['2023-01-01T00:00:00Z', '2024-01-01T00:00:00Z'].map(
    (date) => importOf({ date }).id,
  );
  assert.match(older, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.ok(older < newer);
});

test('a payment keeps its complement, and has no lines', () => {
  const complements = [{ type: 'pago', data: [{ payment_form: '03', related_documents: [] }] }];
  const change = { ...{ type: 'P', total: 0, currency: undefined, items: undefined }, complements };
  const { type, document, currency, totals } = importOf(change);
  assert.deepEqual([type, currency, document.items, totals.total], ['P', 'XXX', [], 0]);
  assert.deepEqual(document.complements, complements);
});

test('payroll, drafts and what is not stamped yet have no row; one without a folio cannot', () => {
  for (const change of [
    { type: 'N' },
    { status: 'draft' },
    { status: 'pending' },
    { status: 'failed' },
  ]) {
    assert.equal(importOf(change), 'not_ours_to_keep');
  }
  assert.equal(importOf({ folio_number: undefined }), 'without_folio');
  assert.equal(importOf({ series: undefined }).series, '');
});
