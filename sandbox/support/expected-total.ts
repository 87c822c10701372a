import {
  divide,
  type Fraction,
  fraction,
  minus,
  plus,
  rounded,
  sumOf,
  times,
} from './exact-fraction.ts';
import type { RandomItem, RandomTax } from './random-invoice.ts';

const lineDecimals = 6;

interface LineSums {
  amount: Fraction;
  discount: Fraction;
  taxes: { of: RandomTax; amount: Fraction }[];
}

/** The total of an invoice, worked out from SAT's rules anew: line by line, then by sums. */
export function expectedTotal(items: readonly RandomItem[], decimals: number): Fraction {
  const lines = items.map(lineOf);
  const sum = (values: readonly Fraction[]) => rounded(sumOf(values), decimals);
  const taxes = lines.flatMap((line) => line.taxes);
  const side = (withholding: boolean, key: (tax: RandomTax) => string) => {
    const groups = Map.groupBy(
      taxes.filter(({ of }) => of.withholding === withholding),
      ({ of }) => key(of),
    );
    return sumOf([...groups.values()].map((group) => sum(group.map((tax) => tax.amount))));
  };
  const net = minus(sum(lines.map((line) => line.amount)), sum(lines.map((line) => line.discount)));
  const transferred = side(false, (tax) => `${tax.type} ${tax.factor} ${tax.rate}`);
  return minus(
    plus(net, transferred),
    side(true, (tax) => tax.type),
  );
}

function lineOf({ quantity, discount, product }: RandomItem): LineSums {
  const rates = (type: RandomTax['type']) =>
    sumOf(
      product.taxes
        .filter((tax) => tax.type === type && !tax.withholding && tax.factor === 'Tasa')
        .map((tax) => fraction(tax.rate)),
    );
  const one = fraction(1);
  const withIeps = plus(one, rates('IEPS'));
  const held = product.tax_included ? times(withIeps, plus(one, rates('IVA'))) : one;
  const gross = times(fraction(quantity), fraction(product.price));
  const amount = rounded(divide(gross, held), lineDecimals);
  const base = divide(minus(gross, fraction(discount)), held);
  const taxes = product.taxes.map((tax) => {
    const taxed = tax.type === 'IEPS' ? base : times(base, withIeps);
    const rate = tax.factor === 'Exento' ? fraction(0) : fraction(tax.rate);
    return { of: tax, amount: rounded(times(taxed, rate), lineDecimals) };
  });
  return { amount, discount: minus(amount, rounded(base, lineDecimals)), taxes };
}
