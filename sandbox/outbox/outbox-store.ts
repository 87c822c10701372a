import type { DatabaseSync } from 'node:sqlite';

/** An e-mail that would have been sent. Nothing leaves the sandbox. */
export interface SentEmail {
  id: string;
  sent_at: string;
  organization: string;
  livemode: boolean;
  to: string[];
  subject: string;
  /** What it is about: `{ "type": "invoice", "id": "..." }`. */
  about: { type: string; id: string };
  /** Names of the files that go with it. */
  attachments: string[];
}

export interface OutboxStore {
  add(email: SentEmail): void;
  /** In the order of their sending, of every organization. */
  list(limit: number): SentEmail[];
  clear(): void;
}

export function outboxStore(database: DatabaseSync): OutboxStore {
  const insert = database.prepare('INSERT INTO outbox (organization, body) VALUES (?, ?)');
  const list = database.prepare(
    'SELECT body FROM (SELECT seq, body FROM outbox ORDER BY seq DESC LIMIT ?) ORDER BY seq',
  );
  const clear = database.prepare('DELETE FROM outbox');
  return {
    add(email) {
      insert.run(email.organization, JSON.stringify(email));
    },
    list: (limit) => list.all(limit).map((row) => JSON.parse(row.body as string) as SentEmail),
    clear() {
      clear.run();
    },
  };
}
