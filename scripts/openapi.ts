/**
 * `npm run openapi` writes openapi.json from the routes and the console's types from it;
 * with --check it only compares, and fails on a difference.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { makeCounters } from '../server/cluster/counters.ts';
import { makeImportSignals } from '../server/customers/import/import-signals.ts';
import { makeInvoiceSignals } from '../server/invoices/invoice-signals.ts';
import { makeLogger } from '../server/platform/logging.ts';
import { makeSearchPool } from '../server/platform/postgres/search-pool.ts';
import { sessionStore } from '../server/sessions/session-store.ts';
import { makeWebServer } from '../server/web-server.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}openapi.json`;
const types = `${root}console/src/api/schema.d.ts`;

// Never connected: describing the routes asks nothing of a database.
const pool = new pg.Pool({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' });
const server = await makeWebServer({
  log: makeLogger({ format: 'json', level: 'fatal', process: 'openapi' }),
  pool,
  searchPool: makeSearchPool(pool),
  counters: makeCounters(),
  signals: makeInvoiceSignals(),
  importSignals: makeImportSignals(),
  sessions: sessionStore(pool),
  cookieKey: Buffer.alloc(32).toString('base64'),
  metricsToken: undefined,
  webhookKey: Buffer.alloc(32).toString('base64'),
  facturapiInFlightMax: 5,
  facturapiLimitScope: 'installation',
  machineState: () => Promise.reject(new Error('there is no supervisor here')),
});
const now = `${JSON.stringify(server.swagger(), null, 2)}\n`;
await server.close();
await pool.end();

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== now) {
    console.error('openapi.json is not what the routes say: run npm run openapi');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, now);
  execFileSync(`${root}node_modules/.bin/openapi-typescript`, [file, '-o', types]);
  console.log(`wrote ${file} and ${types}`);
}
