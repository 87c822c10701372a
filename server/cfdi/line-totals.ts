import { Decimal, LINE_DECIMALS, roundLine, sum, ZERO } from './decimal.ts';
import type { ItemInput, TaxFactor, TaxType } from './document.ts';
import { type ProductTax, taxesOf } from './product-taxes.ts';

/** A tax of one line. Exento has a base, but neither rate nor amount (CFDI40177). */
export interface LineTax {
  type: TaxType;
  factor: TaxFactor;
  /** Six decimals, as TasaOCuota is written: "0.160000". */
  rate: string | null;
  /** Six decimals at most; for Cuota the quantity, else money. */
  base: Decimal;
  amount: Decimal | null;
  withholding: boolean;
}

/** A line (Concepto). Money before taxes in the invoice's currency, six decimals at most. */
export interface LineTotals {
  quantity: Decimal;
  unit_price: Decimal;
  amount: Decimal;
  discount: Decimal;
  taxes: LineTax[];
}

/**
 * The amounts of one line, each the exact value rounded once to six decimals.
 *
 * Written values are thus not multiplied again: with a price that holds its taxes, quantity x
 * unit price may differ from the amount in the last decimals, and base x rate from the tax. SAT
 * allows for exactly that rounding (CFDI40167, CFDI40180), and the total stays what the person
 * typed: 10,000 pieces at 100.00 are 1,000,000.00, where multiplying the rounded unit price of
 * 86.206897 would give 1,000,000.01.
 *
 * @throws RangeError for what FacturAPI knows and this does not: the IEPS modes `unit` and
 * `subtract_before_break_down`, and a tax with its own base. The invoice rules refuse them first.
 */
export function computeLine(item: ItemInput): LineTotals {
  const taxes = taxesOf(item.product);
  for (const tax of taxes) refuseUnsupported(tax);
  const quantity = new Decimal(item.quantity ?? 1);
  const held = item.product.tax_included === false ? NOTHING_HELD : heldInPrice(taxes);

  const price = new Decimal(item.product.price).minus(held.perUnit);
  const gross = quantity.times(price);
  const amount = roundLine(gross.div(held.multiple));
  const exactBase = gross.minus(item.discount ?? 0).div(held.multiple);
  return {
    quantity,
    unit_price: roundLine(price.div(held.multiple)),
    amount,
    // From the rounded base, so that amount - discount is the base that the taxes show.
    discount: amount.minus(roundLine(exactBase)),
    taxes: lineTaxes(taxes, exactBase, quantity),
  };
}

function refuseUnsupported(tax: ProductTax): void {
  const known = tax.ieps_mode === 'sum_before_taxes' || tax.ieps_mode === 'break_down';
  if (tax.type === 'IEPS' && !known) throw new RangeError(`IEPS mode ${tax.ieps_mode}`);
  if (tax.base !== undefined) throw new RangeError('a tax with its own base');
}

/** Whether the tax goes into the base of the line's other taxes (FacturAPI's default for IEPS). */
function addsToBase(tax: ProductTax): boolean {
  return tax.type === 'IEPS' && !tax.withholding && tax.ieps_mode === 'sum_before_taxes';
}

/** What a price with taxes holds: price = net x multiple + perUnit. */
interface HeldTaxes {
  multiple: Decimal;
  perUnit: Decimal;
}

const NOTHING_HELD: HeldTaxes = { multiple: new Decimal(1), perUnit: ZERO };

/**
 * Only transferred taxes are in the price; withheld ones are paid by the receiver to SAT and do
 * not change it. That is our reading of FacturAPI's "all applicable taxes": its documentation
 * does not say it of withheld ones.
 */
function heldInPrice(taxes: readonly ProductTax[]): HeldTaxes {
  const transferred = taxes.filter((tax) => !tax.withholding && tax.factor !== 'Exento');
  const rateOf = (tax: ProductTax) => new Decimal(tax.rate);
  const rates = transferred.filter((tax) => tax.factor === 'Tasa');
  const quotas = transferred.filter((tax) => tax.factor === 'Cuota');
  const ieps = sum(rates.filter((tax) => tax.type === 'IEPS').map(rateOf));
  const others = sum(rates.filter((tax) => tax.type !== 'IEPS').map(rateOf));
  const iepsInBase = sum(rates.filter(addsToBase).map(rateOf));
  const quotaInBase = sum(quotas.filter(addsToBase).map(rateOf));
  return {
    multiple: ieps.plus(1).plus(others.times(iepsInBase.plus(1))),
    perUnit: sum(quotas.map(rateOf)).plus(others.times(quotaInBase)),
  };
}

/**
 * @param money the exact price of the line before taxes, less its discount.
 * IEPS comes first: by default it is in the base of the other taxes, withheld ones included
 * (FacturAPI: "use the result as the base for the rest of the taxes in the product").
 */
function lineTaxes(taxes: readonly ProductTax[], money: Decimal, quantity: Decimal): LineTax[] {
  const exactAmount = (tax: ProductTax, base: Decimal) =>
    (tax.factor === 'Cuota' ? quantity : base).times(tax.factor === 'Exento' ? 0 : tax.rate);
  const ieps = sum(taxes.filter(addsToBase).map((tax) => exactAmount(tax, money)));
  return taxes.map((tax) => {
    const { type, factor, withholding } = tax;
    const base = type === 'IEPS' ? money : money.plus(ieps);
    const exempt = factor === 'Exento';
    return {
      type,
      factor,
      rate: exempt ? null : new Decimal(tax.rate).toFixed(LINE_DECIMALS),
      base: factor === 'Cuota' ? quantity : roundLine(base),
      amount: exempt ? null : roundLine(exactAmount(tax, base)),
      withholding,
    };
  });
}
