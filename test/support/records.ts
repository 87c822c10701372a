import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import pg from 'pg';
import pino from 'pino';
import type { Logger } from '../../server/platform/logging.ts';
import {
  clientConfig,
  type DatabaseAccess,
  makePool,
  takeRole,
} from '../../server/platform/postgres/database.ts';
import type { Promises } from '../../server/stamping/mood/governor.ts';
import type { Cleanups } from './cleanups.ts';

/** A logger whose records a test can read. */
export function keptLog(): { log: Logger; records: Array<Record<string, any>> } {
  const records: Array<Record<string, any>> = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      records.push(JSON.parse(String(line)));
      done();
    },
  });
  return { log: pino({ level: 'debug' }, stream), records };
}

export const silentLog: Logger = pino({ level: 'silent' });

/** A pool that ends before its database is dropped. */
export function testPool(t: Cleanups, access: DatabaseAccess, max = 4): pg.Pool {
  const pool = makePool({ access, max, name: 'test', log: silentLog });
  t.after(() => pool.end());
  return pool;
}

/** One session of its own, as a leader or a listener has it. */
export async function testClient(t: Cleanups, access: DatabaseAccess): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(access, 'test'));
  client.on('error', () => {});
  await client.connect();
  await takeRole(client, access);
  t.after(() => client.end().catch(() => {}));
  return client;
}

export async function backendPid(session: Pick<pg.ClientBase, 'query'>): Promise<number> {
  const { rows } = await session.query('select pg_backend_pid() as pid');
  return (rows[0] as { pid: number }).pid;
}

/** A session of the same database that now waits for a lock of somebody else's. */
export async function isAnyoneWaiting(admin: pg.Pool): Promise<boolean> {
  const { rows } = await admin.query(
    `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

let lastLane = 1_000;

/** A lane that no other test of this database uses. */
export function ownLane(): number {
  lastLane += 1;
  return lastLane;
}

export async function makeTenant(admin: pg.Pool, id: string = randomUUID()): Promise<any> {
  await admin.query(
    `insert into tenants (id, name, legal_name, tax_id, tax_system, zip, facturapi_key_sealed)
     values ($1::uuid, $1::text, 'ESCUELA KEMPER URGATE', 'EKU9003173C9', '601', '42501', 'sealed')`,
    [id],
  );
  return id;
}

export interface QueuedCall {
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly callId: number;
  readonly folio: number;
}

export interface QueueOptions {
  readonly tenantId: string;
  readonly lane: number;
  readonly kind?: 'create_invoice' | 'fetch_xml' | 'fetch_pdf' | 'read_invoice';
  readonly priority?: number;
  readonly invoiceStatus?: string;
  readonly facturapiId?: string;
  readonly requestId?: string;
}

/** A claim's promises in which every kind of call has the same time. */
export function samePromises(ms: number, lookUpMs: number): Promises {
  const kinds = { create_invoice: ms, fetch_xml: ms, fetch_pdf: ms, read_invoice: ms };
  const customers = { list_customers: ms, sync_customer: ms, ask_customer: ms };
  return { ...kinds, ...customers, search_catalog: ms, list_invoices: ms, look_up: lookUpMs };
}

let lastFolio = 0;

/** An invoice of 116.00 and its call in the queue, through the same door as the product's. */
export async function queueCall(admin: pg.Pool, o: QueueOptions): Promise<QueuedCall> {
  lastFolio += 1;
  const invoiceId = randomUUID();
  const folio = lastFolio;
  const { rows } = await admin.query(
    `with invoice as (
       insert into invoices (tenant_id, id, type, status, series, folio_number, document, currency,
                             totals, total, date, facturapi_id)
       values ($1, $2, 'I', $3, 'F', $4, $5, 'MXN', '{}', 116, now(), $6) returning id)
     select timbra_enqueue_call($7, $1, id, $8, $9::smallint, $10) as id from invoice`,
    [
      o.tenantId,
      invoiceId,
      o.invoiceStatus ?? 'queued',
      folio,
      { type: 'I', series: 'F', folio_number: folio, external_id: invoiceId },
      o.facturapiId ?? null,
      o.lane,
      o.kind ?? 'create_invoice',
      o.priority ?? 1,
      o.requestId ?? null,
    ],
  );
  return { tenantId: o.tenantId, invoiceId, callId: Number(rows[0].id), folio };
}

export async function readCall(admin: pg.Pool, id: number): Promise<any> {
  return (await admin.query('select * from stamping_calls where id = $1', [id])).rows[0];
}

export async function readInvoiceRow(admin: pg.Pool, id: string): Promise<any> {
  return (await admin.query('select * from invoices where id = $1', [id])).rows[0];
}
