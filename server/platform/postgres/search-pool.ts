import { connect } from 'node:net';
import type pg from 'pg';
import { isDatabaseUnavailable } from './database.ts';

/** Searches that wait for a connection; with one more, the oldest of them is told to try again. */
export const searchesWaitingMax = 200;
/** A search takes a millisecond or two, on a busy machine some hundred: longer, PostgreSQL ends it. */
export const searchMsMax = 1_000;
/** How long one waits for a connection. Longer, and the next key has been pressed since. */
export const searchWaitMsMax = 500;
/**
 * A search that nobody waits for runs on for so long: a cancellation is a connection and a process of
 * PostgreSQL's, which costs more than most searches do.
 */
export const cancelAfterMs = 100;
/** For the server to take the cancellation; later, the connection is given up instead. */
const cancelMsMax = 1_000;

export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** `busy`: not now, try again. `gone`: whoever asked has left, and nothing was found out. */
export type Searched<T> =
  | { readonly kind: 'found'; readonly rows: readonly T[] }
  | { readonly kind: 'busy' }
  | { readonly kind: 'gone' };

export interface SearchPool {
  /** One statement. Aborted while it waits, it is never sent; while it runs, it is cancelled. */
  ask<T extends pg.QueryResultRow>(statement: Statement, signal: AbortSignal): Promise<Searched<T>>;
  /** How many wait for a connection now. */
  waiting(): number;
}

/**
 * What people wait for at every key has connections of its own, so that neither a long list nor an
 * import stands before it.
 *
 * The newest goes first: in a queue that has grown long, the oldest are about to be abandoned by
 * whoever types on, and served in order each would be sent just before that, for nobody (adaptive
 * LIFO; B. Maurer, Fail at Scale, 2015). In turn 500 people a second were all answered too late.
 */
export function makeSearchPool(pool: pg.Pool, o: { waitMsMax?: number } = {}): SearchPool {
  const waiting: Array<{ begin(): void; end(how: typeof BUSY | typeof GONE): void }> = [];
  let running = 0;

  const run = async <T extends pg.QueryResultRow>(statement: Statement, signal: AbortSignal) => {
    try {
      const client = await pool.connect().catch(busyWhenWaiting);
      if (!client) return BUSY;
      if (!signal.aborted) return await askOn<T>(client, statement, signal);
      client.release();
      return GONE;
    } finally {
      const next = waiting.pop();
      if (next) next.begin();
      else running -= 1;
    }
  };

  return {
    waiting: () => waiting.length,
    async ask<T extends pg.QueryResultRow>(statement: Statement, signal: AbortSignal) {
      if (signal.aborted) return GONE;
      if (running < pool.options.max) {
        running += 1;
        return run<T>(statement, signal);
      }
      if (waiting.length >= searchesWaitingMax) waiting.shift()!.end(BUSY);
      return new Promise<Searched<T>>((resolve, reject) => {
        const leave = () => one.end(GONE);
        const timer = setTimeout(() => one.end(BUSY), o.waitMsMax ?? searchWaitMsMax);
        const noLonger = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', leave);
        };
        const one = {
          begin() {
            noLonger();
            run<T>(statement, signal).then(resolve, reject);
          },
          end(how: typeof BUSY | typeof GONE) {
            noLonger();
            const at = waiting.indexOf(one);
            if (at >= 0) waiting.splice(at, 1);
            resolve(how);
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(one);
      });
    },
  };
}

const BUSY = { kind: 'busy' } as const;
const GONE = { kind: 'gone' } as const;

function busyWhenWaiting(error: Error): undefined {
  if (/timeout exceeded when trying to connect/.test(error.message)) return;
  throw error;
}

async function askOn<T extends pg.QueryResultRow>(
  client: pg.PoolClient,
  statement: Statement,
  signal: AbortSignal,
): Promise<Searched<T>> {
  let cancelling: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const begunMs = performance.now();
  const leave = () => {
    const sinceMs = performance.now() - begunMs;
    timer = setTimeout(
      () => {
        cancelling = cancelQuery(client);
      },
      Math.max(0, cancelAfterMs - sinceMs),
    );
  };
  signal.addEventListener('abort', leave, { once: true });
  let broken = false;
  try {
    const { rows } = await client.query<T>(statement as pg.QueryConfig);
    return signal.aborted ? GONE : { kind: 'found', rows };
  } catch (error) {
    if ((error as { code?: string }).code === QUERY_CANCELED) return signal.aborted ? GONE : BUSY;
    broken = isDatabaseUnavailable(error);
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    clearTimeout(timer);
    // A cancellation names the connection, not the query: until the server has taken it, it would
    // hit the next one here.
    client.release(broken || (cancelling !== undefined && !(await cancelling)));
  }
}

/** Also the end of a statement that took longer than statement_timeout. */
const QUERY_CANCELED = '57014';
const CANCEL_REQUEST_CODE = 80_877_102;

/**
 * The protocol's CancelRequest, on a connection of its own. The server closes it once the backend
 * has been told. Answers whether that happened.
 */
function cancelQuery(client: pg.PoolClient): Promise<boolean> {
  const { host, port, processID, secretKey } = client as unknown as {
    host: string;
    port: number;
    processID: number;
    secretKey: number;
  };
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    const timer = setTimeout(() => socket.destroy(), cancelMsMax);
    let failed = false;
    socket.once('connect', () => socket.write(request));
    socket.once('error', () => {
      failed = true;
    });
    socket.once('end', () => clearTimeout(timer));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(!failed && socket.readableEnded);
    });
    socket.resume();
  });
}
