import { type SqlBool, sql, type UpdateObject } from 'kysely';
import { COUNTRY_MEXICO } from '../cfdi/customer-rules.ts';
import type { Database, Tables } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { Customer, CustomerFields, Edit } from './customers.ts';

const columns = [
  'id',
  'legal_name',
  'tax_id',
  'tax_system',
  'email',
  'phone',
  'default_invoice_use',
  'external_id',
  'street',
  'exterior',
  'interior',
  'neighborhood',
  'city',
  'municipality',
  'zip',
  'state',
  'country',
  'rfc_check_digit_accepted',
  'archived_at',
  'version',
  'created_at',
  'updated_at',
] as const;

/** Those that make up the address in the API. */
export const addressColumns: ReadonlySet<string> = new Set(columns.slice(8, 17));

type Counted = 'country' | 'version' | 'created_at' | 'updated_at';
type Row = Pick<Tables['customers'], Exclude<(typeof columns)[number], Counted>> & {
  country: string;
  version: number;
  created_at: Date;
  updated_at: Date;
};

/** `stale`: it is there, but in none of the versions that the change was meant for. */
export type ChangeOutcome =
  | { readonly kind: 'changed'; readonly customer: Customer }
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale'; readonly current: Customer };

export async function insertCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  fields: CustomerFields,
  { by }: Edit,
): Promise<Customer> {
  const values = { tenant_id: tenantId, id, ...toRow(fields) };
  const names = sql.join(Object.keys(values).map((name) => sql.ref(name)));
  const { rows } = await sql<Row>`
    with who as materialized (select set_config('timbra.person', ${by ?? ''}, true))
    insert into customers (${names})
    select ${names} from jsonb_populate_record(null::customers, ${JSON.stringify(values)}::jsonb), who
    returning ${sql.join(columns.map((name) => sql.ref(name)))}`.execute(db);
  return toCustomer(rows[0]!);
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
  edit: Edit,
): Promise<ChangeOutcome> {
  return change(db, tenantId, id, edit, toRow(fields));
}

/** One that is archived already keeps its date. */
export async function setArchived(
  db: Database,
  tenantId: TenantId,
  id: string,
  archived: boolean,
  edit: Edit,
): Promise<ChangeOutcome> {
  const archived_at = archived ? sql<Date>`coalesce(archived_at, now())` : null;
  return change(db, tenantId, id, edit, { archived_at });
}

/**
 * Version and history are the triggers' (database/migrations/008-customer-directory.sql), who are
 * told here who it was. Of two writers with one version the second finds another one: the row is
 * locked by the first, and looked at again once it lets go.
 */
async function change(
  db: Database,
  tenantId: TenantId,
  id: string,
  { by, versions }: Edit,
  values: UpdateObject<Tables, 'customers'>,
): Promise<ChangeOutcome> {
  const row = await db
    // Materialized: it runs before the row is updated, though nothing of it is read.
    .with(
      (cte) => cte('who').materialized(),
      (who) => who.selectNoFrom(sql`set_config('timbra.person', ${by ?? ''}, true)`.as('person')),
    )
    .updateTable('customers')
    .from('who')
    .set(values)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where(isOneOf(versions))
    .returning(columns)
    .executeTakeFirst();
  if (row) return { kind: 'changed', customer: toCustomer(row) };
  return unchanged(db, tenantId, id);
}

export async function deleteCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  { versions }: Edit,
): Promise<Exclude<ChangeOutcome, { kind: 'changed' }> | { kind: 'deleted' | 'has_invoices' }> {
  try {
    const { numDeletedRows } = await db
      .deleteFrom('customers')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where(isOneOf(versions))
      .executeTakeFirst();
    return numDeletedRows > 0n ? { kind: 'deleted' } : await unchanged(db, tenantId, id);
  } catch (error) {
    // Foreign key violation: an invoice names this customer.
    if ((error as { code?: string }).code === '23503') return { kind: 'has_invoices' };
    throw error;
  }
}

/** Why a change found no row: there is none, or in another version. */
async function unchanged(
  db: Database,
  tenantId: TenantId,
  id: string,
): Promise<Exclude<ChangeOutcome, { kind: 'changed' }>> {
  const current = await readCustomer(db, tenantId, id);
  return current ? { kind: 'stale', current } : { kind: 'absent' };
}

function isOneOf(versions: readonly number[] | undefined) {
  const wanted = versions ?? null;
  return sql<SqlBool>`(${wanted}::bigint[] is null or version = any(${wanted}::bigint[]))`;
}

/** Served by customers_by_tax_id. */
export async function readByTaxId(
  db: Database,
  tenantId: TenantId,
  taxId: string,
  exceptId: string | undefined,
  limit: number,
): Promise<Array<{ id: string; legal_name: string }>> {
  let query = db
    .selectFrom('customers')
    .select(['id', 'legal_name'])
    .where('tenant_id', '=', tenantId)
    .where('tax_id', '=', taxId)
    .where('archived_at', 'is', null);
  if (exceptId !== undefined) query = query.where('id', '<>', exceptId);
  return query.orderBy('id').limit(limit).execute();
}

export interface ArchivedPage {
  /** The id of the last customer of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Served by customers_archived; one that was restored meanwhile still says where its page ended. */
export async function listArchived(
  db: Database,
  tenantId: TenantId,
  { after, limit }: ArchivedPage,
): Promise<Customer[]> {
  let query = db
    .selectFrom('customers')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where('archived_at', 'is not', null);
  if (after !== undefined) {
    query = query.where(
      sql<SqlBool>`(legal_name, id) > (
        select legal_name, id from customers where tenant_id = ${tenantId} and id = ${after})`,
    );
  }
  const rows = await query.orderBy('legal_name').orderBy('id').limit(limit).execute();
  return rows.map(toCustomer);
}

export interface ChangeRow {
  readonly version: number;
  readonly fields: Readonly<Record<string, { before: string | null; after: string | null }>>;
  readonly via: string | null;
  readonly name: string | null;
  readonly changed_at: Date;
}

export async function readChanges(
  db: Database,
  tenantId: TenantId,
  id: string,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<ChangeRow[]> {
  const rows = await db.transaction().execute(async (own) => {
    // Row-level security shows the history of this company alone.
    await sql`select set_config('timbra.tenant', ${tenantId}, true)`.execute(own);
    let query = own
      .selectFrom('customer_changes')
      .leftJoin('people', 'people.id', 'person_id')
      .select(['version', 'fields', 'via', 'people.name', 'changed_at'])
      .where('tenant_id', '=', tenantId)
      .where('customer_id', '=', id);
    if (page.before !== undefined) query = query.where('version', '<', page.before);
    return query.orderBy('version', 'desc').limit(page.limit).execute();
  });
  return rows as ChangeRow[];
}

function toRow(f: CustomerFields) {
  const { address } = f;
  return {
    legal_name: f.legal_name,
    tax_id: f.tax_id,
    tax_system: f.tax_system,
    email: f.email ?? null,
    phone: f.phone ?? null,
    default_invoice_use: f.default_invoice_use ?? null,
    external_id: f.external_id ?? null,
    street: address.street ?? null,
    exterior: address.exterior ?? null,
    interior: address.interior ?? null,
    neighborhood: address.neighborhood ?? null,
    city: address.city ?? null,
    municipality: address.municipality ?? null,
    zip: address.zip,
    state: address.state ?? null,
    country: address.country ?? COUNTRY_MEXICO,
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
    external_id: row.external_id,
    address: {
      street: row.street,
      exterior: row.exterior,
      interior: row.interior,
      neighborhood: row.neighborhood,
      city: row.city,
      municipality: row.municipality,
      zip: row.zip,
      state: row.state,
      country: row.country,
    },
    rfc_check_digit_accepted: row.rfc_check_digit_accepted,
    archived_at: row.archived_at?.toISOString() ?? null,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
