import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The number of migrations applied is kept in SQLite's `user_version`. */
const migrations = [
  `
  CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    suffix TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE keys (
    name TEXT PRIMARY KEY,
    pem TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    created_at TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    search TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX customers_by_age ON customers (scope, created_at, id);
  CREATE INDEX customers_by_fingerprint ON customers (scope, fingerprint);
  CREATE TABLE invoices (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    organization TEXT NOT NULL,
    created_at TEXT NOT NULL,
    date TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    cancellation_status TEXT NOT NULL,
    uuid TEXT,
    external_id TEXT,
    idempotency_key TEXT,
    series TEXT NOT NULL,
    folio_number INTEGER NOT NULL,
    payment_method TEXT NOT NULL,
    customer TEXT,
    customer_tax_id TEXT NOT NULL,
    total REAL NOT NULL,
    search TEXT NOT NULL,
    body TEXT NOT NULL,
    cfdi TEXT NOT NULL
  ) STRICT;
  -- Every index a list may search by ends in the list's order: SQLite would otherwise rather
  -- walk the whole account by date than sort the one invoice that an external_id finds.
  CREATE INDEX invoices_by_date ON invoices (scope, date, seq);
  CREATE INDEX invoices_by_external_id ON invoices (scope, external_id, date, seq);
  CREATE INDEX invoices_by_uuid ON invoices (scope, uuid, date, seq);
  CREATE INDEX invoices_by_folio ON invoices (scope, folio_number, date, seq);
  CREATE INDEX invoices_by_customer ON invoices (scope, customer, date, seq);
  CREATE INDEX invoices_by_idempotency_key ON invoices (scope, idempotency_key);
  CREATE TABLE folios (
    scope TEXT NOT NULL,
    series TEXT NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (scope, series)
  ) STRICT;
  `,
  // Drafts have neither folio nor seal, a pending invoice has no UUID yet, and what comes to an
  // invoice by itself (a stamping or a cancellation that ends) is written down with its time.
  `
  CREATE TABLE invoices_new (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    organization TEXT NOT NULL,
    created_at TEXT NOT NULL,
    date TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    cancellation_status TEXT NOT NULL,
    uuid TEXT,
    external_id TEXT,
    idempotency_key TEXT,
    series TEXT,
    folio_number INTEGER,
    payment_method TEXT,
    customer TEXT,
    customer_tax_id TEXT,
    total REAL NOT NULL,
    amount_due REAL,
    search TEXT NOT NULL,
    body TEXT NOT NULL,
    cfdi TEXT,
    due_at TEXT,
    due_outcome TEXT
  ) STRICT;
  INSERT INTO invoices_new
    SELECT seq, id, scope, organization, created_at, date, type, status, cancellation_status,
           uuid, external_id, idempotency_key, series, folio_number, payment_method, customer,
           customer_tax_id, total, iif(payment_method = 'PPD', total, 0), search, body, cfdi,
           NULL, NULL
    FROM invoices;
  DROP TABLE invoices;
  ALTER TABLE invoices_new RENAME TO invoices;
  CREATE INDEX invoices_by_date ON invoices (scope, date, seq);
  CREATE INDEX invoices_by_external_id ON invoices (scope, external_id, date, seq);
  CREATE INDEX invoices_by_uuid ON invoices (scope, uuid, date, seq);
  CREATE INDEX invoices_by_folio ON invoices (scope, folio_number, date, seq);
  CREATE INDEX invoices_by_customer ON invoices (scope, customer, date, seq);
  CREATE INDEX invoices_by_idempotency_key ON invoices (scope, idempotency_key);
  CREATE INDEX invoices_by_due_at ON invoices (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    organization TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  `,
  // The two last are for counting CFDIs by what their clients call them, over all accounts.
  `
  CREATE TABLE products (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sku TEXT,
    search TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX products_by_age ON products (scope, created_at, id);
  CREATE TABLE webhooks (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX webhooks_by_url ON webhooks (scope, url);
  CREATE TABLE receipts (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    date TEXT NOT NULL,
    status TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    customer TEXT,
    invoice TEXT,
    payment_form TEXT NOT NULL,
    external_id TEXT,
    idempotency_key TEXT,
    search TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX receipts_by_date ON receipts (scope, date, seq);
  CREATE INDEX receipts_by_idempotency_key ON receipts (scope, idempotency_key);
  CREATE INDEX cfdis_by_external_id ON invoices (external_id, scope, uuid) WHERE uuid IS NOT NULL;
  CREATE INDEX cfdis_by_idempotency_key ON invoices (idempotency_key, scope, uuid)
    WHERE uuid IS NOT NULL;
  `,
];

/**
 * Opens the sandbox's single file. In WAL mode a committed write survives the death of the
 * process by any signal (only a power cut can take back the last ones, with synchronous NORMAL),
 * and a commit costs microseconds: a stand-in must not be the bottleneck of a load run.
 */
export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'sandbox.sqlite');
  const database = new DatabaseSync(file, { timeout: 5_000 });
  // The file holds the test private keys: readable by its owner alone, like the real ones.
  chmodSync(file, 0o600);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  inTransaction(database, () => {
    const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
    for (const migration of migrations.slice(row.user_version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
  return database;
}

/** Runs `work` in a write transaction; its result is on the file when this returns. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
