import { notFound } from '../api-error.ts';
import type { Account } from '../organizations/organization.ts';
import type { ProductsStore } from './products-store.ts';

/** The JSON of a product. Another account's answers exactly as one that never was. */
export function findProduct(products: ProductsStore, account: Account, id: string): string {
  const body = products.find(account.scope, id);
  if (body === undefined) throw notFound('product_not_found', 'El producto no existe.');
  return body;
}
