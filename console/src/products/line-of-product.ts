import { useEffect, useEffectEvent } from 'react';
import type { Product, ProductInput } from '../api/bodies.ts';
import { Problem } from '../api/problem.ts';
import type { DraftLine } from '../invoices/invoice-draft.ts';
import { isSameProduct, profileOfProduct } from '../invoices/tax-profiles.ts';
import { useProduct } from './products.ts';

/** What the line of an invoice says of a product; how many, and at what discount, stays. */
export function lineOfProduct(product: Product): Partial<DraftLine> {
  const kept = inputOf(product);
  return {
    description: product.description,
    price: product.price,
    productKey: product.product_key,
    unitKey: product.unit_key,
    taxProfile: profileOfProduct(kept) ?? 'kept',
    taxIncluded: product.tax_included,
    kept,
    productId: product.id,
  };
}

/**
 * Tells when a line no longer says what the product that filled it says: somebody changed it or
 * deleted it meanwhile. What is issued must be what is seen.
 */
export function useOutdated({ productId, kept }: DraftLine, onOutdated: () => void): void {
  const { data, error, isFetching } = useProduct(productId ?? null);
  const gone = error instanceof Problem && error.status === 404;
  const changed = data !== undefined && kept !== undefined && !isSameProduct(inputOf(data), kept);
  const outdated = productId !== undefined && !isFetching && (gone || changed);
  const tell = useEffectEvent(onOutdated);
  useEffect(() => {
    if (outdated) tell();
  }, [outdated]);
}

function inputOf(product: Product): ProductInput {
  return {
    description: product.description,
    product_key: product.product_key,
    unit_key: product.unit_key,
    price: product.price,
    tax_included: product.tax_included,
    taxability: product.taxability,
    taxes: product.taxes,
    ...(product.unit_name === null ? {} : { unit_name: product.unit_name }),
    ...(product.sku === null ? {} : { sku: product.sku }),
  };
}
