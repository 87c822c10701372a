import { currency as currencyOf } from './catalogs/catalogs.ts';
import { type Decimal, sum, ZERO } from './decimal.ts';
import type { ItemInput, TaxFactor, TaxType } from './document.ts';
import { computeLine, type LineTax, type LineTotals } from './line-totals.ts';

/** Transferred taxes of the whole document, one entry by type, factor and rate. */
export interface TransferredTax {
  type: TaxType;
  factor: TaxFactor;
  /** Six decimals; null for Exento. */
  rate: string | null;
  base: Decimal;
  /** Null for Exento, which has a base only. */
  amount: Decimal | null;
}

/** Withheld taxes of the whole document, one entry by type (CFDI40208). */
export interface WithheldTax {
  type: TaxType;
  amount: Decimal;
}

/**
 * What an invoice adds up to. Every amount is a Decimal in the invoice's currency: lines with six
 * decimals at most, the rest rounded half up to the currency's decimals (2 for MXN).
 * When every transferred tax is Exento the XML has no TotalImpuestosTrasladados, although
 * `total_transferred` is 0 here; when `withheld` is empty it has no TotalImpuestosRetenidos.
 */
export interface DocumentTotals {
  currency: string;
  /** Decimals of the currency, with which its amounts are written. */
  decimals: number;
  lines: LineTotals[];
  subtotal: Decimal;
  discount: Decimal;
  transferred: TransferredTax[];
  withheld: WithheldTax[];
  total_transferred: Decimal;
  total_withheld: Decimal;
  total: Decimal;
}

/**
 * The totals of an invoice that passed the invoice rules, by SAT's validation matrix of CFDI 4.0:
 * subtotal and discount are rounded sums of the lines (CFDI40108, CFDI40110), each tax node the
 * rounded sum of the lines' (CFDI40211 and the like), the tax totals sums of those nodes
 * (CFDI40203, CFDI40205), and the total follows from them (CFDI40119). SAT's identities win over
 * the sum of prices with tax: without discounts a line's total is its price to the cent, but a
 * discount with taxes in it is rounded apart from the subtotal, and in about a quarter of the
 * cases the total is a cent off.
 *
 * @param options.currency c_Moneda; MXN when absent.
 * @throws RangeError for a currency outside the catalogue, or taxes that {@link computeLine}
 * does not know.
 */
export function computeTotals(
  items: readonly ItemInput[],
  options: { currency?: string } = {},
): DocumentTotals {
  const currency = options.currency ?? 'MXN';
  const decimals = currencyOf(currency)?.decimals;
  if (decimals === undefined) throw new RangeError(`currency ${currency}`);

  const lines = items.map(computeLine);
  const taxes = lines.flatMap((line) => line.taxes);
  const round = (values: readonly Decimal[]) => sum(values).toDecimalPlaces(decimals);

  const subtotal = round(lines.map((line) => line.amount));
  const discount = round(lines.map((line) => line.discount));
  const transferred = groupTransferred(taxes, round);
  const withheld = groupWithheld(taxes, round);
  const totalTransferred = sum(transferred.map((tax) => tax.amount ?? ZERO));
  const totalWithheld = sum(withheld.map((tax) => tax.amount));
  return {
    currency,
    decimals,
    lines,
    subtotal,
    discount,
    transferred,
    withheld,
    total_transferred: totalTransferred,
    total_withheld: totalWithheld,
    total: subtotal.minus(discount).plus(totalTransferred).minus(totalWithheld),
  };
}

type Round = (values: readonly Decimal[]) => Decimal;

function groupTransferred(taxes: readonly LineTax[], round: Round): TransferredTax[] {
  const transferred = taxes.filter((tax) => !tax.withholding);
  const groups = Map.groupBy(transferred, (tax) => `${tax.type} ${tax.factor} ${tax.rate}`);
  return [...groups.values()].map((group) => {
    const { type, factor, rate } = group[0]!;
    const amount = factor === 'Exento' ? null : round(group.map((tax) => tax.amount ?? ZERO));
    return { type, factor, rate, base: round(group.map((tax) => tax.base)), amount };
  });
}

function groupWithheld(taxes: readonly LineTax[], round: Round): WithheldTax[] {
  const groups = Map.groupBy(
    taxes.filter((tax) => tax.withholding),
    (tax) => tax.type,
  );
  return [...groups].map(([type, group]) => ({
    type,
    amount: round(group.map((tax) => tax.amount ?? ZERO)),
  }));
}
