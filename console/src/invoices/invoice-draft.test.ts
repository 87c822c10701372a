import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, emptyDraft, missingFrom, withNewLine } from './invoice-draft.ts';

const customer = {
  id: 'c1',
  legal_name: 'ESCUELA KEMPER URGATE',
  tax_id: 'EKU9003173C9',
  tax_system: '601',
  email: null,
  phone: null,
  default_invoice_use: null,
  address: { zip: '42501' },
  rfc_check_digit_accepted: false,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
};
const line = { ...emptyDraft().lines[0]!, description: ' Asesoría ', price: 100.1, quantity: '2' };

test('an untouched draft says everything that it lacks', () => {
  assert.deepEqual(
    [...missingFrom(emptyDraft()).keys()],
    ['customer', 'items.0.product.description', 'items.0.product.price'],
  );
});

test('whether prices hold their taxes is always said to the server', () => {
  const body = bodyOf({ ...emptyDraft(), customer, lines: [line] });
  assert.deepEqual(body?.items[0], {
    quantity: 2,
    discount: 0,
    product: {
      description: 'Asesoría',
      product_key: '84111506',
      unit_key: 'E48',
      price: 100.1,
      tax_included: false,
      taxes: [{ type: 'IVA', rate: 0.16, factor: 'Tasa' }],
    },
  });
});

test('payment in instalments always goes with payment form 99', () => {
  const body = bodyOf({ ...emptyDraft(), customer, lines: [line], paymentMethod: 'PPD' });
  assert.equal(body?.payment_form, '99');
});

test('a new line repeats the keys and taxes of the last one, under its own key', () => {
  const draft = withNewLine({ ...emptyDraft(), lines: [{ ...line, taxProfile: 'fees' }] });
  assert.equal(draft.lines[1]?.taxProfile, 'fees');
  assert.equal(draft.lines[1]?.description, '');
  assert.notEqual(draft.lines[1]?.key, draft.lines[0]?.key);
});
