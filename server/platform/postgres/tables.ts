import { type Generated, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';

/** The tables that plain reads and writes go to; claims, locks and search are written by hand. */
export interface Tables {
  customers: CustomersTable;
  invoices: InvoicesTable;
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
  search_text: Generated<string>;
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

export type Database = Kysely<Tables>;

export function kyselyOver(pool: pg.Pool): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
