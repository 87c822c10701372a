import pg from 'pg';
import type { Queryable } from '../server/platform/postgres/database.ts';

/** What scenarios write to the database by themselves, and what they read to compare. */
export async function makeDatabase(adminUrl: string, name: string): Promise<string> {
  await asAdmin(adminUrl, `create database ${name}`);
  // DATABASE_URL must be a whole URL; the socket in its query is what counts.
  return adminUrl.replace('@/timbra?', `@localhost/${name}?`);
}

export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await asAdmin(adminUrl, `drop database if exists ${name} with (force)`);
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace('/timbra?', '/postgres?') });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface StoredInvoice {
  readonly id: string;
  readonly tenantId: string;
  readonly status: string;
  readonly uuid: string | null;
  readonly hasReason: boolean;
}

export async function readInvoices(db: Queryable): Promise<StoredInvoice[]> {
  const { rows } = await db.query<StoredInvoice>(
    `select id, tenant_id as "tenantId", status, uuid, rejection is not null as "hasReason"
       from invoices`,
  );
  return rows;
}

export async function countOpenInvoices(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `select count(*)::int as open from invoices where status in ('queued', 'stamping', 'pending')`,
  );
  return rows[0]!.open;
}

/** Calls of any kind that are not over, files included. */
export async function countOpenCalls(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `select count(*)::int as open from stamping_calls
      where state in ('queued', 'delayed', 'calling')`,
  );
  return rows[0]!.open;
}

/** The pid of the stamper that leads the installation's lane. */
export async function leadingPid(db: Queryable): Promise<number | undefined> {
  const { rows } = await db.query<{ leader: string | null }>(
    'select leader from stamping_lanes where lane = 0',
  );
  const pid = Number(rows[0]?.leader?.split('/').at(-1));
  return pid > 1 ? pid : undefined;
}

/** Ends the session that holds the lane's lock; false when there is none at the moment. */
export async function endLeadersSession(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ ended: boolean }>(
    `select pg_terminate_backend(a.pid) as ended from pg_stat_activity a
       join pg_locks l on l.pid = a.pid and l.locktype = 'advisory' and l.granted
      where a.datname = current_database() and a.application_name = 'timbra lane leader'
        and l.database = a.datid`,
  );
  return rows.some((row) => row.ended);
}

/** Attempts by what they ended in. */
export async function countOutcomes(db: Queryable): Promise<Record<string, number>> {
  const { rows } = await db.query<{ outcome: string; count: number }>(
    `select kind || ' ' || outcome as outcome, count(*)::int from stamping_attempts
      group by 1 order by 2 desc`,
  );
  return Object.fromEntries(rows.map((row) => [row.outcome, row.count]));
}

/** When attempts began that never reached FacturAPI: nobody there can count those. */
export async function readUnsentAttempts(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ ms: number }>(
    `select (extract(epoch from started_at) * 1000)::float8 as ms from stamping_attempts
      where http_status is null and outcome in ('unavailable', 'unknown') order by 1`,
  );
  return rows.map((row) => row.ms);
}

export async function readAcceptedMs(db: Queryable, invoiceId: string): Promise<number> {
  const { rows } = await db.query<{ ms: number }>(
    'select (extract(epoch from created_at) * 1000)::float8 as ms from invoices where id = $1',
    [invoiceId],
  );
  return rows[0]!.ms;
}

/**
 * A backlog of `count` more invoices like one that was accepted, each with its own id, folio and
 * keys, queued in one transaction: issued one by one they would be stamped while they come.
 */
export async function copyToBacklog(
  db: Queryable,
  templateId: string,
  count: number,
): Promise<void> {
  await db.query(
    `with template as (select * from invoices where id = $1),
     folios as (
       update series s set next_folio = s.next_folio + $2 from template t
        where s.tenant_id = t.tenant_id and s.series = t.series
       returning s.next_folio - $2 as first),
     made as materialized (
       select uuidv7() as id, folios.first + n as folio
         from folios, generate_series(0, $2 - 1) n),
     copied as (
       insert into invoices (tenant_id, id, type, status, series, folio_number, customer_id,
                             document, currency, totals, total, date, created_by)
       select t.tenant_id, m.id, t.type, 'queued', t.series, m.folio, t.customer_id,
              t.document || jsonb_build_object('external_id', m.id::text, 'idempotency_key',
                m.id::text, 'folio_number', m.folio),
              t.currency, t.totals, t.total, t.date, t.created_by
         from template t, made m
       returning tenant_id, id)
     select count(timbra_enqueue_call(0, tenant_id, id, 'create_invoice', 1::smallint, null))
       from copied`,
    [templateId, count],
  );
}

/** What is sent to FacturAPI for it. */
export async function readDocument(db: Queryable, invoiceId: string): Promise<object> {
  const { rows } = await db.query<{ document: object }>(
    'select document from invoices where id = $1',
    [invoiceId],
  );
  return rows[0]!.document;
}
