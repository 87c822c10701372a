import { type Answer, ok } from '../answer.ts';
import { invalidRequest } from '../api-error.ts';
import type { Account } from '../organizations/organization.ts';
import {
  containing,
  listBody,
  type Query,
  queryDetail,
  queryValue,
  readDateRange,
  readPage,
  readWholeNumber,
} from '../state/page.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import type { InvoiceFilter } from './invoices-store.ts';

const limitDefault = 100;

/**
 * Newest `date` first, as documented. A lag that was set hides what is too new for it, as a list
 * that is read from a copy of the data would.
 */
export function listInvoices(
  { invoices, settings, now }: Pick<InvoiceParts, 'invoices' | 'settings' | 'now'>,
  account: Account,
  query: Query,
): Answer {
  const page = readPage(query, limitDefault);
  if (choice(query, 'issuer_type', ['issuing', 'receiving']) === 'receiving') {
    // Nobody issues to an organization of the sandbox.
    return ok(listBody(page, 0, []));
  }
  const filter = filterOf(query);
  if (settings.list_lag_ms > 0) {
    filter.sql.push('created_at <= ?');
    filter.values.push(new Date(now().getTime() - settings.list_lag_ms).toISOString());
  }
  const { total, bodies } = invoices.list(account.scope, filter, page);
  return ok(listBody(page, total, bodies));
}

function filterOf(query: Query): InvoiceFilter {
  const filter: InvoiceFilter = { sql: [], values: [] };
  const where = (sql: string, ...values: (string | number)[]) => {
    filter.sql.push(sql);
    filter.values.push(...values);
  };
  for (const [name, column] of exactFilters) {
    const value = queryValue(query, name);
    if (value !== undefined) where(`${column} = ?`, value);
  }
  const uuid = queryValue(query, 'uuid');
  if (uuid !== undefined) where('uuid = ?', uuid.toLowerCase());
  const folio = readWholeNumber(query, 'folio_number');
  if (folio !== undefined) where('folio_number = ?', folio);
  const type = choice(query, 'type', ['I', 'E', 'P', 'N', 'T']);
  if (type !== undefined) where('type = ?', type);
  const method = choice(query, 'payment_method', ['PUE', 'PPD']);
  if (method !== undefined) where('payment_method = ?', method);
  const payment = choice(query, 'payment_status', ['paid', 'unpaid']);
  if (payment !== undefined) where(payment === 'paid' ? 'amount_due = 0' : 'amount_due > 0');
  const statuses = [query.cancellation_status ?? query['cancellation_status[]'] ?? []].flat();
  if (statuses.length > 0) {
    where(`cancellation_status IN (${statuses.map(() => '?').join(', ')})`, ...statuses);
  }
  const dates = readDateRange(query, 'date');
  for (const [index, sql] of dates.sql.entries()) where(sql, dates.values[index]!);
  const q = queryValue(query, 'q')?.trim();
  if (q) searchFor(q, where);
  return filter;
}

const exactFilters = [
  ['external_id', 'external_id'],
  ['customer', 'customer'],
  ['series', 'series'],
] as const;

/** Descriptions and names match in part; ids, RFC, folio and total only as a whole. */
function searchFor(q: string, where: (sql: string, ...values: (string | number)[]) => void): void {
  const number = /^\d+(\.\d+)?$/.test(q) ? Number(q) : -1;
  where(
    `(search LIKE ? ESCAPE '\\' OR id = ? OR uuid = ? OR customer_tax_id = ?
      OR folio_number = ? OR total = ?)`,
    containing(q),
    q.toLowerCase(),
    q.toLowerCase(),
    q.toUpperCase(),
    number,
    number,
  );
}

function choice(query: Query, name: string, options: readonly string[]): string | undefined {
  const value = queryValue(query, name);
  if (value === undefined || options.includes(value)) return value;
  const message = `El parámetro ${name} debe ser uno de: ${options.join(', ')}.`;
  throw invalidRequest([queryDetail(name, 'invalid_value', message)]);
}
