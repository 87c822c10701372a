import { type Answer, ok } from '../answer.ts';
import { invalidRequest } from '../api-error.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { findProduct } from './find-product.ts';
import { type Product, readProductBody, toStored } from './product.ts';
import type { ProductsStore } from './products-store.ts';

/** Sets the fields that are sent; the rest stays. */
export function editProduct(
  products: ProductsStore,
  account: Account,
  id: string,
  body: unknown,
): Answer {
  const before = JSON.parse(findProduct(products, account, id)) as Product;
  const reader = new FieldReader();
  const change = reader.object(body ?? {}, '');
  if (!change) throw invalidRequest(reader.errors);
  const { created_at, livemode, organization } = before;
  const fields = readProductBody({ ...before, ...change });
  const stored = toStored(account, { id, created_at, livemode, organization, ...fields });
  products.update(stored);
  return ok(stored.body);
}
