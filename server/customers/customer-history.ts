import { notFound } from '../platform/http/problem.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { addressColumns, readChanges, readCustomer } from './customers-store.ts';

export const historyLimit = 50;

export interface CustomerHistory {
  readonly data: readonly CustomerChange[];
  readonly next_cursor: number | null;
}

export interface CustomerChange {
  /** That it became by this change; 1 is its creation. */
  readonly version: number;
  readonly at: string;
  /** Null for who is gone, and for what nobody did by hand. */
  readonly by: string | null;
  readonly via: 'import' | 'sync' | null;
  readonly changes: ReadonlyArray<{
    /** Its path in the body, as `address.zip`. */
    readonly field: string;
    readonly before: string | boolean | null;
    readonly after: string | boolean | null;
  }>;
}

/** Newest first. Only a creation by hand has an entry: an import has a report of its own. */
export async function readHistory(
  db: Database,
  tenantId: TenantId,
  id: string,
  cursor?: number,
): Promise<CustomerHistory> {
  if (!(await readCustomer(db, tenantId, id))) throw notFound();
  const rows = await readChanges(db, tenantId, id, { before: cursor, limit: historyLimit + 1 });
  const page = rows.slice(0, historyLimit);
  return {
    data: page.map(({ version, fields, name, via, changed_at }) => ({
      version,
      at: changed_at.toISOString(),
      by: name,
      via: via as CustomerChange['via'],
      changes: Object.entries(fields).map(([column, change]) => ({
        field: addressColumns.has(column) ? `address.${column}` : column,
        ...change,
      })),
    })),
    next_cursor: rows.length > historyLimit ? page.at(-1)!.version : null,
  };
}
