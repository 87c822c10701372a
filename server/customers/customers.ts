/** The front door of customers: the directory of whom a company invoices. */
import { Type } from 'typebox';
import { checkCustomer } from '../cfdi/customer-rules.ts';
import type { CustomerInput } from '../cfdi/document.ts';
import type { NewId } from '../platform/clock.ts';
import { notFound, Problem, refused } from '../platform/http/problem.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  deleteCustomer,
  insertCustomer,
  readCustomer,
  searchCustomers,
  updateCustomer,
} from './customers-store.ts';

/** The fields of FacturAPI's customer; what the words mean is checked by cfdi/customer-rules.ts. */
const fields = {
  legal_name: Type.String({ minLength: 1, maxLength: 300 }),
  tax_id: Type.String({ minLength: 1, maxLength: 20 }),
  tax_system: Type.String({ minLength: 1, maxLength: 3 }),
  email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
  phone: Type.Optional(Type.String({ maxLength: 30 })),
  default_invoice_use: Type.Optional(Type.String({ minLength: 1, maxLength: 4 })),
  address: Type.Object({ zip: Type.String({ maxLength: 10 }) }, { additionalProperties: false }),
};

export const CustomerBody = Type.Object(
  { ...fields, accept_rfc_check_digit: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, title: 'CustomerInput' },
);

export interface CustomerFields extends CustomerInput {
  /** The person says that this RFC is right although its check digit does not match. */
  readonly accept_rfc_check_digit?: boolean;
}

export interface Customer {
  readonly id: string;
  readonly legal_name: string;
  readonly tax_id: string;
  readonly tax_system: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly default_invoice_use: string | null;
  readonly address: { readonly zip: string };
  readonly rfc_check_digit_accepted: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Directory {
  search(tenantId: TenantId, query: string, limit: number): Promise<Customer[]>;
  /** Undefined for an id that is absent or another company's. */
  find(tenantId: TenantId, id: string): Promise<Customer | undefined>;
  create(tenantId: TenantId, fields: CustomerFields): Promise<Customer>;
  replace(tenantId: TenantId, id: string, fields: CustomerFields): Promise<Customer>;
  remove(tenantId: TenantId, id: string): Promise<void>;
}

export function customerDirectory(o: { db: Database; newId: NewId }): Directory {
  return {
    search: (tenantId, query, limit) => searchCustomers(o.db, tenantId, query, limit),
    find: (tenantId, id) => readCustomer(o.db, tenantId, id),
    create: async (tenantId, fields) => insertCustomer(o.db, tenantId, o.newId(), checked(fields)),
    async replace(tenantId, id, fields) {
      const customer = await updateCustomer(o.db, tenantId, id, checked(fields));
      if (!customer) throw notFound();
      return customer;
    },
    async remove(tenantId, id) {
      const outcome = await deleteCustomer(o.db, tenantId, id);
      if (outcome === 'absent') throw notFound();
      if (outcome === 'has_invoices') {
        const detail = 'Este cliente tiene facturas y no se puede eliminar.';
        throw new Problem(409, 'customer_has_invoices', detail);
      }
    },
  };
}

function checked(fields: CustomerFields): CustomerFields {
  const tidy = {
    ...fields,
    // A name as macOS writes it, accents apart, is another name to SAT.
    legal_name: fields.legal_name.normalize('NFC').trim().replace(/\s+/g, ' '),
    tax_id: fields.tax_id.trim().toUpperCase(),
  };
  const errors = checkCustomer(tidy, {
    acceptRfcCheckDigit: fields.accept_rfc_check_digit ?? false,
  });
  if (errors.length > 0) throw refused(errors);
  return tidy;
}
