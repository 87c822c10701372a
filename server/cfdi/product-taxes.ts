import type { IepsMode, ProductInput, TaxFactor, TaxInput, TaxType } from './document.ts';

/** A tax of a line with FacturAPI's defaults written out. */
export interface ProductTax {
  type: TaxType;
  factor: TaxFactor;
  rate: number;
  withholding: boolean;
  ieps_mode: IepsMode;
  base: number | undefined;
}

export const TAXABILITY_DEFAULT = '02';
export const UNIT_KEY_DEFAULT = 'H87';
const IVA_DEFAULT: TaxInput = { type: 'IVA', rate: 0.16 };

/**
 * The taxes of a product as FacturAPI resolves them: those given, else IVA 16% when the product is
 * subject to tax ("02", the default), else none. "07" without taxes has none here; the rules
 * refuse it because it needs an IEPS.
 */
export function taxesOf(product: ProductInput): ProductTax[] {
  const subject = (product.taxability ?? TAXABILITY_DEFAULT) === TAXABILITY_DEFAULT;
  const taxes = product.taxes ?? (subject ? [IVA_DEFAULT] : []);
  return taxes.map((tax) => ({
    type: tax.type ?? 'IVA',
    factor: tax.factor ?? 'Tasa',
    rate: tax.rate,
    withholding: tax.withholding ?? false,
    ieps_mode: tax.ieps_mode ?? 'sum_before_taxes',
    base: tax.base,
  }));
}
