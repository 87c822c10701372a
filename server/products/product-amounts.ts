import type { ProductInput } from '../cfdi/document.ts';
import { checkProduct } from '../cfdi/product-rules.ts';
import { computeTotals } from '../cfdi/totals.ts';
import { totalsToJson } from '../cfdi/totals-json.ts';
import { refused } from '../platform/http/problem.ts';

export type Pricing = Pick<ProductInput, 'price' | 'tax_included' | 'taxability' | 'taxes'>;

/** One piece of a product that keeps the rules: its price before taxes, and what is paid for it. */
export function amountsOf(pricing: Pricing): { before_taxes: number; total: number } {
  const { lines, total } = computeTotals([{ product: spelledOut(pricing) }]);
  return { before_taxes: lines[0]!.unit_price.toNumber(), total: total.toNumber() };
}

/** An invoice of one piece, tax by tax, of a product that is still being written. */
export function previewProduct(pricing: Pricing) {
  const product = spelledOut(pricing);
  const errors = checkProduct(product);
  if (errors.length > 0) throw refused(errors);
  const totals = totalsToJson(computeTotals([{ product }]));
  const { currency, subtotal, discount, transferred, withheld, total, lines } = totals;
  const taxes = { transferred, withheld };
  return { currency, unit_price: lines[0]!.unit_price, subtotal, discount, taxes, total };
}

/** What is no part of a price is filled with what the rules let pass. */
function spelledOut(pricing: Pricing): ProductInput {
  return { ...pricing, description: '-', product_key: '01010101' };
}
