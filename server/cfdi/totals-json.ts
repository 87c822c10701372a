import type { Decimal } from './decimal.ts';
import type { TaxFactor, TaxType } from './document.ts';
import type { DocumentTotals } from './totals.ts';

/** {@link DocumentTotals} as the API answers it; money is a JSON number, as FacturAPI's is. */
export interface TotalsJson {
  currency: string;
  subtotal: number;
  discount: number;
  transferred: TransferredJson[];
  withheld: { type: TaxType; amount: number }[];
  total_transferred: number;
  total_withheld: number;
  total: number;
  lines: LineJson[];
}

export interface TransferredJson {
  type: TaxType;
  factor: TaxFactor;
  /** Six decimals ("0.160000"); null for Exento. */
  rate: string | null;
  base: number;
  amount: number | null;
}

export interface LineJson {
  quantity: number;
  unit_price: number;
  amount: number;
  discount: number;
  taxes: (TransferredJson & { withholding: boolean })[];
}

/**
 * Plain JSON of the totals. Exact for document amounts under 1e12; a line's sixth decimal may be
 * lost above some 9e9, so an XML is written from the Decimals and never from this.
 */
export function totalsToJson(totals: DocumentTotals): TotalsJson {
  const number = (value: Decimal) => value.toNumber();
  const orNull = (value: Decimal | null) => value?.toNumber() ?? null;
  return {
    currency: totals.currency,
    subtotal: number(totals.subtotal),
    discount: number(totals.discount),
    transferred: totals.transferred.map((tax) => ({
      ...tax,
      base: number(tax.base),
      amount: orNull(tax.amount),
    })),
    withheld: totals.withheld.map((tax) => ({ type: tax.type, amount: number(tax.amount) })),
    total_transferred: number(totals.total_transferred),
    total_withheld: number(totals.total_withheld),
    total: number(totals.total),
    lines: totals.lines.map((line) => ({
      quantity: number(line.quantity),
      unit_price: number(line.unit_price),
      amount: number(line.amount),
      discount: number(line.discount),
      taxes: line.taxes.map((tax) => ({
        ...tax,
        base: number(tax.base),
        amount: orNull(tax.amount),
      })),
    })),
  };
}
