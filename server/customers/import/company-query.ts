import type pg from 'pg';
import { inTransaction, type Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';

/** A transaction in the name of a company: row-level security holds it to that company's rows. */
export async function asCompany<T>(
  pool: pg.Pool,
  tenantId: TenantId,
  work: (db: Queryable) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query({
      name: 'as-company',
      text: `select set_config('timbra.tenant', $1, true)`,
      values: [tenantId],
    });
    return work(client as Queryable);
  });
}

/** The same for one statement. */
export async function queryOf<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  tenantId: TenantId,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  return asCompany(pool, tenantId, (db) => db.query<Row>(query));
}
