import type { ProductInput } from '../cfdi/document.ts';
import { amountsOf } from './product-amounts.ts';
import type { Product } from './products.ts';

/** As the API answers it: a price is a JSON number there, as FacturAPI's is. */
export function productJson(product: Product) {
  return { ...product, price: Number(product.price), amounts: amountsOf(productInput(product)) };
}

/** What an invoice freezes of it: FacturAPI's product, spelled out. */
export function productInput(product: Product): ProductInput {
  return {
    description: product.description,
    product_key: product.product_key,
    unit_key: product.unit_key,
    ...(product.unit_name === null ? {} : { unit_name: product.unit_name }),
    price: Number(product.price),
    tax_included: product.tax_included,
    taxability: product.taxability,
    taxes: product.taxes.map((tax) => ({ ...tax })),
    ...(product.sku === null ? {} : { sku: product.sku }),
  };
}
