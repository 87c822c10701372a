import { type SqlBool, sql } from 'kysely';
import type { CustomerInput, InvoiceInput } from '../cfdi/document.ts';
import type { TotalsJson } from '../cfdi/totals-json.ts';
import type { FacturapiProblem } from '../facturapi/facturapi.ts';
import type { Database, InvoicesTable } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { Invoice, InvoiceStatus } from './invoices.ts';

export interface ListFilters {
  readonly status?: InvoiceStatus | undefined;
  readonly customer?: string | undefined;
  readonly q?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The id of the last invoice of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function readInvoice(
  db: Database,
  tenantId: TenantId,
  id: string,
): Promise<Invoice | undefined> {
  const row = await db
    .selectFrom('invoices')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && toInvoice(row);
}

/** Newest first: ids are ordered by time, so the primary key serves the pages. */
export async function listInvoices(
  db: Database,
  tenantId: TenantId,
  f: ListFilters,
): Promise<Invoice[]> {
  let query = db.selectFrom('invoices').selectAll().where('tenant_id', '=', tenantId);
  if (f.status) query = query.where('status', '=', f.status);
  if (f.customer) query = query.where('customer_id', '=', f.customer);
  if (f.from) query = query.where('date', '>=', f.from);
  if (f.to) query = query.where('date', '<', f.to);
  if (f.cursor) query = query.where('id', '<', f.cursor);
  if (f.q) query = query.where(matches(f.q.trim()));
  const rows = await query.orderBy('id', 'desc').limit(f.limit).execute();
  return rows.map(toInvoice);
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const FOLIO = /^([A-Za-z]{0,10})-?(\d{1,15})$/;

/** By its form: a UUID, a folio with or without its series, else RFC or the receiver's name. */
function matches(q: string) {
  if (UUID.test(q)) return sql<SqlBool>`uuid = ${q}::uuid`;
  const [, series, folio] = FOLIO.exec(q) ?? [];
  if (folio !== undefined) {
    const number = sql<SqlBool>`folio_number = ${folio}::bigint`;
    return series ? sql<SqlBool>`series = upper(${series}) and ${number}` : number;
  }
  const receiver = sql`document -> 'customer'`;
  return sql<SqlBool>`(
    ${receiver} ->> 'tax_id' = upper(${q})
    or (timbra_fold(${q}) <> ''
        and position(timbra_fold(${q}) in timbra_fold(${receiver} ->> 'legal_name')) > 0))`;
}

export async function readInvoiceFile(
  db: Database,
  tenantId: TenantId,
  invoiceId: string,
  kind: 'xml' | 'pdf',
): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('invoice_files')
    .select('content')
    .where('tenant_id', '=', tenantId)
    .where('invoice_id', '=', invoiceId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return row?.content;
}

export function toInvoice(row: InvoicesTable): Invoice {
  const document = row.document as InvoiceInput & { customer: CustomerInput };
  const { customer } = document;
  const totals = row.totals as Omit<TotalsJson, 'lines'>;
  return {
    id: row.id,
    status: row.status as InvoiceStatus,
    cancellation_status: row.cancellation_status,
    type: row.type,
    series: row.series,
    folio_number: row.folio_number,
    uuid: row.uuid,
    customer: {
      id: row.customer_id,
      legal_name: customer.legal_name,
      tax_id: customer.tax_id,
      tax_system: customer.tax_system,
      email: customer.email ?? null,
      address: customer.address,
    },
    use: document.use,
    payment_form: document.payment_form,
    payment_method: document.payment_method ?? 'PUE',
    exchange: document.exchange ?? 1,
    conditions: document.conditions ?? null,
    external_id: (document as { external_id?: string }).external_id ?? null,
    items: document.items,
    currency: row.currency,
    subtotal: totals.subtotal,
    discount: totals.discount,
    taxes: { transferred: totals.transferred, withheld: totals.withheld },
    total: totals.total,
    date: row.date.toISOString(),
    created_at: row.created_at.toISOString(),
    stamped_at: row.stamped_at?.toISOString() ?? null,
    verification_url: row.verification_url,
    rejection: toRejection(row.rejection as FacturapiProblem | null),
    warnings: (row.warnings as Invoice['warnings'] | null) ?? [],
  };
}

function toRejection(problem: FacturapiProblem | null): Invoice['rejection'] {
  if (!problem) return null;
  return {
    code: satCode(problem.message) ?? problem.code,
    detail: problem.message,
    errors: (problem.errors ?? []).map((error) => ({
      path: error.path ?? '',
      code: satCode(error.message) ?? error.code ?? problem.code,
      message: error.message,
    })),
  };
}

/** SAT's own code, as its matrix names it, when FacturAPI carries it inside the words. */
function satCode(message: string): string | undefined {
  return /\bCFDI\d{5}\b/.exec(message)?.[0];
}
