import type { DatabaseSync } from 'node:sqlite';
import { containing, type Page } from '../state/page.ts';

export interface StoredCustomer {
  id: string;
  scope: string;
  createdAt: string;
  /** Equal for customers with the same information. */
  fingerprint: string;
  /** What `q` searches: name and RFC without accents or case. */
  search: string;
  /** The customer as the API shows it, in JSON. */
  body: string;
}

export interface CustomersStore {
  insert(customer: StoredCustomer): void;
  update(customer: StoredCustomer): void;
  remove(scope: string, id: string): void;
  /** The body of one, or undefined when it is absent or another account's. */
  find(scope: string, id: string): string | undefined;
  findSame(scope: string, fingerprint: string): string | undefined;
  list(scope: string, filter: CustomerFilter, page: Page): { total: number; bodies: string[] };
}

export interface CustomerFilter {
  q: string | undefined;
  date: { sql: string[]; values: string[] };
}

export function customersStore(database: DatabaseSync): CustomersStore {
  const insert = database.prepare(
    `INSERT INTO customers (id, scope, created_at, fingerprint, search, body)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    'UPDATE customers SET fingerprint = ?, search = ?, body = ? WHERE scope = ? AND id = ?',
  );
  const remove = database.prepare('DELETE FROM customers WHERE scope = ? AND id = ?');
  const find = database.prepare('SELECT body FROM customers WHERE scope = ? AND id = ?');
  const findSame = database.prepare(
    'SELECT body FROM customers WHERE scope = ? AND fingerprint = ? LIMIT 1',
  );
  return {
    insert(c) {
      insert.run(c.id, c.scope, c.createdAt, c.fingerprint, c.search, c.body);
    },
    update(c) {
      update.run(c.fingerprint, c.search, c.body, c.scope, c.id);
    },
    remove(scope, id) {
      remove.run(scope, id);
    },
    find: (scope, id) => bodyOf(find.get(scope, id)),
    findSame: (scope, fingerprint) => bodyOf(findSame.get(scope, fingerprint)),
    list(scope, filter, page) {
      const where = ['scope = ?', ...filter.date.sql];
      const values = [scope, ...filter.date.values];
      if (filter.q !== undefined) {
        where.push(`search LIKE ? ESCAPE '\\'`);
        values.push(containing(filter.q));
      }
      const from = `FROM customers WHERE ${where.join(' AND ')}`;
      const count = database.prepare(`SELECT count(*) AS total ${from}`).get(...values);
      const rows = database
        .prepare(`SELECT body ${from} ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?`)
        .all(...values, page.limit, (page.page - 1) * page.limit);
      return {
        total: (count as { total: number }).total,
        bodies: rows.map((row) => row.body as string),
      };
    },
  };
}

function bodyOf(row: Record<string, unknown> | undefined): string | undefined {
  return row?.body as string | undefined;
}
