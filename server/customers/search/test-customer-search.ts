import type pg from 'pg';
import { makeSearchPool } from '../../platform/postgres/search-pool.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { customerSearch } from './search-customers.ts';

/** A hit as people get it. */
export interface Hit {
  readonly id: string;
  readonly legal_name: string;
  readonly tax_id: string;
  readonly email: string | null;
  readonly match: {
    readonly tier: string;
    readonly ranges: ReadonlyArray<{
      readonly field: 'legal_name' | 'tax_id' | 'email';
      readonly start: number;
      readonly length: number;
    }>;
  };
}

export type Find = (tenantId: TenantId, typed: string, limit?: number) => Promise<Hit[]>;

/** The search of a test, through the same statement as the product's. */
export function finder(pool: pg.Pool): Find {
  const search = customerSearch(makeSearchPool(pool));
  return async (tenantId, typed, limit = 20) => {
    const searched = await search(tenantId, typed, limit, new AbortController().signal);
    if (searched.kind !== 'found') throw new Error(`the search is ${searched.kind}`);
    return JSON.parse(searched.rows[0]!.answer).data;
  };
}
