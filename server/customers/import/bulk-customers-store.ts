import type { NewId } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import type { CustomerFields } from '../customers.ts';
import { COLUMNS, type CustomerColumn } from './customer-columns.ts';
import type { KnownCustomer } from './decide-batch.ts';
import type { Given } from './read-row.ts';

/** More customers with one RFC are told apart by their names alone. */
const sameTaxIdMax = 50;

const NAMES = COLUMNS.filter(({ key }) => key !== 'accept_rfc_check_digit').map(({ key }) => ({
  key,
  name: columnName(key),
}));
const ALL = [...NAMES.map(({ name }) => name), 'rfc_check_digit_accepted'];
const RECORD = `id uuid, ${NAMES.map(({ name }) => `${name} text`).join(', ')},
                rfc_check_digit_accepted boolean`;

function columnName(key: CustomerColumn): string {
  return key.replace(/^address\./, '');
}

/** Who does it, for the customers' history, until the end of the transaction. */
export async function sayWhoImports(db: Queryable, personId: string | null): Promise<void> {
  await db.query({
    name: 'customer-imports-who',
    text: `select set_config('timbra.via', 'import', true), set_config('timbra.person', $1, true)`,
    values: [personId ?? ''],
  });
}

export interface Wanted {
  /** Asked for by these alone. */
  readonly taxIds: readonly string[];
  /** Asked for with these names: RFCs that many share. */
  readonly genericTaxIds: readonly string[];
  readonly legalNames: readonly string[];
}

/**
 * The customers that a batch may be about, locked in the order of their ids unless it is a dry run:
 * what a person writes at the same moment comes wholly before or wholly after.
 */
export async function readKnown(
  db: Queryable,
  tenantId: TenantId,
  wanted: Wanted,
  lock: boolean,
): Promise<KnownCustomer[]> {
  const { rows } = await db.query<KnownRow>({
    name: lock ? 'customer-imports-lock-known' : 'customer-imports-read-known',
    text: `select id, ${ALL.join(', ')}, archived_at is not null as archived
             from customers
            where tenant_id = $1 and id in (
              select found.id from unnest($2::text[]) wanted (tax_id)
               cross join lateral (select c.id from customers c
                                    where c.tenant_id = $1 and c.tax_id = wanted.tax_id
                                    limit ${sameTaxIdMax}) found
              union all
              select c.id from customers c
               where c.tenant_id = $1 and c.legal_name = any ($4) and c.tax_id = any ($3))
            order by id ${lock ? 'for update' : ''}`,
    values: [
      tenantId,
      wanted.taxIds,
      [...wanted.genericTaxIds, ...wanted.taxIds],
      wanted.legalNames,
    ],
  });
  return rows.map((row) => ({
    id: row.id,
    taxId: row.tax_id,
    legalName: row.legal_name,
    archived: row.archived,
    checkDigitAccepted: row.rfc_check_digit_accepted,
    given: givenOfRow(row),
  }));
}

interface KnownRow extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly tax_id: string;
  readonly legal_name: string;
  readonly rfc_check_digit_accepted: boolean;
  readonly archived: boolean;
}

function givenOfRow(row: Readonly<Record<string, unknown>>): Given {
  const entries = NAMES.map(({ key, name }) => [key, row[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== null)) as Given;
}

export async function insertCustomers(
  db: Queryable,
  tenantId: TenantId,
  all: readonly CustomerFields[],
  newId: NewId,
): Promise<void> {
  if (all.length === 0) return;
  await db.query({
    name: 'customer-imports-insert',
    text: `insert into customers (tenant_id, id, ${ALL.join(', ')})
           select $1, id, ${ALL.map((name) => defaulted(name)).join(', ')}
             from json_to_recordset($2) as c(${RECORD})`,
    values: [tenantId, JSON.stringify(all.map((fields) => ({ id: newId(), ...record(fields) })))],
  });
}

export async function updateCustomers(
  db: Queryable,
  tenantId: TenantId,
  all: ReadonlyArray<{ readonly id: string; readonly fields: CustomerFields }>,
): Promise<void> {
  if (all.length === 0) return;
  await db.query({
    name: 'customer-imports-update',
    text: `update customers known
              set ${ALL.map((name) => `${name} = ${defaulted(`c.${name}`)}`).join(', ')}
             from json_to_recordset($2) as c(${RECORD})
            where known.tenant_id = $1 and known.id = c.id`,
    values: [tenantId, JSON.stringify(all.map(({ id, fields }) => ({ id, ...record(fields) })))],
  });
}

/** The one column that has a value when nothing is said. */
function defaulted(name: string): string {
  return name.endsWith('country') ? `coalesce(${name}, 'MEX')` : name;
}

function record(fields: CustomerFields): object {
  const { address, accept_rfc_check_digit: accepted, ...rest } = fields;
  return { ...rest, ...address, rfc_check_digit_accepted: accepted ?? false };
}
