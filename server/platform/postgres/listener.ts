import pg from 'pg';
import type { Logger } from '../logging.ts';
import { clientConfig, type DatabaseAccess, takeRole } from './database.ts';

export interface Listener {
  readonly connected: boolean;
  stop(): Promise<void>;
}

export interface ListenerOptions {
  readonly access: DatabaseAccess;
  readonly channels: readonly string[];
  readonly log: Logger;
  readonly onNotification: (channel: string, payload: string) => void;
  /** After each (re)connection: what was notified meanwhile is gone, so everyone must look again. */
  readonly onConnected: () => void;
  /** From now on nothing is heard. */
  readonly onLost?: () => void;
}

const reconnectMsMin = 100;
const reconnectMsMax = 2_000;
/** A silent half-open connection is found by a query that gets no answer. */
const checkEveryMs = 10_000;
/** For the connection, and for each answer on it. */
const answerMsMax = 3_000;

/** One LISTEN connection that comes back by itself; the machine's processes share it. */
export function startListener(options: ListenerOptions): Listener {
  let client: pg.Client | undefined;
  let connected = false;
  let stopped = false;
  let delayMs = reconnectMsMin;
  let timer: NodeJS.Timeout | undefined;

  const lost = (which: pg.Client, error?: Error) => {
    if (client !== which) return;
    client = undefined;
    if (connected) options.onLost?.();
    connected = false;
    clearTimeout(timer);
    void which.end().catch(() => {});
    if (stopped) return;
    options.log.warn({ err: error }, 'the LISTEN connection was lost; connecting again');
    timer = setTimeout(connect, delayMs);
    delayMs = Math.min(reconnectMsMax, delayMs * 2);
  };

  const check = (which: pg.Client) => {
    timer = setTimeout(() => {
      which.query('select 1').then(
        () => {
          if (client === which) check(which);
        },
        (error: Error) => lost(which, error),
      );
    }, checkEveryMs);
  };

  const connect = () => {
    const next = new pg.Client({
      ...clientConfig(options.access, 'listen'),
      connectionTimeoutMillis: answerMsMax,
      query_timeout: answerMsMax,
    });
    client = next;
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next));
    next.on('notification', ({ channel, payload }) => {
      options.onNotification(channel, payload ?? '');
    });
    const start = async () => {
      await next.connect();
      await takeRole(next, options.access);
      for (const channel of options.channels) await next.query(`listen ${channel}`);
      connected = true;
      delayMs = reconnectMsMin;
      options.onConnected();
      check(next);
    };
    start().catch((error: Error) => lost(next, error));
  };

  connect();
  return {
    get connected() {
      return connected;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const last = client;
      client = undefined;
      await last?.end().catch(() => {});
    },
  };
}
