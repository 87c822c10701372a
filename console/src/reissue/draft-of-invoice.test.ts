import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Invoice, ItemInput } from '../api/bodies.ts';
import { bodyOf } from '../invoices/invoice-draft.ts';
import { draftOfInvoice } from './draft-of-invoice.ts';

const product = {
  description: 'Asesoría',
  product_key: '84111506',
  unit_key: 'E48',
  price: 100.1,
  tax_included: false,
  taxes: [{ type: 'IVA', rate: 0.16, factor: 'Tasa' }],
};
const receiver = {
  legal_name: 'XENON INDUSTRIAL ARTICLES',
  tax_id: 'XIA190128J61',
  tax_system: '601',
  email: null,
  address: { zip: '76343' },
};

function invoiceOf(items: ItemInput[], change: object = {}): Invoice {
  return {
    id: '0198c6f2-0000-7000-8000-000000000000',
    customer: { id: null, ...receiver },
    use: 'G03',
    payment_form: '03',
    payment_method: 'PUE',
    currency: 'MXN',
    exchange: 1,
    conditions: null,
    items,
    created_at: '2026-01-01T00:00:00.000Z',
    ...change,
  } as Invoice;
}
const again = (items: ItemInput[], change?: object) =>
  bodyOf(draftOfInvoice(invoiceOf(items, change), null));

test('an untouched correction sends the lines just as they were', () => {
  const items = [
    { quantity: 2, discount: 5.5, product },
    {
      quantity: 1,
      discount: 0,
      product: {
        ...product,
        tax_included: true,
        sku: 'A-1',
        unit_name: 'Servicio',
        taxability: '02',
        taxes: [{ type: 'IEPS', rate: 0.08, factor: 'Tasa', ieps_mode: 'sum_before_taxes' }],
      },
    },
    { quantity: 1, discount: 0, product: { ...product, taxability: '01', taxes: [] } },
  ];
  assert.deepEqual(again(items)?.items, items);
});

test('the currency and its exchange rate go along', () => {
  const body = again([{ quantity: 1, product }], { currency: 'USD', exchange: 17.5 });
  assert.deepEqual([body?.currency, body?.exchange], ['USD', 17.5]);
  assert.equal(again([{ quantity: 1, product }])?.currency, undefined);
});

test('a receiver outside of the directory is spelled out, its RFC as accepted as it was', () => {
  const { email: _none, ...spelled } = receiver;
  assert.deepEqual(again([{ quantity: 1, product }])?.customer, {
    ...spelled,
    accept_rfc_check_digit: true,
  });
});

test('taxes that have a name are shown under it, whatever their order', () => {
  const fees = [
    { type: 'IVA', rate: 0.106667, factor: 'Tasa', withholding: true },
    { type: 'IVA', rate: 0.16, factor: 'Tasa' },
    { type: 'ISR', rate: 0.1, factor: 'Tasa', withholding: true },
  ];
  const draft = draftOfInvoice(invoiceOf([{ product: { ...product, taxes: fees } }]), null);
  assert.equal(draft.lines[0]?.taxProfile, 'fees');
});

test('a unit that was corrected does not keep the name of the wrong one', () => {
  const named = { ...product, unit_name: 'Servicio' };
  const draft = draftOfInvoice(invoiceOf([{ product: named }]), null);
  const lines = [{ ...draft.lines[0]!, unitKey: 'H87' }];
  assert.deepEqual(bodyOf({ ...draft, lines })?.items[0]?.product, { ...product, unit_key: 'H87' });
});

test('its conditions of payment go along unseen', () => {
  const [item] = [{ quantity: 1, product }];
  assert.equal(again([item!], { conditions: 'Pago a 30 días' })?.conditions, 'Pago a 30 días');
  assert.equal(again([item!])?.conditions, undefined);
});
