import pg from 'pg';
import type { Logger } from '../logging.ts';

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
}

/** How long a request waits for a connection before it is refused with 503. */
export const poolWaitMsMax = 3_000;
export const statementMsMax = 10_000;
export const idleInTransactionMsMax = 15_000;

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
    statement_timeout: statementMsMax,
    idle_in_transaction_session_timeout: idleInTransactionMsMax,
    onConnect: (client: pg.ClientBase) => takeRole(client, options.access),
  } as pg.PoolConfig);
  pool.on('error', (error) => {
    options.log.warn({ err: error }, 'an idle database connection was lost');
  });
  return pool;
}

export async function takeRole(client: pg.ClientBase, access: DatabaseAccess): Promise<void> {
  if (access.role) await client.query(`set role ${access.role}`);
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
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
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

/** Whether an error means that PostgreSQL cannot be reached now, rather than that SQL is wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && UNAVAILABLE_CODES.has(code)) return true;
  return /timeout exceeded when trying to connect|Connection terminated|connection error/i.test(
    error.message,
  );
}
