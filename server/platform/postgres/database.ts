import pg from 'pg';
import type { Logger } from '../logging.ts';
import { within } from '../within.ts';

/** Where to connect and as whom: `role` is taken with SET ROLE after signing in. */
export interface DatabaseAccess {
  readonly url: string;
  readonly role?: 'timbra_owner' | 'timbra_app' | 'timbra_stamper';
}

export interface PoolOptions {
  readonly access: DatabaseAccess;
  readonly max: number;
  readonly name: string;
  readonly log: Logger;
  /** `statementMsMax` unless somebody has less patience. */
  readonly statementMsMax?: number;
}

/** How long a request waits for a connection before it is refused with 503. */
export const poolWaitMsMax = 3_000;
export const statementMsMax = 10_000;
export const idleInTransactionMsMax = 15_000;
/** Past its own deadline, a server that has not answered is frozen or cut off. */
export const queryMsMax = statementMsMax + 2_000;
/** Probes are asked about once a second or two, and must say no in time. */
export const pingMsMax = 1_500;
const keepAliveAfterMs = 10_000;

/** int8 as number: ids and folios stay far below 2^53. numeric stays text: money is decimal. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? (value: string) => Number(value)
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

export function clientConfig(access: DatabaseAccess, name: string): pg.ClientConfig {
  return {
    connectionString: access.url,
    application_name: `timbra ${name}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    types,
  };
}

export function makePool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(options.access, options.name),
    max: options.max,
    connectionTimeoutMillis: poolWaitMsMax,
    // Long-lived: each new connection would warm its own caches again.
    idleTimeoutMillis: 0,
    statement_timeout: options.statementMsMax ?? statementMsMax,
    query_timeout: queryMsMax,
    idle_in_transaction_session_timeout: idleInTransactionMsMax,
    onConnect: (client: pg.ClientBase) => takeRole(client, options.access),
  } as pg.PoolConfig);
  pool.on('error', (error) => {
    options.log.warn({ err: error }, 'an idle database connection was lost');
  });
  pool.on('connect', (client) => {
    // The pool listens to idle clients only; the end of one that is in use would be thrown. Whoever
    // uses it learns of it from the query in course, or from the next one.
    client.on('error', (error) => {
      options.log.debug({ err: error }, 'a database connection was lost');
    });
  });
  pool.on('release', (_error, client) => {
    // Given back by someone who waits no longer: the next one's query would wait behind this one.
    if (isBusy(client)) void client.end().catch(() => {});
  });
  return pool;
}

export async function takeRole(client: pg.ClientBase, access: DatabaseAccess): Promise<void> {
  if (access.role) await client.query(`set role ${access.role}`);
}

/** Rejects after a moment: a frozen server, or a pool that is used up, is no answer either. */
export async function ping(db: Queryable): Promise<void> {
  await within(pingMsMax, db.query('select 1'), 'PostgreSQL does not answer');
}

export type Queryable = Pick<pg.Pool, 'query'>;

/** One transaction on one connection; anything thrown rolls it back. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // A busy connection is closed when it is released, and that rolls back too.
    if (!isBusy(client)) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
    }
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Whether the server still owes an answer. */
function isBusy(client: pg.ClientBase): boolean {
  return (client as unknown as { readyForQuery?: boolean }).readyForQuery === false;
}

const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '25P03',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '08P01',
]);

/** The driver's own errors have no code. */
const UNAVAILABLE_WORDS =
  /timeout exceeded when trying to connect|^timeout expired$|Query read timeout|Connection terminated|connection error|Client was closed/i;

/** Whether an error means that PostgreSQL cannot be reached now, rather than that SQL is wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && UNAVAILABLE_CODES.has(code)) return true;
  return UNAVAILABLE_WORDS.test(error.message);
}
