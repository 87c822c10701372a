import { Problem } from '../platform/http/problem.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type MatchRange, matchRanges } from './match-ranges.ts';
import {
  type ListPlace,
  listProducts,
  type ProductTier,
  searchProducts,
} from './product-search-store.ts';
import type { Product } from './products.ts';

export interface FindOptions {
  /** What was typed; nothing lists all. */
  readonly q: string;
  /** The archived ones instead. */
  readonly archived: boolean;
  readonly cursor: string | undefined;
  readonly limit: number;
}

export interface FoundProduct {
  readonly product: Product;
  /** Of a search: why it was found. */
  readonly match?: { readonly tier: ProductTier; readonly ranges: readonly MatchRange[] };
}

export interface ProductPage {
  readonly data: readonly FoundProduct[];
  readonly nextCursor: string | null;
}

/** Whoever has not found it by then types more. */
export const searchedMax = 200;

/** A page of the list, or of what a search finds, best first. */
export function findProducts(
  db: Database,
  tenantId: TenantId,
  o: FindOptions,
): Promise<ProductPage> {
  return o.q.trim() === '' || o.archived ? listPage(db, tenantId, o) : searchPage(db, tenantId, o);
}

async function listPage(db: Database, tenantId: TenantId, o: FindOptions): Promise<ProductPage> {
  const after = o.cursor === undefined ? undefined : readPlace(o.cursor);
  const { archived, q, limit } = o;
  const listed = await listProducts(db, tenantId, { archived, q, after, limit: limit + 1 });
  const page = listed.slice(0, limit);
  return {
    data: page.map(({ product }) => ({ product })),
    nextCursor: listed.length > limit ? placeCursor(page.at(-1)!.place) : null,
  };
}

/**
 * Ranks are no column to go on from, so a search's cursor counts what was seen. What changes
 * between two pages may be missed or seen twice, which whoever types does not mind.
 */
async function searchPage(db: Database, tenantId: TenantId, o: FindOptions): Promise<ProductPage> {
  const seen = o.cursor === undefined ? 0 : readSeen(o.cursor);
  const most = Math.min(seen + o.limit, searchedMax);
  const found = await searchProducts(db, tenantId, o.q, Math.min(most + 1, searchedMax));
  const data = found.slice(seen, most).map(({ product, tier, words }) => ({
    product,
    match: { tier, ranges: matchRanges(product, tier, words) },
  }));
  return { data, nextCursor: found.length > most ? seenCursor(most) : null };
}

function placeCursor({ key, id }: ListPlace): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

function readPlace(cursor: string): ListPlace {
  const [key, id] = decoded(cursor);
  if (typeof key !== 'string' || typeof id !== 'string' || !isId(id)) throw badCursor();
  return { key, id };
}

function seenCursor(seen: number): string {
  return Buffer.from(JSON.stringify([seen])).toString('base64url');
}

function readSeen(cursor: string): number {
  const [seen] = decoded(cursor);
  if (!Number.isInteger(seen) || (seen as number) < 0) throw badCursor();
  return seen as number;
}

function decoded(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text);
}

function badCursor(): Problem {
  const message = 'El cursor no es de esta lista; pide la primera página sin él.';
  const errors = [{ path: 'cursor', code: 'invalid_cursor', message }];
  return new Problem(400, 'invalid_query', message, { errors });
}
