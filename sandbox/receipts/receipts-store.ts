import type { DatabaseSync } from 'node:sqlite';
import { type Page, searchable } from '../state/page.ts';
import type { Receipt } from './receipt.ts';

/** SQL conditions with their values; the account's own condition is always added. */
export interface ReceiptFilter {
  sql: string[];
  values: (string | number)[];
}

export interface ReceiptsStore {
  insert(scope: string, receipt: Receipt): void;
  update(scope: string, receipt: Receipt): void;
  /** Undefined when it is absent or another account's. */
  find(scope: string, id: string): Receipt | undefined;
  findByKey(scope: string, key: string): Receipt | undefined;
  /** The newest of a key, in JSON. */
  findByIdempotencyKey(scope: string, key: string): string | undefined;
  /** Newest first. */
  list(scope: string, filter: ReceiptFilter, page: Page): { total: number; bodies: string[] };
  /** Oldest first. @param from and `to` are ISO instants, both inclusive. */
  openBetween(scope: string, from: string, to: string): Receipt[];
}

export function receiptsStore(database: DatabaseSync): ReceiptsStore {
  const insert = database.prepare(
    `INSERT INTO receipts (id, scope, date, status, key, customer, invoice, payment_form,
                           external_id, idempotency_key, search, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE receipts SET status = ?, customer = ?, invoice = ?, body = ?
     WHERE scope = ? AND id = ?`,
  );
  const by = (column: string) =>
    database.prepare(
      `SELECT body FROM receipts WHERE scope = ? AND ${column} = ? ORDER BY seq DESC`,
    );
  const [byId, byKey, byIdempotencyKey] = [by('id'), by('key'), by('idempotency_key')] as const;
  const open = database.prepare(
    `SELECT body FROM receipts
     WHERE scope = ? AND status = 'open' AND date >= ? AND date <= ? ORDER BY date, seq`,
  );
  return {
    insert(scope, r) {
      const words = r.items.map(({ product }) => `${product.description}\n${product.sku ?? ''}`);
      insert.run(
        ...[r.id, scope, r.date, r.status, r.key, r.customer ?? null, r.invoice ?? null],
        ...[r.payment_form, r.external_id ?? null, r.idempotency_key ?? null],
        ...[searchable(words.join('\n')), JSON.stringify(r)],
      );
    },
    update(scope, r) {
      const changed = [r.status, r.customer ?? null, r.invoice ?? null, JSON.stringify(r)];
      update.run(...changed, scope, r.id);
    },
    find: (scope, id) => read(byId.get(scope, id)),
    findByKey: (scope, key) => read(byKey.get(scope, key)),
    findByIdempotencyKey: (scope, key) =>
      byIdempotencyKey.get(scope, key)?.body as string | undefined,
    list(scope, filter, page) {
      const from = `FROM receipts WHERE ${['scope = ?', ...filter.sql].join(' AND ')}`;
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
    openBetween: (scope, from, to) => open.all(scope, from, to).map((row) => read(row)!),
  };
}

function read(row: Record<string, unknown> | undefined): Receipt | undefined {
  return row && (JSON.parse(row.body as string) as Receipt);
}
