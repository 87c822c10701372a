import type { ItemInput, ProductInput } from '../cfdi/document.ts';
import type { FieldError } from '../platform/http/problem.ts';
import type { FindProducts, InvoicedProduct } from '../products/products.ts';
import type { TenantId } from '../tenants/tenants.ts';

/** A line as it is sent: its product spelled out, or named by its id in the catalogue. */
export interface ItemBody extends Omit<ItemInput, 'product'> {
  product: string | ProductInput;
}

export type SpelledItems =
  | { readonly kind: 'spelled'; readonly items: ItemInput[] }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/**
 * The lines with each product spelled out as the catalogue has it at this moment: from here on the
 * document depends on no product. All lines cost one look at the catalogue.
 */
export async function spellItems(
  tenantId: TenantId,
  items: readonly ItemBody[],
  findProducts: FindProducts,
): Promise<SpelledItems> {
  const ids = items.flatMap(({ product }) =>
    typeof product === 'string' ? [product.toLowerCase()] : [],
  );
  const found = ids.length === 0 ? new Map() : await findProducts(tenantId, [...new Set(ids)]);
  const spelled: ItemInput[] = [];
  const errors: FieldError[] = [];
  for (const [index, { product, ...item }] of items.entries()) {
    const one = typeof product === 'string' ? found.get(product.toLowerCase()) : undefined;
    if (typeof product !== 'string') spelled.push({ ...item, product });
    else if (one && !one.isArchived) spelled.push({ ...item, product: one.input });
    else errors.push(errorOf(one, `items[${index}].product`));
  }
  return errors.length > 0 ? { kind: 'invalid', errors } : { kind: 'spelled', items: spelled };
}

function errorOf(product: InvoicedProduct | undefined, path: string): FieldError {
  if (!product) {
    const message = 'El producto no existe o no tienes acceso.';
    return { path, code: 'product_not_found', message };
  }
  const message = 'Este producto está archivado. Restáuralo en Productos para facturarlo.';
  return { path, code: 'product_archived', message };
}
