import type { Statement } from '../../platform/postgres/search-pool.ts';
import type { TenantId } from '../../tenants/tenants.ts';

/** What `timbra_search_customers` answers: the body of the answer, ready to be sent. */
export interface FoundRow {
  readonly answer: string;
}

/** Prepared once on each connection, and planned once: see the migration. */
export function searchStatement(tenantId: TenantId, typed: string, limit: number): Statement {
  return {
    name: 'search-customers',
    text: 'select timbra_search_customers($1, $2, $3) as answer',
    values: [tenantId, typed, limit],
  };
}
