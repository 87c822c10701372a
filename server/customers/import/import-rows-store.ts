import type pg from 'pg';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { queryOf } from './company-query.ts';

export type RowKind = 'rejected' | 'noted';

/** What a person is told of a row. */
export interface ToldRow {
  readonly kind: RowKind;
  readonly row: number;
  /** Headings as the file has them. */
  readonly columns: string;
  readonly reason: string;
  readonly cells: readonly string[];
}

export async function insertToldRows(
  db: Queryable,
  tenantId: TenantId,
  importId: string,
  told: readonly ToldRow[],
): Promise<void> {
  if (told.length === 0) return;
  await db.query({
    name: 'customer-imports-tell-rows',
    text: `insert into customer_import_rows
             (tenant_id, import_id, kind, row_number, columns, reason, cells)
           select $1, $2, kind, "row", columns, reason, cells
             from json_to_recordset($3) as r(kind text, "row" int, columns text, reason text,
                                             cells jsonb)`,
    values: [tenantId, importId, JSON.stringify(told)],
  });
}

/** In the order of the file, `limit` after the row of that number. */
export async function readToldRows(
  pool: pg.Pool,
  tenantId: TenantId,
  importId: string,
  o: { readonly kind: RowKind; readonly after: number; readonly limit: number },
): Promise<ToldRow[]> {
  const { rows } = await queryOf<ToldRow & pg.QueryResultRow>(pool, tenantId, {
    name: 'customer-imports-read-rows',
    text: `select kind, row_number as "row", columns, reason, cells
             from customer_import_rows
            where tenant_id = $1 and import_id = $2 and kind = $3 and row_number > $4
            order by row_number limit $5`,
    values: [tenantId, importId, o.kind, o.after, o.limit],
  });
  return rows;
}
