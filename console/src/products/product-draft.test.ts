import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Product } from '../api/bodies.ts';
import { emptyDraft, bodyOf as invoiceBody } from '../invoices/invoice-draft.ts';
import { lineOfProduct } from './line-of-product.ts';
import {
  bodyOf,
  differences,
  draftOfProduct,
  emptyProduct,
  missingFrom,
  type ProductDraft,
  withNewTax,
  withProfile,
} from './product-draft.ts';

const iva16 = { type: 'IVA', factor: 'Tasa', rate: 0.16, withholding: false };
const product: Product = {
  id: 'p1',
  description: 'Tornillo M8',
  product_key: '31161501',
  unit_key: 'H87',
  unit_name: 'Pieza',
  price: 11.6,
  tax_included: true,
  taxability: '02',
  taxes: [iva16],
  sku: 'TOR-M8',
  amounts: { before_taxes: 10, total: 11.6 },
  version: 1,
  archived_at: null,
  created_at: '2026-03-02T18:30:00.000Z',
  updated_at: '2026-03-02T18:30:00.000Z',
};
const customer = { id: 'c1' } as never;

test('an untouched draft says everything that it lacks', () => {
  assert.deepEqual(
    [...missingFrom(emptyProduct()).keys()],
    ['description', 'product_key', 'price'],
  );
});

test('a product comes out of the form as it went in', () => {
  for (const taxed of [
    { taxability: '02', taxes: [iva16] },
    { taxability: '01', taxes: [] },
    { taxability: '03', taxes: [] },
    { taxability: '02', taxes: [{ ...iva16, rate: 0 }] },
    { taxability: '02', taxes: [{ ...iva16, rate: 0.106667, withholding: true }] },
    { taxability: '02', taxes: [{ type: 'IVA', factor: 'Exento', rate: 0, withholding: false }] },
    {
      taxability: '02',
      taxes: [
        {
          type: 'IEPS',
          factor: 'Cuota',
          rate: 6.1752,
          withholding: false,
          ieps_mode: 'break_down',
        },
      ],
    },
  ]) {
    const kept = { ...product, ...taxed };
    const body = bodyOf(draftOfProduct(kept));
    assert.deepEqual(body.taxability, kept.taxability);
    assert.deepEqual(differences(draftOfProduct(kept), draftOfProduct(kept)), []);
    assert.deepEqual(
      body.taxes!.map((tax) => ({ withholding: false, ...tax })),
      kept.taxes,
    );
  }
});

test('percents become fractions without the dust of binary arithmetic', () => {
  const row = { type: 'IVA', factor: 'Tasa', withholding: true, key: 0 };
  for (const [percent, fraction] of [
    [10.6667, 0.106667],
    [16, 0.16],
    ['1.25', 0.0125],
    [0, 0],
  ] as const) {
    const draft: ProductDraft = {
      ...emptyProduct(),
      taxProfile: 'custom',
      taxes: [{ ...row, rate: percent }],
    };
    assert.equal(bodyOf(draft).taxes![0]!.rate, fraction);
  }
});

test('other taxes begin with those that were chosen, and a new row with IVA', () => {
  const fees = withProfile(withProfile(emptyProduct(), 'fees'), 'custom');
  assert.deepEqual(
    fees.taxes.map(({ type, rate, withholding }) => [type, rate, withholding]),
    [
      ['IVA', 16, false],
      ['ISR', 10, true],
      ['IVA', 10.6667, true],
    ],
  );
  assert.equal(withNewTax(fees).taxes.length, 4);
  assert.equal(new Set(withNewTax(fees).taxes.map(({ key }) => key)).size, 4);
  const none = withProfile(withProfile(emptyProduct(), 'none'), 'custom');
  assert.deepEqual([none.taxability, none.taxes], ['01', []]);
});

test('a rate that was left empty is missing, an exempt one has none', () => {
  const row = { key: 0, type: 'IVA', factor: 'Tasa', rate: '', withholding: false };
  const filled: ProductDraft = { ...draftOfProduct(product), taxProfile: 'custom', taxes: [row] };
  assert.deepEqual([...missingFrom(filled).keys()], ['taxes.0.rate']);
  const exempt = { ...filled, taxes: [{ ...row, factor: 'Exento' }] };
  assert.deepEqual([...missingFrom(exempt).keys()], []);
});

test('what two versions differ in is told in words', () => {
  const theirs = draftOfProduct({ ...product, price: 12, tax_included: false });
  assert.deepEqual(
    differences(draftOfProduct(product), theirs).map(({ mine, theirs }) => [mine, theirs]),
    [
      ['11.6', '12'],
      ['IVA 16% incluido en el precio', 'Más IVA 16%'],
    ],
  );
});

test('a line filled with a product names it by its id for as long as it says the same', () => {
  const draft = { ...emptyDraft(), customer };
  const [empty] = draft.lines;
  const line = { ...empty!, ...lineOfProduct(product) };
  const sent = (change: object) => invoiceBody({ ...draft, lines: [{ ...line, ...change }] })!;
  assert.equal(sent({}).items[0]!.product, 'p1');
  assert.equal(sent({ quantity: 3, discount: 1 }).items[0]!.product, 'p1');
  for (const change of [
    { description: 'Tornillo M8 galvanizado' },
    { price: 12 },
    { taxProfile: 'iva8' },
    { taxIncluded: false },
    { productKey: '31161504' },
    { unitKey: 'KGM' },
  ]) {
    assert.equal(typeof sent(change).items[0]!.product, 'object', JSON.stringify(change));
  }
});

test('taxes without a name of their own stay what they are in a line', () => {
  const taxes = [{ type: 'IEPS', factor: 'Tasa', rate: 0.08, withholding: false }, iva16];
  const line = { ...emptyDraft().lines[0]!, ...lineOfProduct({ ...product, taxes }) };
  assert.equal(line.taxProfile, 'kept');
  const [item] = invoiceBody({ ...emptyDraft(), customer, lines: [{ ...line, price: 9 }] })!.items;
  assert.deepEqual((item!.product as { taxes: unknown }).taxes, taxes);
});
