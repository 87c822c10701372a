import type { DatabaseSync } from 'node:sqlite';
import type { Page } from '../state/page.ts';

/** What a stamping or a cancellation comes to by itself; the first two are a stamping's. */
export type DueOutcome = 'valid' | 'failed' | 'accepted' | 'rejected' | 'expired';

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
  series: string | null;
  folioNumber: number | null;
  paymentMethod: string | null;
  customer: string | null;
  customerTaxId: string | null;
  total: number;
  /** Of income alone. */
  amountDue: number | null;
  search: string;
  /** The invoice as the API shows it, in JSON. */
  body: string;
  /** What its documents are drawn from, in JSON; null for a draft. */
  cfdi: string | null;
  dueAt: string | null;
  dueOutcome: DueOutcome | null;
}

/** A line of the control plane's listing, over all organizations. */
export interface InvoiceSummary {
  id: string;
  external_id: string | null;
  idempotency_key: string | null;
  series: string | null;
  folio_number: number | null;
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
  update(invoice: StoredInvoice): void;
  remove(scope: string, id: string): void;
  /** Takes the next folio of a series, or the one that was asked for. */
  takeFolio(scope: string, series: string, wanted: number | undefined): number;
  /** The folio that the next one would take. */
  nextFolio(scope: string, series: string): number;
  /** Gives a folio back, if none was taken after it. */
  releaseFolio(scope: string, series: string, folio: number): void;
  /** The body of one, or undefined when it is absent or another account's. */
  find(scope: string, id: string): string | undefined;
  findRow(scope: string, id: string): StoredInvoice | undefined;
  findRowByUuid(scope: string, uuid: string): StoredInvoice | undefined;
  /** Whatever account it belongs to; for the control plane and for what comes by itself. */
  findRowById(id: string): StoredInvoice | undefined;
  /** The newest of a key; there are several only where keys are played as forgotten. */
  findByIdempotencyKey(scope: string, key: string): string | undefined;
  list(scope: string, filter: InvoiceFilter, page: Page): { total: number; bodies: string[] };
  /** Invoices whose change is due by then, the earliest first. */
  due(until: string): StoredInvoice[];
  nextDueAt(): string | undefined;
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
  amountDue: 'amount_due',
  search: 'search',
  body: 'body',
  cfdi: 'cfdi',
  dueAt: 'due_at',
  dueOutcome: 'due_outcome',
} as const satisfies Record<keyof StoredInvoice, string>;

const fields = Object.keys(columns) as (keyof StoredInvoice)[];
const names = Object.values(columns).join(', ');
const named = fields.map((field) => `${columns[field]} AS ${field}`).join(', ');

export function invoicesStore(database: DatabaseSync): InvoicesStore {
  const sql = (text: string) => database.prepare(text);
  const insert = sql(
    `INSERT INTO invoices (${names}) VALUES (${fields.map(() => '?').join(', ')})`,
  );
  const update = sql(
    `UPDATE invoices SET ${fields.map((field) => `${columns[field]} = ?`).join(', ')}
     WHERE id = ?`,
  );
  const remove = sql('DELETE FROM invoices WHERE scope = ? AND id = ?');
  const find = sql('SELECT body FROM invoices WHERE id = ? AND scope = ?');
  const findRow = sql(`SELECT ${named} FROM invoices WHERE id = ? AND scope = ?`);
  const findRowByUuid = sql(`SELECT ${named} FROM invoices WHERE scope = ? AND uuid = ?`);
  const findRowById = sql(`SELECT ${named} FROM invoices WHERE id = ?`);
  const findByKey = sql(
    'SELECT body FROM invoices WHERE scope = ? AND idempotency_key = ? ORDER BY seq DESC LIMIT 1',
  );
  const due = sql(`SELECT ${named} FROM invoices WHERE due_at <= ? ORDER BY due_at, seq`);
  const nextDueAt = sql('SELECT min(due_at) AS next FROM invoices WHERE due_at IS NOT NULL');
  const summaries = sql(
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
    update(invoice) {
      update.run(...fields.map((field) => invoice[field]), invoice.id);
    },
    remove(scope, id) {
      remove.run(scope, id);
    },
    ...folios(database),
    find: (scope, id) => find.get(id, scope)?.body as string | undefined,
    findRow: (scope, id) => rowOf(findRow.get(id, scope)),
    findRowByUuid: (scope, uuid) => rowOf(findRowByUuid.get(scope, uuid.toLowerCase())),
    findRowById: (id) => rowOf(findRowById.get(id)),
    findByIdempotencyKey: (scope, key) => findByKey.get(scope, key)?.body as string | undefined,
    list: (scope, filter, page) => list(database, scope, filter, page),
    due: (until) => due.all(until) as unknown as StoredInvoice[],
    nextDueAt: () => (nextDueAt.get()?.next as string | null) ?? undefined,
    summaries: (after, limit) => summaries.all(after ?? '', limit) as unknown as InvoiceSummary[],
  };
}

function rowOf(row: Record<string, unknown> | undefined): StoredInvoice | undefined {
  return row as StoredInvoice | undefined;
}

function folios(
  database: DatabaseSync,
): Pick<InvoicesStore, 'takeFolio' | 'nextFolio' | 'releaseFolio'> {
  const next = database.prepare('SELECT next FROM folios WHERE scope = ? AND series = ?');
  const save = database.prepare(
    `INSERT INTO folios (scope, series, next) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET next = max(next, excluded.next)`,
  );
  const release = database.prepare(
    'UPDATE folios SET next = ? WHERE scope = ? AND series = ? AND next = ?',
  );
  const nextFolio = (scope: string, series: string) =>
    (next.get(scope, series) as { next: number } | undefined)?.next ?? 1;
  return {
    nextFolio,
    takeFolio(scope, series, wanted) {
      const folio = wanted ?? nextFolio(scope, series);
      save.run(scope, series, folio + 1);
      return folio;
    },
    releaseFolio(scope, series, folio) {
      release.run(folio, scope, series, folio + 1);
    },
  };
}

function list(database: DatabaseSync, scope: string, filter: InvoiceFilter, page: Page) {
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
}
