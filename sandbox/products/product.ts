import { invalidRequest } from '../api-error.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import type { ItemFields } from '../invoices/invoice-fields.ts';
import { readItem } from '../invoices/read-item.ts';
import type { Account } from '../organizations/organization.ts';
import { searchable } from '../state/page.ts';
import type { StoredProduct } from './products-store.ts';

/** What a client may write of a product: the same fields as in an invoice's item. */
export type ProductFields = Omit<ItemFields['product'], 'id'>;

/** A product as the API shows it. */
export interface Product extends ProductFields {
  id: string;
  created_at: string;
  livemode: boolean;
  organization: string;
}

/** Reads a body by the rules of an item's product, or throws all that is wrong with it. */
export function readProductBody(body: unknown): ProductFields {
  const reader = new FieldReader();
  const product = reader.object(body, '');
  const item = product && readAsItem(reader, product);
  if (!item) throw invalidRequest(reader.errors.map(atRoot));
  const { id: _, ...fields } = item.product as ItemFields['product'] & { id?: string };
  return fields;
}

function readAsItem(reader: FieldReader, product: Fields): ItemFields | undefined {
  return readItem(reader, { product }, 'item', { type: 'I', product: () => undefined });
}

/** In a body of its own a product's field stands at the root: `price`, not `item.product.price`. */
function atRoot(error: FieldReader['errors'][number]) {
  const place = 'item.product.';
  return {
    ...error,
    path: error.path?.replace(place, '') ?? '',
    message: error.message.replaceAll(place, ''),
  };
}

export function toStored(account: Account, product: Product): StoredProduct {
  return {
    id: product.id,
    scope: account.scope,
    createdAt: product.created_at,
    sku: product.sku ?? null,
    search: searchable(`${product.description}\n${product.sku ?? ''}`),
    body: JSON.stringify(product),
  };
}
