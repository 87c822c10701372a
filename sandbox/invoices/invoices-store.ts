import type { DatabaseSync } from 'node:sqlite';
import type { Page } from '../state/page.ts';

export interface StoredInvoice {
  id: string;
  scope: string;
  organization: string;
  createdAt: string;
  date: string;
  type: string;
  status: string;
  cancellationStatus: string;
  uuid: string | null;
  externalId: string | null;
  idempotencyKey: string | null;
  series: string;
  folioNumber: number;
  paymentMethod: string;
  customer: string | null;
  customerTaxId: string;
  total: number;
  search: string;
  /** The invoice as the API shows it, in JSON. */
  body: string;
  /** What its documents are drawn from, in JSON. */
  cfdi: string;
}

/** A line of the control plane's listing, over all organizations. */
export interface InvoiceSummary {
  id: string;
  external_id: string | null;
  idempotency_key: string | null;
  series: string;
  folio_number: number;
  uuid: string | null;
  total: number;
  status: string;
  organization: string;
}

/** SQL conditions with their values; the account's own condition is always added. */
export interface InvoiceFilter {
  sql: string[];
  values: (string | number)[];
}

export interface InvoicesStore {
  insert(invoice: StoredInvoice): void;
  /** Takes the next folio of a series, or the one that was asked for. */
  takeFolio(scope: string, series: string, wanted: number | undefined): number;
  find(scope: string, id: string): string | undefined;
  findCfdi(scope: string, id: string): string | undefined;
  /** The first invoice of a key; later ones exist only where keys are played as forgotten. */
  findByIdempotencyKey(scope: string, key: string): string | undefined;
  list(scope: string, filter: InvoiceFilter, page: Page): { total: number; bodies: string[] };
  /** In the order of their making. @param after the id of the last one already seen. */
  summaries(after: string | undefined, limit: number): InvoiceSummary[];
}

const columns = {
  id: 'id',
  scope: 'scope',
  organization: 'organization',
  createdAt: 'created_at',
  date: 'date',
  type: 'type',
  status: 'status',
  cancellationStatus: 'cancellation_status',
  uuid: 'uuid',
  externalId: 'external_id',
  idempotencyKey: 'idempotency_key',
  series: 'series',
  folioNumber: 'folio_number',
  paymentMethod: 'payment_method',
  customer: 'customer',
  customerTaxId: 'customer_tax_id',
  total: 'total',
  search: 'search',
  body: 'body',
  cfdi: 'cfdi',
} as const satisfies Record<keyof StoredInvoice, string>;

const fields = Object.keys(columns) as (keyof StoredInvoice)[];

export function invoicesStore(database: DatabaseSync): InvoicesStore {
  const insert = database.prepare(
    `INSERT INTO invoices (${Object.values(columns).join(', ')})
     VALUES (${fields.map(() => '?').join(', ')})`,
  );
  const find = database.prepare('SELECT body, cfdi FROM invoices WHERE id = ? AND scope = ?');
  const findByKey = database.prepare(
    'SELECT body FROM invoices WHERE scope = ? AND idempotency_key = ? ORDER BY seq LIMIT 1',
  );
  const nextFolio = database.prepare('SELECT next FROM folios WHERE scope = ? AND series = ?');
  const saveFolio = database.prepare(
    `INSERT INTO folios (scope, series, next) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET next = max(next, excluded.next)`,
  );
  const summaries = database.prepare(
    `SELECT id, external_id, idempotency_key, series, folio_number, uuid, total, status,
            organization
     FROM invoices
     WHERE seq > coalesce((SELECT seq FROM invoices WHERE id = ?), 0)
     ORDER BY seq LIMIT ?`,
  );
  return {
    insert(invoice) {
      insert.run(...fields.map((field) => invoice[field]));
    },
    takeFolio(scope, series, wanted) {
      const row = nextFolio.get(scope, series) as { next: number } | undefined;
      const folio = wanted ?? row?.next ?? 1;
      saveFolio.run(scope, series, folio + 1);
      return folio;
    },
    find: (scope, id) => find.get(id, scope)?.body as string | undefined,
    findCfdi: (scope, id) => find.get(id, scope)?.cfdi as string | undefined,
    findByIdempotencyKey: (scope, key) => findByKey.get(scope, key)?.body as string | undefined,
    list(scope, filter, page) {
      const from = `FROM invoices WHERE ${['scope = ?', ...filter.sql].join(' AND ')}`;
      const values = [scope, ...filter.values];
      const count = database.prepare(`SELECT count(*) AS total ${from}`).get(...values);
      const rows = database
        .prepare(`SELECT body ${from} ORDER BY date DESC, seq DESC LIMIT ? OFFSET ?`)
        .all(...values, page.limit, (page.page - 1) * page.limit);
      return {
        total: (count as { total: number }).total,
        bodies: rows.map((row) => row.body as string),
      };
    },
    summaries: (after, limit) => summaries.all(after ?? '', limit) as unknown as InvoiceSummary[],
  };
}
