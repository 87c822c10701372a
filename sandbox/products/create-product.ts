import { type Answer, ok } from '../answer.ts';
import type { Account } from '../organizations/organization.ts';
import { objectId } from '../state/object-id.ts';
import { type Product, readProductBody, toStored } from './product.ts';
import type { ProductsStore } from './products-store.ts';

export function createProduct(
  products: ProductsStore,
  account: Account,
  body: unknown,
  now: Date,
): Answer {
  const product: Product = {
    id: objectId(now),
    created_at: now.toISOString(),
    livemode: account.livemode,
    organization: account.organization.id,
    ...readProductBody(body),
  };
  const stored = toStored(account, product);
  products.insert(stored);
  return ok(stored.body);
}
