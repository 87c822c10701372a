import type { ProductInput, TaxInput } from '../cfdi/document.ts';
import { checkProduct } from '../cfdi/product-rules.ts';
import { TAXABILITY_DEFAULT, taxesOf, UNIT_KEY_DEFAULT } from '../cfdi/product-taxes.ts';
import { refused } from '../platform/http/problem.ts';
import type { KeptTax } from './products.ts';

/** A product's fields as they are kept, every default of FacturAPI's written out. */
export interface CheckedProduct {
  readonly description: string;
  readonly product_key: string;
  readonly unit_key: string;
  readonly unit_name: string | undefined;
  readonly price: number;
  readonly tax_included: boolean;
  readonly taxability: string;
  readonly taxes: readonly KeptTax[];
  readonly sku: string | undefined;
}

/** The same product held to SAT's rules, blanks tidied. Throws a 422 with a path for each mistake. */
export function checkedProduct(fields: ProductInput): CheckedProduct {
  const description = tidy(fields.description);
  const [unitName, sku] = [tidy(fields.unit_name ?? ''), tidy(fields.sku ?? '')];
  const { unit_name: _u, sku: _s, ...rest } = fields;
  const product = {
    ...rest,
    description,
    ...(unitName === '' ? {} : { unit_name: unitName }),
    ...(sku === '' ? {} : { sku }),
  };
  const errors = checkProduct(product);
  if (errors.length > 0) throw refused(errors);
  return {
    description,
    product_key: product.product_key,
    unit_key: product.unit_key ?? UNIT_KEY_DEFAULT,
    unit_name: unitName || undefined,
    price: product.price,
    tax_included: product.tax_included ?? true,
    taxability: product.taxability ?? TAXABILITY_DEFAULT,
    taxes: taxesOf(product).map((tax) => keptTax(tax)),
    sku: sku || undefined,
  };
}

/** SAT's schema collapses white space, and an accent apart from its letter is another letter. */
function tidy(text: string): string {
  return text.normalize('NFC').trim().replace(/ {2,}/g, ' ');
}

function keptTax(tax: Required<Omit<TaxInput, 'base'>>): KeptTax {
  const { type, factor, rate, withholding, ieps_mode } = tax;
  return { type, factor, rate, withholding, ...(type === 'IEPS' ? { ieps_mode } : {}) };
}
