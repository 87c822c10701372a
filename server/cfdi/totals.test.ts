import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ItemInput, ProductInput, TaxInput } from './document.ts';
import { computeTotals, type DocumentTotals } from './totals.ts';
import { totalsToJson } from './totals-json.ts';

function item(price: number, product: Partial<ProductInput> = {}, rest: Partial<ItemInput> = {}) {
  const base = { description: 'Pieza', product_key: '01010101', price };
  return { product: { ...base, ...product }, ...rest } satisfies ItemInput;
}

/** Subtotal, discount, transferred, withheld and total, as the XML writes them. */
function written(totals: DocumentTotals): string {
  const { subtotal, discount, total_transferred, total_withheld, total } = totals;
  return [subtotal, discount, total_transferred, total_withheld, total]
    .map((amount) => amount.toFixed(totals.decimals))
    .join(' ');
}

const net = { tax_included: false };

test('a price of 116 with its IVA is 100 and 16', () => {
  assert.equal(written(computeTotals([item(116)])), '100.00 0.00 16.00 0.00 116.00');
});

test('a price of 100 with its IVA is 86.206897 and 13.793103, and the total stays 100', () => {
  // 100 / 1.16 = 86.2068965517..., and 100 less that is 13.7931034482...
  const totals = computeTotals([item(100)]);
  assert.equal(totals.lines[0]!.unit_price.toFixed(6), '86.206897');
  assert.equal(totals.lines[0]!.taxes[0]!.amount!.toFixed(6), '13.793103');
  assert.equal(written(totals), '86.21 0.00 13.79 0.00 100.00');
});

test('ten thousand pieces at 100 with IVA are a million, not a million and a cent', () => {
  // The written unit price by 10,000 would be 862,068.97 and its IVA 137,931.04.
  const totals = computeTotals([item(100, {}, { quantity: 10_000 })]);
  assert.equal(written(totals), '862068.97 0.00 137931.03 0.00 1000000.00');
});

test('a price before taxes gets its IVA on top', () => {
  // 3 x 33.33 = 99.99; 16% is 15.9984.
  const totals = computeTotals([item(33.33, net, { quantity: 3 })]);
  assert.equal(written(totals), '99.99 0.00 16.00 0.00 115.99');
});

test('the border rate is 8%', () => {
  // 54 / 1.08 = 50.
  const taxes: TaxInput[] = [{ type: 'IVA', rate: 0.08 }];
  assert.equal(written(computeTotals([item(54, { taxes })])), '50.00 0.00 4.00 0.00 54.00');
});

test('rate 0 leaves a node with amount 0, exempt a node without amount or rate', () => {
  const zero = computeTotals([item(50, { taxes: [{ rate: 0 }] })]);
  assert.equal(written(zero), '50.00 0.00 0.00 0.00 50.00');
  assert.equal(zero.transferred[0]!.rate, '0.000000');
  assert.equal(zero.transferred[0]!.amount!.toFixed(2), '0.00');

  const exempt = computeTotals([item(50, { taxes: [{ rate: 0, factor: 'Exento' }] })]);
  assert.equal(written(exempt), '50.00 0.00 0.00 0.00 50.00');
  const { base, amount, rate } = exempt.transferred[0]!;
  assert.deepEqual([base.toFixed(2), amount, rate], ['50.00', null, null]);
  assert.equal(exempt.lines[0]!.taxes[0]!.amount, null);
});

test('fees withhold ISR and two thirds of the IVA', () => {
  // 10,000 of fees: IVA 1,600.00; ISR 10% 1,000.00; IVA withheld 10.6667% 1,066.67.
  // 10,000 + 1,600 - 2,066.67 = 9,533.33.
  const taxes: TaxInput[] = [
    { type: 'IVA', rate: 0.16 },
    { type: 'ISR', rate: 0.1, withholding: true },
    { type: 'IVA', rate: 0.106667, withholding: true },
  ];
  const totals = computeTotals([item(10_000, { ...net, taxes })]);
  assert.equal(written(totals), '10000.00 0.00 1600.00 2066.67 9533.33');
  const withheld = totals.withheld.map((tax) => `${tax.type} ${tax.amount.toFixed(2)}`);
  assert.deepEqual(withheld, ['ISR 1000.00', 'IVA 1066.67']);
});

test('withheld taxes are not part of a price with taxes', () => {
  // 11,600 holds the IVA only: 10,000 + 1,600 - 1,000.
  const taxes: TaxInput[] = [{ rate: 0.16 }, { type: 'ISR', rate: 0.1, withholding: true }];
  const totals = computeTotals([item(11_600, { taxes })]);
  assert.equal(written(totals), '10000.00 0.00 1600.00 1000.00 10600.00');
});

test('IEPS is in the base of the IVA unless it is broken down', () => {
  // 100 with IEPS 8%: 8.00. IVA 16% on 108 is 17.28; broken down, on 100, it is 16.
  const taxes = (ieps_mode: 'sum_before_taxes' | 'break_down'): TaxInput[] => [
    { type: 'IVA', rate: 0.16 },
    { type: 'IEPS', rate: 0.08, ieps_mode },
  ];
  const summed = computeTotals([item(100, { ...net, taxes: taxes('sum_before_taxes') })]);
  assert.equal(written(summed), '100.00 0.00 25.28 0.00 125.28');
  assert.equal(summed.lines[0]!.taxes[0]!.base.toFixed(6), '108.000000');
  const apart = computeTotals([item(100, { ...net, taxes: taxes('break_down') })]);
  assert.equal(written(apart), '100.00 0.00 24.00 0.00 124.00');

  // And back: 125.28 / (1.08 x 1.16) = 100; 124 / 1.24 = 100.
  const backSummed = computeTotals([item(125.28, { taxes: taxes('sum_before_taxes') })]);
  assert.equal(written(backSummed), '100.00 0.00 25.28 0.00 125.28');
  const backApart = computeTotals([item(124, { taxes: taxes('break_down') })]);
  assert.equal(written(backApart), '100.00 0.00 24.00 0.00 124.00');
});

test('an IEPS quota is pesos a unit, on units', () => {
  // 10 litres at 20 before taxes: 200. Quota 6.5 x 10 = 65. IVA 16% on 265 is 42.40.
  const taxes: TaxInput[] = [
    { type: 'IEPS', factor: 'Cuota', rate: 6.5 },
    { type: 'IVA', rate: 0.16 },
  ];
  const totals = computeTotals([item(20, { ...net, taxes }, { quantity: 10 })]);
  assert.equal(written(totals), '200.00 0.00 107.40 0.00 307.40');
  assert.equal(totals.transferred[0]!.base.toFixed(2), '10.00');

  // And back: 30.74 a litre = (20 + 6.5) x 1.16.
  const back = computeTotals([item(30.74, { taxes }, { quantity: 10 })]);
  assert.equal(written(back), '200.00 0.00 107.40 0.00 307.40');
});

test('a discount holds taxes exactly when the price does', () => {
  // Net: 200 - 50 = 150, IVA 24. With taxes: 232 - 58 is the same document.
  const expected = '200.00 50.00 24.00 0.00 174.00';
  const before = item(100, net, { quantity: 2, discount: 50 });
  assert.equal(written(computeTotals([before])), expected);
  const after = item(116, {}, { quantity: 2, discount: 58 });
  assert.equal(written(computeTotals([after])), expected);
});

test('a discount of the whole price is the whole amount to the last decimal', () => {
  const line = computeTotals([item(100, {}, { quantity: 3, discount: 300 })]).lines[0]!;
  assert.equal(line.discount.toFixed(6), line.amount.toFixed(6));
});

test('lines of the same tax and rate share a node, other rates have theirs', () => {
  // Bases 10.005 + 10.005 = 20.01; rounding each line first would give 20.02 (and 1.60 + 1.60).
  const cents = item(10.005, net);
  const totals = computeTotals([cents, item(1, { ...net, taxes: [{ rate: 0 }] }), cents]);
  const nodes = totals.transferred.map((tax) => `${tax.rate} ${tax.base} ${tax.amount}`);
  assert.deepEqual(nodes, ['0.160000 20.01 3.2', '0.000000 1 0']);
});

test('a rate and a quota of the same number are two nodes', () => {
  const ieps = (factor: 'Tasa' | 'Cuota') =>
    item(100, { ...net, taxes: [{ type: 'IEPS', factor, rate: 0.3 }] });
  const nodes = computeTotals([ieps('Tasa'), ieps('Cuota')]).transferred;
  assert.deepEqual(
    nodes.map((tax) => `${tax.factor} ${tax.base} ${tax.amount}`),
    ['Tasa 100 30', 'Cuota 1 0.3'],
  );
});

test('the largest amounts keep every one of their decimals', () => {
  // Both factors in millionths, so their product has twelve decimals: six are rounded away.
  const line = item(999_999_999.123456, { ...net, taxability: '01' }, { quantity: 999.999999 });
  const exact = 999_999_999_123_456n * 999_999_999n;
  const rounded = (exact + 500_000n) / 1_000_000n;
  const [computed] = computeTotals([line]).lines;
  assert.equal(computed!.amount.times(1_000_000).toFixed(0), rounded.toString());
});

test('half a cent rounds up', () => {
  const noTax = { ...net, taxability: '01' };
  assert.equal(computeTotals([item(0.125, noTax)]).total.toFixed(2), '0.13');
  assert.equal(computeTotals([item(1.005, noTax)]).total.toFixed(2), '1.01');
});

test('absent taxes are IVA 16% for "02" and none for the rest', () => {
  for (const taxability of [undefined, '02']) {
    const product = taxability ? { ...net, taxability } : net;
    assert.equal(computeTotals([item(100, product)]).total.toFixed(2), '116.00');
  }
  for (const taxability of ['01', '03', '04', '05', '06', '08']) {
    const totals = computeTotals([item(100, { ...net, taxability })]);
    assert.equal(totals.total.toFixed(2), '100.00');
    assert.deepEqual(totals.transferred, []);
  }
  const sentNull = { ...net, taxes: null } as unknown as Partial<ProductInput>;
  assert.equal(computeTotals([item(100, sentNull)]).total.toFixed(2), '116.00');
});

test('the currency decides the decimals of the document', () => {
  // Yen have none: 1,000.5 -> 1,001; IVA 160.08 -> 160. Bahraini dinars have three.
  const yen = computeTotals([item(1000.5, net)], { currency: 'JPY' });
  assert.equal(written(yen), '1001 0 160 0 1161');
  const dinars = computeTotals([item(1.0005, net)], { currency: 'BHD' });
  assert.equal(written(dinars), '1.001 0.000 0.160 0.000 1.161');
});

test('what is not known is refused rather than half done', () => {
  const ieps = (ieps_mode: 'unit' | 'subtract_before_break_down') =>
    item(100, { taxes: [{ type: 'IEPS', rate: 0.08, ieps_mode }] });
  assert.throws(() => computeTotals([ieps('unit')]), RangeError);
  assert.throws(() => computeTotals([ieps('subtract_before_break_down')]), RangeError);
  assert.throws(() => computeTotals([item(1, { taxes: [{ rate: 0.16, base: 1 }] })]), RangeError);
  assert.throws(() => computeTotals([item(1)], { currency: 'ZZZ' }), RangeError);
});

test('the JSON of the totals is plain numbers that survive a round trip', () => {
  const json = totalsToJson(
    computeTotals([item(100), item(5, { taxes: [{ rate: 0, factor: 'Exento' }] })]),
  );
  assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
  assert.equal(json.total, 105);
  assert.equal(json.lines[0]!.unit_price, 86.206897);
  assert.deepEqual(json.transferred[1], {
    type: 'IVA',
    factor: 'Exento',
    rate: null,
    base: 5,
    amount: null,
  });
});

test('any single price with IVA up to 5,000.00 keeps its total to the cent', () => {
  for (const rate of [0, 0.08, 0.16]) {
    for (let cents = 1; cents <= 500_000; cents += 29) {
      const { total } = computeTotals([item(cents / 100, { taxes: [{ rate }] })]);
      assert.equal(total.toFixed(2), (cents / 100).toFixed(2));
    }
  }
});

test('any quantity of a price with IVA keeps quantity x price to the cent', () => {
  const price = fc.integer({ min: 1, max: 10_000_00 }).map((cents) => cents / 100);
  fc.assert(
    fc.property(price, fc.integer({ min: 1, max: 100_000 }), (amount, quantity) => {
      const { total } = computeTotals([item(amount, {}, { quantity })]);
      const cents = BigInt(Math.round(amount * 100)) * BigInt(quantity);
      assert.equal(total.times(100).toFixed(0), cents.toString());
    }),
  );
});

test('a discount with taxes in it moves the total by a cent at most', () => {
  const amounts = fc.tuple(
    fc.integer({ min: 100, max: 1_000_000 }),
    fc.double({ min: 0, max: 0.99, noNaN: true }),
  );
  fc.assert(
    fc.property(amounts, ([price, share]) => {
      const discount = Math.floor(price * share);
      const { total } = computeTotals([item(price / 100, {}, { discount: discount / 100 })]);
      const off = total.times(100).minus(price - discount);
      assert.ok(off.abs().lte(1), `${off}`);
    }),
  );
});
