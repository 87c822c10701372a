import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { COLUMNS } from '../import/customer-columns.ts';

const EXPORTED = COLUMNS.map(({ key }) =>
  key === 'accept_rfc_check_digit'
    ? "case when rfc_check_digit_accepted then 'Sí' else '' end"
    : `coalesce(${key.replace(/^address\./, '')}, '')`,
);

/** One more page of the customers in use, by their ids; `after` is the last one's of the page before. */
export async function readExportPage(
  db: Queryable,
  tenantId: TenantId,
  after: string,
  limit: number,
): Promise<Array<{ readonly id: string; readonly cells: readonly string[] }>> {
  const { rows } = await db.query<{ id: string; cells: string[] }>({
    name: 'customers-export-page',
    text: `select id, array[${EXPORTED.join(', ')}] as cells
             from customers
            where tenant_id = $1 and id > $2 and archived_at is null
            order by id limit $3`,
    values: [tenantId, after, limit],
  });
  return rows;
}
