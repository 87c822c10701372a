import { checkCustomer } from '../cfdi/customer-rules.ts';
import { refused } from '../platform/http/problem.ts';
import { isDatabaseUnavailable } from '../platform/postgres/database.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { settled } from './archive-customer.ts';
import type { Customer, CustomerFields, Edit } from './customers.ts';
import { insertCustomer, updateCustomer } from './customers-store.ts';
import { type Duplicate, duplicatesShownMax, findDuplicates } from './find-duplicates.ts';

export interface SavedCustomer extends Customer {
  readonly warnings: readonly CustomerWarning[];
}

export interface CustomerWarning {
  readonly code: 'duplicate_tax_id';
  readonly message: string;
  readonly customers: readonly Duplicate[];
}

export async function createCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  fields: CustomerFields,
  edit: Edit = {},
): Promise<SavedCustomer> {
  return withWarnings(
    db,
    tenantId,
    await insertCustomer(db, tenantId, id, checkedCustomer(fields), edit),
  );
}

export async function replaceCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  fields: CustomerFields,
  edit: Edit = {},
): Promise<SavedCustomer> {
  const outcome = await updateCustomer(db, tenantId, id, checkedCustomer(fields), edit);
  return withWarnings(db, tenantId, settled(outcome));
}

/** The fields as they are kept; throws a 422 that names what SAT would refuse of them. */
export function checkedCustomer(fields: CustomerFields): CustomerFields {
  const tidy = tidied(fields);
  const errors = checkCustomer(tidy, {
    acceptRfcCheckDigit: fields.accept_rfc_check_digit ?? false,
  });
  if (errors.length > 0) throw refused(errors);
  return tidy;
}

/** Blanks around and doubled are gone, and so is what was left empty. */
function tidied(fields: CustomerFields): CustomerFields {
  const { legal_name, tax_id, phone, external_id, address, ...rest } = fields;
  const { zip, country, ...place } = address;
  return {
    ...rest,
    legal_name: blanksTidied(legal_name),
    tax_id: blanksTidied(tax_id).toUpperCase(),
    ...given({ phone, external_id }),
    address: {
      zip: zip.trim(),
      ...given(place),
      ...given({ country: country?.toUpperCase() }),
    },
  };
}

function given(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => {
      const tidy = blanksTidied(text ?? '');
      return tidy === '' ? [] : [[name, tidy]];
    }),
  );
}

/** A name as macOS writes it, accents apart, is another name to SAT. */
function blanksTidied(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ');
}

/**
 * Looked for after the commit, so that of two that come in at once one at least sees the other.
 * What was written is never answered with an error: without PostgreSQL there is no warning.
 */
async function withWarnings(
  db: Database,
  tenantId: TenantId,
  customer: Customer,
): Promise<SavedCustomer> {
  const customers = await findDuplicates(db, tenantId, customer.tax_id, customer.id).catch(
    (error) => {
      if (isDatabaseUnavailable(error)) return [];
      throw error;
    },
  );
  if (customers.length === 0) return { ...customer, warnings: [] };
  const message = duplicateMessage(customer.tax_id, customers.length);
  return { ...customer, warnings: [{ code: 'duplicate_tax_id', message, customers }] };
}

function duplicateMessage(taxId: string, count: number): string {
  if (count === 1) return `Ya tienes otro cliente con el RFC ${taxId}.`;
  const many = count < duplicatesShownMax ? String(count) : `${count} o más`;
  return `Ya tienes otros ${many} clientes con el RFC ${taxId}.`;
}
