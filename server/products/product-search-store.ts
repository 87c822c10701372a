import { type SqlBool, sql } from 'kysely';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { Product } from './products.ts';
import { type ProductRow, productColumns, toProduct } from './products-store.ts';

/** Why a product was found. */
export type ProductTier = 'sku' | 'sku_prefix' | 'description_start' | 'words' | 'typo';

export interface RankedProduct {
  readonly product: Product;
  readonly tier: ProductTier;
  /** The words that it was found by, folded: others than were typed when those were mistyped. */
  readonly words: readonly string[];
}

/** Where a page of the list begins: behind this one. */
export interface ListPlace {
  readonly key: string;
  readonly id: string;
}

export interface ListOptions {
  readonly archived: boolean;
  /** Every word of it somewhere in description or SKU; for the archived, whom no search finds. */
  readonly q: string;
  readonly after: ListPlace | undefined;
  readonly limit: number;
}

export interface ListedProduct {
  readonly product: Product;
  readonly place: ListPlace;
}

/** By description, as people's spelling varies. */
export async function listProducts(
  db: Database,
  tenantId: TenantId,
  o: ListOptions,
): Promise<ListedProduct[]> {
  let query = db
    .selectFrom('products')
    .select([...productColumns, 'list_key'])
    .where('tenant_id', '=', tenantId)
    .where('archived_at', o.archived ? 'is not' : 'is', null);
  if (o.q.trim() !== '') {
    query = query.where(
      sql<SqlBool>`not exists (
        select from unnest(string_to_array(timbra_fold(${o.q}), ' ')) word
         where position(word in timbra_fold(description || ' ' || coalesce(sku, ''))) = 0)`,
    );
  }
  if (o.after) {
    query = query.where(sql<SqlBool>`(list_key, id) > (${o.after.key}, ${o.after.id}::uuid)`);
  }
  const rows = await query.orderBy('list_key').orderBy('id').limit(o.limit).execute();
  return rows.map(({ list_key: key, ...row }) => ({
    product: toProduct(row),
    place: { key, id: row.id },
  }));
}

/** See timbra_search_products: ranked, none twice, the same order each time. */
export async function searchProducts(
  db: Database,
  tenantId: TenantId,
  q: string,
  most: number,
): Promise<RankedProduct[]> {
  const { rows } = await sql<ProductRow & { tier: ProductTier; words: string[] }>`
    select ${sql.join(productColumns.map((column) => sql.ref(`p.${column}`)))}, f.tier, f.words
      from timbra_search_products(${tenantId}::uuid, ${q}, ${most})
           with ordinality f(product_id, tier, words, place)
      join products p on p.tenant_id = ${tenantId}::uuid and p.id = f.product_id
     order by f.place`.execute(db);
  return rows.map(({ tier, words, ...row }) => ({ product: toProduct(row), tier, words }));
}
