import type { DatabaseSync } from 'node:sqlite';
import type { Page } from '../state/page.ts';
import type { Webhook } from './webhook.ts';

export interface WebhooksStore {
  insert(scope: string, webhook: Webhook): void;
  update(scope: string, webhook: Webhook): void;
  remove(scope: string, id: string): void;
  /** Undefined when it is absent or another account's. */
  find(scope: string, id: string): Webhook | undefined;
  findByUrl(scope: string, url: string): Webhook | undefined;
  all(scope: string): Webhook[];
  /** Oldest first. */
  list(scope: string, page: Page): { total: number; webhooks: Webhook[] };
}

export function webhooksStore(database: DatabaseSync): WebhooksStore {
  const insert = database.prepare(
    'INSERT INTO webhooks (id, scope, url, body) VALUES (?, ?, ?, ?)',
  );
  const update = database.prepare('UPDATE webhooks SET body = ? WHERE scope = ? AND id = ?');
  const remove = database.prepare('DELETE FROM webhooks WHERE scope = ? AND id = ?');
  const find = database.prepare('SELECT body FROM webhooks WHERE scope = ? AND id = ?');
  const findByUrl = database.prepare('SELECT body FROM webhooks WHERE scope = ? AND url = ?');
  const all = database.prepare('SELECT body FROM webhooks WHERE scope = ? ORDER BY seq');
  const count = database.prepare('SELECT count(*) AS total FROM webhooks WHERE scope = ?');
  const list = database.prepare(
    'SELECT body FROM webhooks WHERE scope = ? ORDER BY seq LIMIT ? OFFSET ?',
  );
  return {
    insert(scope, webhook) {
      insert.run(webhook.id, scope, webhook.url, JSON.stringify(webhook));
    },
    update(scope, webhook) {
      update.run(JSON.stringify(webhook), scope, webhook.id);
    },
    remove(scope, id) {
      remove.run(scope, id);
    },
    find: (scope, id) => read(find.get(scope, id)),
    findByUrl: (scope, url) => read(findByUrl.get(scope, url)),
    all: (scope) => all.all(scope).map((row) => read(row)!),
    list(scope, page) {
      const rows = list.all(scope, page.limit, (page.page - 1) * page.limit);
      return {
        total: (count.get(scope) as { total: number }).total,
        webhooks: rows.map((row) => read(row)!),
      };
    },
  };
}

function read(row: Record<string, unknown> | undefined): Webhook | undefined {
  return row && (JSON.parse(row.body as string) as Webhook);
}
