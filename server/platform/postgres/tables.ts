import { type Generated, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';

/** The tables that plain reads and writes go to; claims, locks and search are written by hand. */
export interface Tables {
  customers: CustomersTable;
  customer_changes: {
    tenant_id: string;
    customer_id: string;
    version: number;
    fields: unknown;
    person_id: string | null;
    via: string | null;
    changed_at: Generated<Date>;
  };
  people: { id: string; name: string };
  invoices: InvoicesTable;
  products: ProductsTable;
  invoice_files: {
    tenant_id: string;
    invoice_id: string;
    kind: 'xml' | 'pdf';
    content: Buffer;
  };
}

export interface CustomersTable {
  tenant_id: string;
  id: string;
  legal_name: string;
  tax_id: string;
  tax_system: string;
  email: string | null;
  phone: string | null;
  default_invoice_use: string | null;
  zip: string;
  rfc_check_digit_accepted: boolean;
  external_id: string | null;
  street: string | null;
  exterior: string | null;
  interior: string | null;
  neighborhood: string | null;
  city: string | null;
  municipality: string | null;
  state: string | null;
  /** c_Pais. */
  country: Generated<string>;
  archived_at: Date | null;
  version: Generated<number>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

export interface InvoicesTable {
  tenant_id: string;
  id: string;
  type: 'I' | 'E' | 'P' | 'T';
  status: string;
  series: string;
  folio_number: number;
  customer_id: string | null;
  document: unknown;
  currency: string;
  totals: unknown;
  total: string;
  date: Date;
  uuid: string | null;
  facturapi_id: string | null;
  stamp: unknown;
  stamped_at: Date | null;
  verification_url: string | null;
  rejection: unknown;
  warnings: unknown;
  cancellation_status: string;
  created_by: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface ProductsTable {
  tenant_id: string;
  id: string;
  description: string;
  product_key: string;
  unit_key: string;
  unit_name: string | null;
  price: string;
  tax_included: boolean;
  taxability: string;
  taxes: unknown;
  sku: string | null;
  version: Generated<number>;
  archived_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  list_key: Generated<string>;
}

export type Database = Kysely<Tables>;

export function kyselyOver(pool: pg.Pool): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
