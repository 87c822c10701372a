/**
 * SAT's validation matrix against random documents. The sums are made again here with whole
 * numbers (BigInt of millionths), from the written lines and from the input, without a line of the
 * code under test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ItemInput, TaxInput } from './document.ts';
import type { LineTotals } from './line-totals.ts';
import { computeTotals, type DocumentTotals } from './totals.ts';

const E6 = 1_000_000n;
/** "86.206897" as 86206897n millionths. */
function millionths(text: string): bigint {
  const [whole, fraction = ''] = text.split('.');
  assert.ok(fraction.length <= 6, text);
  return BigInt(whole! + fraction.padEnd(6, '0'));
}
const micro = (value: { toFixed(decimals: number): string; decimalPlaces(): number }) => {
  assert.ok(value.decimalPlaces() <= 6);
  return millionths(value.toFixed(6));
};
/** Half up, for amounts of zero or more. */
const divideRound = (value: bigint, by: bigint) => (value * 2n + by) / (by * 2n);
const cents = (value: bigint) => divideRound(value, 10_000n) * 10_000n;
const add = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);

const money = (max: number) => fc.integer({ min: 1, max }).map((value) => value / 10_000);
const taxSets: TaxInput[][] = [
  [{ rate: 0.16 }],
  [{ rate: 0.08 }],
  [{ rate: 0 }],
  [{ rate: 0, factor: 'Exento' }],
  [{ rate: 0.16 }, { type: 'ISR', rate: 0.1, withholding: true }],
  [{ rate: 0.16 }, { type: 'IVA', rate: 0.106667, withholding: true }],
  [{ rate: 0.16 }, { type: 'ISR', rate: 0.0125, withholding: true }],
  [{ type: 'IEPS', rate: 0.08 }, { rate: 0.16 }],
  [{ type: 'IEPS', rate: 1.6 }, { rate: 0.16 }],
  [{ type: 'IEPS', rate: 0.265, ieps_mode: 'break_down' }, { rate: 0.16 }],
];

const line = fc
  .record({
    price: money(100_000_000),
    quantity: fc.oneof(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 99_999_999 }).map((value) => value / 1_000_000),
    ),
    share: fc.constantFrom(0, 0, 0.1, 0.37, 0.999),
    included: fc.boolean(),
    taxes: fc.constantFrom(...taxSets),
  })
  .map(({ price, quantity, share, included, taxes }): ItemInput => {
    const discount = Math.floor(price * quantity * share * 100) / 100;
    const product = { description: 'x', product_key: '01010101', price, taxes };
    return { quantity, discount, product: { ...product, tax_included: included } };
  });
const documents = fc.array(line, { minLength: 1, maxLength: 20 });

test('CFDI40108, 40110: subtotal and discount are the rounded sums of the lines', () => {
  fc.assert(
    fc.property(documents, (items) => {
      const totals = computeTotals(items);
      assert.equal(micro(totals.subtotal), cents(add(totals.lines.map((it) => micro(it.amount)))));
      assert.equal(
        micro(totals.discount),
        cents(add(totals.lines.map((it) => micro(it.discount)))),
      );
      assert.ok(totals.discount.lte(totals.subtotal));
    }),
  );
});

test('CFDI40119, 40203, 40205: the tax totals are their nodes, the total follows from them', () => {
  fc.assert(
    fc.property(documents, (items) => {
      const totals = computeTotals(items);
      const transferred = add(
        totals.transferred.map((tax) => (tax.amount ? micro(tax.amount) : 0n)),
      );
      const withheld = add(totals.withheld.map((tax) => micro(tax.amount)));
      assert.equal(micro(totals.total_transferred), transferred);
      assert.equal(micro(totals.total_withheld), withheld);
      const total = micro(totals.subtotal) - micro(totals.discount) + transferred - withheld;
      assert.equal(micro(totals.total), total);
      for (const amount of [totals.subtotal, totals.discount, totals.total]) {
        assert.ok(amount.decimalPlaces() <= 2);
      }
    }),
  );
});

test('each tax node is the rounded sum of its lines, and no line is left out', () => {
  fc.assert(fc.property(documents, (items) => checkNodes(computeTotals(items))));
});

function checkNodes(totals: DocumentTotals): void {
  const taxes = totals.lines.flatMap((it) => it.taxes);
  const sums = new Map<string, { base: bigint; amount: bigint }>();
  for (const tax of taxes) {
    const key = tax.withholding ? tax.type : `${tax.type}/${tax.factor}/${tax.rate}`;
    const sum = sums.get(key) ?? { base: 0n, amount: 0n };
    sum.base += micro(tax.base);
    sum.amount += tax.amount ? micro(tax.amount) : 0n;
    sums.set(key, sum);
  }
  assert.equal(sums.size, totals.transferred.length + totals.withheld.length);
  for (const node of totals.transferred) {
    const sum = sums.get(`${node.type}/${node.factor}/${node.rate}`)!;
    assert.equal(micro(node.base), cents(sum.base));
    if (node.factor === 'Exento') assert.equal(node.amount, null);
    else assert.equal(micro(node.amount!), cents(sum.amount));
  }
  for (const node of totals.withheld) {
    assert.equal(micro(node.amount), cents(sums.get(node.type)!.amount));
  }
}

test('CFDI40167, 40180, 40186: amounts and taxes lie within the limits SAT computes', () => {
  fc.assert(
    fc.property(documents, (items) => {
      for (const computed of computeTotals(items).lines) checkLimits(computed);
    }),
    { numRuns: 500 },
  );
});

/**
 * SAT's limits: (A - 10^-dA/2) x (B - 10^-dB/2) truncated to the currency's decimals, and
 * (A + 10^-dA/2 - 10^-12) x (B + 10^-dB/2 - 10^-12) rounded up to them, where d is the number of
 * decimals written: six here, the strictest writing. A rate is exact, so only the base has slack.
 * In units of 1e-12, so that halves of a millionth and the 1e-12 are whole numbers.
 */
function checkLimits(computed: LineTotals): void {
  const half = E6 / 2n;
  const centOfSquares = 10n ** 22n;
  const within = (value: bigint, low: bigint, high: bigint, text: string) => {
    assert.ok(value * 10_000n >= (low / centOfSquares) * 10n ** 8n, `${text} below`);
    const ceiling = (high + centOfSquares - 1n) / centOfSquares;
    assert.ok(value * 10_000n <= ceiling * 10n ** 8n, `${text} above`);
  };
  const quantity = micro(computed.quantity) * E6;
  const unit = micro(computed.unit_price) * E6;
  const low = (quantity - half) * (unit - half);
  const high = (quantity + half - 1n) * (unit + half - 1n);
  within(micro(computed.amount), low, high, `amount ${computed.amount}`);
  assert.ok(computed.discount.gte(0) && computed.discount.lte(computed.amount));
  for (const tax of computed.taxes) {
    const alone = computed.taxes.every((other) => other.type !== 'IEPS') || tax.type === 'IEPS';
    if (alone) assert.equal(micro(tax.base), micro(computed.amount) - micro(computed.discount));
    if (!tax.amount) continue;
    const base = micro(tax.base) * E6;
    const rate = millionths(tax.rate!) * E6;
    within(micro(tax.amount), (base - half) * rate, (base + half - 1n) * rate, `tax ${tax.amount}`);
  }
}

test('lines before taxes agree with a plain sum of the input in whole numbers', () => {
  const simple = fc.record({
    price: fc.integer({ min: 1, max: 100_000_000 }),
    quantity: fc.integer({ min: 1, max: 1000 }),
    discounted: fc.integer({ min: 0, max: 99 }),
    rate: fc.constantFrom(0, 8, 16),
    isr: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(simple, { minLength: 1, maxLength: 20 }), (rows) => {
      const totals = computeTotals(rows.map(toItem));
      // Prices are cents, so every line is whole ten-thousandths at rates in percent.
      const amounts = rows.map((row) => BigInt(row.price) * BigInt(row.quantity) * 10_000n);
      const discounts = rows.map((row) => BigInt(row.discounted) * BigInt(row.price) * 100n);
      const bases = amounts.map((amount, index) => amount - discounts[index]!);
      const share = (percent: (row: (typeof rows)[number]) => number) =>
        bases.map((base, index) => (base * BigInt(percent(rows[index]!))) / 100n);
      const iva = [0, 8, 16].map((rate) =>
        cents(add(share((row) => (row.rate === rate ? rate : 0)))),
      );
      const isr = cents(add(share((row) => (row.isr ? 10 : 0))));
      assert.equal(micro(totals.subtotal), cents(add(amounts)));
      assert.equal(micro(totals.discount), cents(add(discounts)));
      assert.equal(micro(totals.total_transferred), add(iva));
      assert.equal(micro(totals.total_withheld), isr);
      assert.equal(
        micro(totals.total),
        cents(add(amounts)) - cents(add(discounts)) + add(iva) - isr,
      );
    }),
  );
});

function toItem(row: {
  price: number;
  quantity: number;
  discounted: number;
  rate: number;
  isr: boolean;
}): ItemInput {
  const isr: TaxInput[] = row.isr ? [{ type: 'ISR', rate: 0.1, withholding: true }] : [];
  return {
    quantity: row.quantity,
    // A percentage of one unit, in ten-thousandths of a peso.
    discount: (row.discounted * row.price) / 10_000,
    product: {
      description: 'x',
      product_key: '01010101',
      price: row.price / 100,
      tax_included: false,
      taxes: [{ rate: row.rate / 100 }, ...isr],
    },
  };
}
