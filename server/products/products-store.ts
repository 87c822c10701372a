import { sql, type UpdateObject } from 'kysely';
import type { Database, Tables } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { CheckedProduct } from './checked-product.ts';
import type { KeptTax, Product, Seen } from './products.ts';

export const productColumns = [
  'id',
  'description',
  'product_key',
  'unit_key',
  'unit_name',
  'price',
  'tax_included',
  'taxability',
  'taxes',
  'sku',
  'version',
  'archived_at',
  'created_at',
  'updated_at',
] as const;

/** What became of a change; `other_version` brings what the product is now. */
export type Changed =
  | { readonly kind: 'changed'; readonly product: Product }
  | { readonly kind: 'other_version'; readonly product: Product }
  | { readonly kind: 'sku_taken' }
  | { readonly kind: 'absent' };

export async function insertProduct(
  db: Database,
  tenantId: TenantId,
  id: string,
  fields: CheckedProduct,
): Promise<Changed> {
  return unlessSkuTaken(async () => {
    const row = await db
      .insertInto('products')
      .values({ tenant_id: tenantId, id, ...toRow(fields) })
      .returning(productColumns)
      .executeTakeFirstOrThrow();
    return { kind: 'changed', product: toProduct(row) };
  });
}

export async function readProduct(
  db: Database,
  tenantId: TenantId,
  id: string,
): Promise<Product | undefined> {
  return (await readProducts(db, tenantId, [id]))[0];
}

export async function readProducts(
  db: Database,
  tenantId: TenantId,
  ids: readonly string[],
): Promise<Product[]> {
  const rows = await db
    .selectFrom('products')
    .select(productColumns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
  return rows.map(toProduct);
}

/** As the index of SKUs compares them. */
export async function readProductBySku(
  db: Database,
  tenantId: TenantId,
  sku: string,
): Promise<Product | undefined> {
  const row = await db
    .selectFrom('products')
    .select(productColumns)
    .where('tenant_id', '=', tenantId)
    .where(sql`upper(sku)`, '=', sql`upper(${sku})`)
    .executeTakeFirst();
  return row && toProduct(row);
}

export async function updateProduct(
  db: Database,
  tenantId: TenantId,
  seen: Seen,
  fields: CheckedProduct,
): Promise<Changed> {
  return unlessSkuTaken(() => change(db, tenantId, seen, toRow(fields)));
}

/** Archiving what is archived, or restoring what is not, changes nothing: not its version either. */
export async function setArchived(
  db: Database,
  tenantId: TenantId,
  seen: Seen,
  archived: boolean,
): Promise<Changed> {
  const product = await readProduct(db, tenantId, seen.id);
  if (product && (product.archived_at !== null) === archived) return judged(product, seen);
  return change(db, tenantId, seen, { archived_at: archived ? sql<Date>`now()` : null });
}

export async function deleteProduct(
  db: Database,
  tenantId: TenantId,
  seen: Seen,
): Promise<Changed> {
  let query = db.deleteFrom('products').where('tenant_id', '=', tenantId).where('id', '=', seen.id);
  if (seen.versions) query = query.where('version', '=', anyOf(seen.versions));
  const row = await query.returning(productColumns).executeTakeFirst();
  return row ? { kind: 'changed', product: toProduct(row) } : whyNot(db, tenantId, seen.id);
}

function anyOf(versions: readonly number[]) {
  return sql<number>`any(${versions}::bigint[])`;
}

async function change(
  db: Database,
  tenantId: TenantId,
  seen: Seen,
  to: UpdateObject<Tables, 'products', 'products'>,
): Promise<Changed> {
  let query = db
    .updateTable('products')
    .set({ ...to, version: sql<number>`version + 1`, updated_at: sql<Date>`now()` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', seen.id);
  if (seen.versions) query = query.where('version', '=', anyOf(seen.versions));
  const row = await query.returning(productColumns).executeTakeFirst();
  return row ? { kind: 'changed', product: toProduct(row) } : whyNot(db, tenantId, seen.id);
}

async function whyNot(db: Database, tenantId: TenantId, id: string): Promise<Changed> {
  const product = await readProduct(db, tenantId, id);
  return product ? { kind: 'other_version', product } : { kind: 'absent' };
}

function judged(product: Product, seen: Seen): Changed {
  const same = seen.versions === undefined || seen.versions.includes(product.version);
  return { kind: same ? 'changed' : 'other_version', product };
}

async function unlessSkuTaken(write: () => Promise<Changed>): Promise<Changed> {
  try {
    return await write();
  } catch (error) {
    if ((error as { constraint?: string }).constraint === 'products_by_sku') {
      return { kind: 'sku_taken' };
    }
    throw error;
  }
}

function toRow(f: CheckedProduct) {
  return {
    description: f.description,
    product_key: f.product_key,
    unit_key: f.unit_key,
    unit_name: f.unit_name ?? null,
    // The shortest text of the number that was sent: numeric keeps exactly that.
    price: String(f.price),
    tax_included: f.tax_included,
    taxability: f.taxability,
    taxes: JSON.stringify(f.taxes),
    sku: f.sku ?? null,
  };
}

export type ProductRow = Pick<
  Tables['products'],
  Exclude<(typeof productColumns)[number], 'version' | 'created_at' | 'updated_at'>
> & { version: number; created_at: Date; updated_at: Date };

export function toProduct(row: ProductRow): Product {
  const { archived_at, created_at, updated_at, taxes, ...rest } = row;
  return {
    ...rest,
    taxes: taxes as KeptTax[],
    archived_at: archived_at?.toISOString() ?? null,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
