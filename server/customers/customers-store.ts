import { type SqlBool, sql } from 'kysely';
import type { Database, Tables } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { Customer, CustomerFields } from './customers.ts';

const columns = [
  'id',
  'legal_name',
  'tax_id',
  'tax_system',
  'email',
  'phone',
  'default_invoice_use',
  'zip',
  'rfc_check_digit_accepted',
  'created_at',
  'updated_at',
] as const;

type Row = Pick<
  Tables['customers'],
  Exclude<(typeof columns)[number], 'created_at' | 'updated_at'>
> & { created_at: Date; updated_at: Date };

export async function insertCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  fields: CustomerFields,
): Promise<Customer> {
  const row = await db
    .insertInto('customers')
    .values({ tenant_id: tenantId, id, ...toRow(fields) })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toCustomer(row);
}

export async function readCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
): Promise<Customer | undefined> {
  const row = await db
    .selectFrom('customers')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && toCustomer(row);
}

export async function updateCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  fields: CustomerFields,
): Promise<Customer | undefined> {
  const row = await db
    .updateTable('customers')
    .set({ ...toRow(fields), updated_at: sql<Date>`now()` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  return row && toCustomer(row);
}

export async function deleteCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
): Promise<'deleted' | 'absent' | 'has_invoices'> {
  try {
    const { numDeletedRows } = await db
      .deleteFrom('customers')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirst();
    return numDeletedRows > 0n ? 'deleted' : 'absent';
  } catch (error) {
    // Foreign key violation: an invoice names this customer.
    if ((error as { code?: string }).code === '23503') return 'has_invoices';
    throw error;
  }
}

/**
 * Every word of the query somewhere in name, RFC or e-mail; the RFC typed whole first, then names
 * that start as typed, then the rest by name. Nothing typed shows all; signs alone, of which
 * folding leaves nothing, show nobody.
 */
export async function searchCustomers(
  db: Database,
  tenantId: TenantId,
  query: string,
  limit: number,
): Promise<Customer[]> {
  const folded = sql<string>`timbra_fold(${query})`;
  const rows = await db
    .selectFrom('customers')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where(sql<SqlBool>`(${query.trim() === ''} or ${folded} <> '')`)
    .where(
      sql<SqlBool>`not exists (
        select from unnest(string_to_array(${folded}, ' ')) word
        where position(word in search_text) = 0)`,
    )
    .orderBy(sql`tax_id = upper(btrim(${query}))`, 'desc')
    .orderBy(sql`starts_with(search_text, ${folded})`, 'desc')
    .orderBy('legal_name')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toCustomer);
}

function toRow(f: CustomerFields) {
  return {
    legal_name: f.legal_name,
    tax_id: f.tax_id,
    tax_system: f.tax_system,
    email: f.email ?? null,
    phone: f.phone ?? null,
    default_invoice_use: f.default_invoice_use ?? null,
    zip: f.address.zip,
    rfc_check_digit_accepted: f.accept_rfc_check_digit ?? false,
  };
}

function toCustomer(row: Row): Customer {
  return {
    id: row.id,
    legal_name: row.legal_name,
    tax_id: row.tax_id,
    tax_system: row.tax_system,
    email: row.email,
    phone: row.phone,
    default_invoice_use: row.default_invoice_use,
    address: { zip: row.zip },
    rfc_check_digit_accepted: row.rfc_check_digit_accepted,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
