import type { DatabaseSync } from 'node:sqlite';
import { containing, type Page } from '../state/page.ts';

export interface StoredProduct {
  id: string;
  scope: string;
  createdAt: string;
  sku: string | null;
  /** What `q` searches: description and SKU without accents or case. */
  search: string;
  /** The product as the API shows it, in JSON. */
  body: string;
}

export interface ProductFilter {
  q: string | undefined;
  sku: string | undefined;
}

export interface ProductsStore {
  insert(product: StoredProduct): void;
  update(product: StoredProduct): void;
  remove(scope: string, id: string): void;
  /** The body of one, or undefined when it is absent or another account's. */
  find(scope: string, id: string): string | undefined;
  /** Newest first. */
  list(scope: string, filter: ProductFilter, page: Page): { total: number; bodies: string[] };
}

export function productsStore(database: DatabaseSync): ProductsStore {
  const insert = database.prepare(
    'INSERT INTO products (id, scope, created_at, sku, search, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const update = database.prepare(
    'UPDATE products SET sku = ?, search = ?, body = ? WHERE scope = ? AND id = ?',
  );
  const remove = database.prepare('DELETE FROM products WHERE scope = ? AND id = ?');
  const find = database.prepare('SELECT body FROM products WHERE scope = ? AND id = ?');
  return {
    insert(p) {
      insert.run(p.id, p.scope, p.createdAt, p.sku, p.search, p.body);
    },
    update(p) {
      update.run(p.sku, p.search, p.body, p.scope, p.id);
    },
    remove(scope, id) {
      remove.run(scope, id);
    },
    find: (scope, id) => find.get(scope, id)?.body as string | undefined,
    list(scope, { q, sku }, page) {
      const where = ['scope = ?'];
      const values = [scope];
      if (q !== undefined) {
        where.push(`search LIKE ? ESCAPE '\\'`);
        values.push(containing(q));
      }
      if (sku !== undefined) {
        where.push('sku = ?');
        values.push(sku);
      }
      const from = `FROM products WHERE ${where.join(' AND ')}`;
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
