import type { Searched, SearchPool } from '../../platform/postgres/search-pool.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { type FoundRow, searchStatement } from './customer-search-store.ts';

export const searchLimitDefault = 20;
export const searchLimitMax = 100;
/** A name has 254 letters at the most (SAT), and nobody types a whole one. */
export const typedLengthMax = 200;

/**
 * Customers as somebody types them, best first: `tax_id`, `tax_id_prefix`, `email`, `name_start`,
 * `words`, `typo`. Inside a tier those come first whom the company invoices often and lately.
 */
export type CustomerSearch = (
  tenantId: TenantId,
  typed: string,
  limit: number,
  signal: AbortSignal,
) => Promise<Searched<FoundRow>>;

export function customerSearch(pool: SearchPool): CustomerSearch {
  return (tenantId, typed, limit, signal) =>
    pool.ask<FoundRow>(searchStatement(tenantId, typed, limit), signal);
}
