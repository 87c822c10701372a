/** The front door of products: what a company sells, as its invoices will name it. */
import { Type } from 'typebox';
import type { IepsMode, ProductInput, TaxFactor, TaxType } from '../cfdi/document.ts';
import type { NewId } from '../platform/clock.ts';
import { notFound, Problem } from '../platform/http/problem.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { checkedProduct } from './checked-product.ts';
import { type FindOptions, findProducts, type ProductPage } from './find-products.ts';
import { productInput, productJson } from './product-json.ts';
import {
  type Changed,
  deleteProduct,
  insertProduct,
  readProduct,
  readProductBySku,
  readProducts,
  setArchived,
  updateProduct,
} from './products-store.ts';

/** FacturAPI's product, by shape. What the words mean is checked by cfdi/product-rules.ts. */
const closed = { additionalProperties: false };
const taxesLengthMax = 20;

const TaxInput = Type.Object(
  {
    type: Type.Optional(Type.String()),
    rate: Type.Number(),
    base: Type.Optional(Type.Number()),
    factor: Type.Optional(Type.String()),
    withholding: Type.Optional(Type.Boolean()),
    ieps_mode: Type.Optional(Type.String()),
  },
  closed,
);

export const ProductBody = Type.Object(
  {
    description: Type.String(),
    product_key: Type.String(),
    price: Type.Number(),
    tax_included: Type.Optional(Type.Boolean()),
    taxability: Type.Optional(Type.String()),
    taxes: Type.Optional(Type.Array(TaxInput, { maxItems: taxesLengthMax })),
    unit_key: Type.Optional(Type.String()),
    unit_name: Type.Optional(Type.String()),
    sku: Type.Optional(Type.String()),
  },
  { ...closed, title: 'ProductInput' },
);

/** A tax as it is kept: FacturAPI's defaults are written out when the product is captured. */
export interface KeptTax {
  readonly type: TaxType;
  readonly factor: TaxFactor;
  readonly rate: number;
  readonly withholding: boolean;
  readonly ieps_mode?: IepsMode;
}

export interface Product {
  readonly id: string;
  readonly description: string;
  /** c_ClaveProdServ. */
  readonly product_key: string;
  /** c_ClaveUnidad. */
  readonly unit_key: string;
  readonly unit_name: string | null;
  /** Decimal text: it is computed with, and only the API's JSON makes a number of it. */
  readonly price: string;
  readonly tax_included: boolean;
  /** c_ObjetoImp. */
  readonly taxability: string;
  readonly taxes: readonly KeptTax[];
  readonly sku: string | null;
  /** Counts its changes; the ETag. */
  readonly version: number;
  readonly archived_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** One product, and the versions of it that whoever changes it has seen; undefined: any. */
export interface Seen {
  readonly id: string;
  readonly versions: readonly number[] | undefined;
}

/** A product as the line of an invoice takes it over. */
export interface InvoicedProduct {
  readonly input: ProductInput;
  readonly isArchived: boolean;
}

/** Those of these ids that the company has, by id in lower case. */
export type FindProducts = (
  tenantId: TenantId,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, InvoicedProduct>>;

export interface Catalogue {
  /** A page of all, or of what was typed for. */
  page(tenantId: TenantId, options: FindOptions): Promise<ProductPage>;
  /** Archived ones too. */
  readonly forInvoice: FindProducts;
  /** Undefined for an id that is absent or another company's. */
  find(tenantId: TenantId, id: string): Promise<Product | undefined>;
  create(tenantId: TenantId, fields: ProductInput): Promise<Product>;
  replace(tenantId: TenantId, seen: Seen, fields: ProductInput): Promise<Product>;
  /** An archived product is kept and readable, and neither found by a search nor invoiced. */
  archive(tenantId: TenantId, seen: Seen): Promise<Product>;
  restore(tenantId: TenantId, seen: Seen): Promise<Product>;
  /** Always possible: an invoice holds what it says of a product, not the product. */
  remove(tenantId: TenantId, seen: Seen): Promise<void>;
}

export function productCatalogue(o: { db: Database; newId: NewId }): Catalogue {
  const changed = async (tenantId: TenantId, sku: string | undefined, change: Promise<Changed>) => {
    const outcome = await change;
    switch (outcome.kind) {
      case 'changed':
        return outcome.product;
      case 'absent':
        throw notFound();
      case 'other_version':
        throw versionMismatch(outcome.product);
      case 'sku_taken':
        throw skuTaken(await readProductBySku(o.db, tenantId, sku ?? ''));
    }
  };
  return {
    page: (tenantId, options) => findProducts(o.db, tenantId, options),
    async forInvoice(tenantId, ids) {
      const products = ids.length === 0 ? [] : await readProducts(o.db, tenantId, ids);
      return new Map(products.map((product) => [product.id, invoiced(product)]));
    },
    find: (tenantId, id) => readProduct(o.db, tenantId, id),
    async create(tenantId, fields) {
      const checked = checkedProduct(fields);
      return changed(tenantId, checked.sku, insertProduct(o.db, tenantId, o.newId(), checked));
    },
    async replace(tenantId, seen, fields) {
      const checked = checkedProduct(fields);
      return changed(tenantId, checked.sku, updateProduct(o.db, tenantId, seen, checked));
    },
    archive: (tenantId, seen) =>
      changed(tenantId, undefined, setArchived(o.db, tenantId, seen, true)),
    restore: (tenantId, seen) =>
      changed(tenantId, undefined, setArchived(o.db, tenantId, seen, false)),
    async remove(tenantId, seen) {
      await changed(tenantId, undefined, deleteProduct(o.db, tenantId, seen));
    },
  };
}

function invoiced(product: Product): InvoicedProduct {
  return { input: productInput(product), isArchived: product.archived_at !== null };
}

/** Somebody else changed it since: what it is now goes along, so that a person can compare. */
function versionMismatch(current: Product): Problem {
  const detail = 'Otra persona cambió este producto mientras lo editabas. Revisa cómo quedó.';
  return new Problem(412, 'version_mismatch', detail, { extra: { current: productJson(current) } });
}

function skuTaken(by: Product | undefined): Problem {
  const whose = by ? ` «${by.description}»${by.archived_at === null ? '' : ' (archivado)'}` : '';
  const message = `Este código (SKU) ya es de otro producto${whose}. Escribe uno distinto.`;
  return new Problem(409, 'sku_taken', message, {
    errors: [{ path: 'sku', code: 'sku_taken', message }],
    ...(by ? { extra: { product: { id: by.id, description: by.description } } } : {}),
  });
}
