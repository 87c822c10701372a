import type { CustomerInput } from '../../cfdi/document.ts';
import type { NewId } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';

export async function countCustomers(admin: Queryable, tenantId: TenantId): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    'select count(*)::int as n from customers where tenant_id = $1',
    [tenantId],
  );
  return rows[0]!.n;
}

/** One statement a batch: the triggers of the search work a statement at a time. */
export async function insertMadeUp(
  admin: Queryable,
  tenantId: TenantId,
  batch: readonly CustomerInput[],
  newId: NewId,
): Promise<void> {
  const rows = batch.map((c) => ({ id: newId(), ...c, zip: c.address.zip }));
  await admin.query(
    `insert into customers (tenant_id, id, legal_name, tax_id, tax_system, email,
                            default_invoice_use, zip)
     select $1, id, legal_name, tax_id, tax_system, email, default_invoice_use, zip
       from json_to_recordset($2) as c(id uuid, legal_name text, tax_id text, tax_system text,
                                       email text, default_invoice_use text, zip text)`,
    [tenantId, JSON.stringify(rows)],
  );
}

/** Index-only scans need the visibility map, and it is not to be waited for. */
export async function tidyAfterSeeding(admin: Queryable): Promise<void> {
  await admin.query('vacuum (analyze) customers, customer_words, search_vocabulary');
}

export async function findTenant(admin: Queryable, name: string): Promise<TenantId | undefined> {
  const { rows } = await admin.query<{ id: TenantId }>(
    'select id from tenants where lower(name) = lower($1)',
    [name],
  );
  return rows[0]?.id;
}
