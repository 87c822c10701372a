import { createHash } from 'node:crypto';
import { country } from '../../server/cfdi/catalogs/catalogs.ts';
import type { FieldReader, Fields } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { searchable } from '../state/page.ts';
import type { StoredCustomer } from './customers-store.ts';

export interface Address {
  street?: string;
  exterior?: string;
  interior?: string;
  neighborhood?: string;
  city?: string;
  municipality?: string;
  zip?: string;
  state?: string;
  country: string;
}

/** What a client may write of a customer. */
export interface CustomerFields {
  legal_name: string;
  tax_id: string;
  tax_system: string;
  email?: string;
  phone?: string;
  default_invoice_use?: string;
  address: Address;
}

/** A customer as the API shows it. */
export interface Customer extends CustomerFields {
  id: string;
  created_at: string;
  livemode: boolean;
  organization: string;
  sat_validated_at: string;
  edit_link?: string;
  edit_link_expires_at?: string;
}

export const emailFormat = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const addressFields = [
  'street',
  'exterior',
  'interior',
  'neighborhood',
  'city',
  'municipality',
  'zip',
  'state',
] as const;

/**
 * Reads the fields of a customer, of a body or of an invoice's `customer`.
 * @param prefix of the paths in errors: empty, or `customer.`.
 */
export function readCustomer(
  reader: FieldReader,
  from: Fields,
  prefix: string,
): CustomerFields | undefined {
  const before = reader.errors.length;
  const text = (name: string, rules: Parameters<FieldReader['text']>[3]) =>
    reader.text(from, name, prefix + name, rules);
  const fields = {
    legal_name: text('legal_name', { required: true, max: 300, pattern: /^[^|]*$/ }),
    tax_id: text('tax_id', { required: true, max: 40 }),
    tax_system: text('tax_system', { required: true, min: 3, max: 3 }),
    email: text('email', { max: 320, pattern: emailFormat }),
    phone: text('phone', { max: 100 }),
    default_invoice_use: text('default_invoice_use', { min: 3, max: 4 }),
    address: readAddress(reader, from, prefix),
  };
  if (reader.errors.length > before) return undefined;
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as CustomerFields;
}

function readAddress(reader: FieldReader, from: Fields, prefix: string): Address | undefined {
  const path = `${prefix}address`;
  if (from.address === undefined || from.address === null) {
    return reader.fail(path, 'required', `El campo ${path} es requerido.`);
  }
  const address = reader.object(from.address, path);
  if (!address) return undefined;
  const result: Address = {
    country:
      reader.text(address, 'country', `${path}.country`, {
        known: (code) => country(code) !== undefined,
      }) ?? 'MEX',
  };
  for (const name of addressFields) {
    const rules = { max: 300, required: name === 'zip' };
    const value = reader.text(address, name, `${path}.${name}`, rules);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

/** The row of a customer, its search text and fingerprint included. */
export function toStored(account: Account, customer: Customer): StoredCustomer {
  return {
    id: customer.id,
    scope: account.scope,
    createdAt: customer.created_at,
    fingerprint: fingerprintOf(customer),
    search: searchable(`${customer.legal_name} ${customer.tax_id}`),
    body: JSON.stringify(customer),
  };
}

/** Equal for two customers whose writable fields are equal, in whatever order they were sent. */
export function fingerprintOf(customer: CustomerFields): string {
  const { legal_name, tax_id, tax_system, email, phone, default_invoice_use, address } = customer;
  const parts = [
    legal_name,
    tax_id,
    tax_system,
    email ?? null,
    phone ?? null,
    default_invoice_use ?? null,
    address.country,
    ...addressFields.map((name) => address[name] ?? null),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
