import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CustomerInput, InvoiceInput } from './document.ts';
import {
  CONDITIONS_LENGTH_MAX,
  checkInvoice,
  EXCHANGE_MAX,
  ITEMS_MAX,
  PROBLEMS_MAX,
  SERIES_LENGTH_MAX,
} from './invoice-rules.ts';
import { computeTotals } from './totals.ts';

const customer: CustomerInput = {
  legal_name: 'ESCUELA KEMPER URGATE',
  tax_id: 'EKU9003173C9',
  tax_system: '601',
  address: { zip: '42501' },
};
const item = { product: { description: 'Papel', product_key: '14111507', price: 116 } };
const invoice: InvoiceInput = {
  customer: 'cus_1',
  items: [item],
  use: 'G03',
  payment_form: '03',
};

function found(changes: object, context: Partial<Parameters<typeof checkInvoice>[1]> = {}) {
  const problems = checkInvoice({ ...invoice, ...changes } as InvoiceInput, {
    customer,
    ...context,
  });
  return problems.map((it) => `${it.code} ${it.path}`);
}

test('a right invoice has no problem', () => {
  assert.deepEqual(found({}), []);
  assert.deepEqual(found({ type: 'I', payment_method: 'PUE', currency: 'MXN', exchange: 1 }), []);
  assert.deepEqual(found({ series: 'A', conditions: '30 días' }), []);
});

test('types other than I are not done yet', () => {
  for (const type of ['E', 'P', 'T', 'N', 'Z']) {
    assert.deepEqual(found({ type }), ['type_not_supported_yet type']);
  }
});

test('the receiver is required and checked with its path', () => {
  assert.deepEqual(found({}, { customer: null }), ['customer_required customer']);
  const wrong = { ...customer, tax_id: 'EKU9003173C8' };
  const mismatch = ['rfc_check_digit_mismatch customer.tax_id'];
  assert.deepEqual(found({}, { customer: wrong }), mismatch);
  assert.deepEqual(found({}, { customer: wrong, acceptRfcCheckDigit: true }), []);
});

test('the use fits the receiver', () => {
  assert.deepEqual(found({ use: 'ZZZ' }), ['use_unknown use']);
  assert.deepEqual(found({ use: undefined }), ['use_unknown use']);
  assert.deepEqual(found({ use: 'D01' }), ['use_not_for_receiver use']);
  const generic = { ...customer, tax_id: 'XAXX010101000', tax_system: '616' };
  assert.deepEqual(found({ use: 'G03' }, { customer: generic }), ['use_must_be_s01 use']);
  assert.deepEqual(found({ use: 'S01' }, { customer: generic }), []);
});

test('PPD goes with 99, and 99 with PPD', () => {
  assert.deepEqual(found({ payment_method: 'PPD', payment_form: '99' }), []);
  assert.deepEqual(found({ payment_method: 'PPD' }), ['payment_form_must_be_99 payment_form']);
  assert.deepEqual(found({ payment_form: '99' }), ['payment_form_99_needs_ppd payment_form']);
  assert.deepEqual(found({ payment_form: '07' }), ['payment_form_unknown payment_form']);
  assert.deepEqual(found({ payment_form: 3 }), ['payment_form_unknown payment_form']);
  assert.deepEqual(found({ payment_method: 'PIP' }), ['payment_method_unknown payment_method']);
});

test('a foreign currency needs its exchange, pesos take none but 1', () => {
  assert.deepEqual(found({ currency: 'USD', exchange: 18.5 }), []);
  assert.deepEqual(found({ currency: 'USD' }), ['exchange_required exchange']);
  assert.deepEqual(found({ currency: 'USD', exchange: 0 }), ['exchange_not_positive exchange']);
  assert.deepEqual(found({ currency: 'USD', exchange: -1 }), ['exchange_not_positive exchange']);
  assert.deepEqual(found({ currency: 'USD', exchange: 0.000001 }), []);
  assert.deepEqual(found({ currency: 'USD', exchange: 1.0000001 }), ['too_many_decimals exchange']);
  assert.deepEqual(found({ currency: 'USD', exchange: EXCHANGE_MAX }), []);
  assert.deepEqual(found({ currency: 'USD', exchange: EXCHANGE_MAX + 1 }), [
    'number_too_large exchange',
  ]);
  assert.deepEqual(found({ exchange: 1.01 }), ['exchange_must_be_one exchange']);
  assert.deepEqual(found({ currency: 'ZZZ' }), ['currency_unknown currency']);
  assert.deepEqual(found({ currency: 'XXX' }), ['currency_not_allowed currency']);
});

test('series and conditions end at their longest', () => {
  assert.deepEqual(found({ series: 'A'.repeat(SERIES_LENGTH_MAX) }), []);
  assert.deepEqual(found({ series: 'A'.repeat(SERIES_LENGTH_MAX + 1) }), ['text_too_long series']);
  assert.deepEqual(found({ conditions: 'A'.repeat(CONDITIONS_LENGTH_MAX) }), []);
  assert.deepEqual(found({ conditions: 'A'.repeat(CONDITIONS_LENGTH_MAX + 1) }), [
    'text_too_long conditions',
  ]);
  assert.deepEqual(found({ series: 'A|B' }), ['text_invalid series']);
});

test('one to five thousand items', () => {
  assert.deepEqual(found({ items: [] }), ['items_required items']);
  assert.deepEqual(found({ items: 'x' }), ['items_required items']);
  assert.deepEqual(found({ items: Array(ITEMS_MAX).fill(item) }), []);
  assert.deepEqual(found({ items: Array(ITEMS_MAX + 1).fill(item) }), ['too_many_items items']);
});

test('the paths of an item name its place', () => {
  const wrong = { product: { ...item.product, price: -1 } };
  assert.deepEqual(found({ items: [item, wrong] }), ['price_negative items[1].product.price']);
});

test('the total is zero or more, and under 1e12', () => {
  const withheld = (price: number, rate: number) => ({
    items: [
      {
        product: {
          ...item.product,
          price,
          tax_included: false,
          taxes: [
            { type: 'IEPS', rate, withholding: true },
            { type: 'IEPS', rate: 0.5, withholding: true },
            { type: 'IEPS', rate: 0.25, withholding: true },
          ],
        },
      },
    ],
  });
  // 100 - 25 - 50 - 25 is nothing; with 26.5 for one of the 25 it is less than nothing.
  const nothing = withheld(100, 0.25);
  nothing.items[0]!.product.taxes[2] = { type: 'IEPS', rate: 0.09, withholding: true };
  assert.deepEqual(found(nothing), []);
  assert.deepEqual(found(withheld(100, 0.265)), ['total_negative items']);

  const large = (price: number) => ({
    items: [{ product: { ...item.product, price } }, item],
  });
  assert.deepEqual(found(large(999_999_999_883.99)), []);
  assert.deepEqual(found(large(999_999_999_884)), ['total_too_large items']);
});

test('an answer holds a hundred problems at most', () => {
  const items = Array(1000).fill({ product: { ...item.product, price: -1, product_key: 'x' } });
  assert.equal(found({ items }).length, PROBLEMS_MAX);
});

test("a catalogue's entry counts from its first day", () => {
  const items = [{ product: { ...item.product, taxability: '06' } }];
  assert.deepEqual(found({ items }, { on: '2024-12-13' }), []);
  assert.deepEqual(found({ items }, { on: '2024-12-12' }), [
    'taxability_unknown items[0].product.taxability',
  ]);
});

test('nothing makes it throw, and what passes can be summed', () => {
  const hostile = fc.oneof(
    fc.anything(),
    fc.constantFrom('__proto__', Number.NaN, 1e308, -0, Number.MIN_VALUE, '9'.repeat(400), null),
  );
  const mix = <T>(...good: T[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...good) }, hostile);
  const tax = fc.record(
    {
      type: mix('IVA', 'IEPS', 'ISR'),
      rate: mix(0.16, 0.08, 0.1, 0),
      factor: mix('Tasa', 'Cuota', 'Exento', undefined),
      withholding: mix(true, false, undefined),
      ieps_mode: mix('break_down', undefined, 'unit'),
      base: mix(undefined),
    },
    { requiredKeys: ['rate'] },
  );
  const product = fc.record({
    description: mix('Papel'),
    product_key: mix('14111507'),
    price: mix(116, 1, 0.000001, 1e11),
    tax_included: mix(true, false, undefined),
    taxability: mix('02', undefined, '01', '07'),
    taxes: fc.oneof(fc.array(tax, { maxLength: 4 }), mix(undefined, [])),
    unit_key: mix('H87', undefined),
  });
  const line = fc.record({
    quantity: mix(1, 3, 0.000001, 999_999_999),
    discount: mix(0, undefined, 1),
    product: fc.oneof({ weight: 8, arbitrary: product }, hostile),
  });
  const body = fc.record({
    customer: hostile,
    items: fc.oneof({ weight: 8, arbitrary: fc.array(line, { maxLength: 3 }) }, hostile),
    use: mix('G03'),
    payment_form: mix('03'),
    payment_method: mix('PUE', undefined),
    currency: mix('MXN', undefined),
    exchange: mix(undefined, 1),
  });
  fc.assert(
    fc.property(fc.oneof({ weight: 8, arbitrary: body }, hostile), (value) => {
      const document = value as InvoiceInput;
      if (checkInvoice(document, { customer }).length > 0) return;
      const { total } = computeTotals(document.items, { currency: document.currency ?? 'MXN' });
      assert.ok(total.gte(0) && total.lt(1e12));
    }),
    { numRuns: 3000 },
  );
});
