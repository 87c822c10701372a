import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { type Sandbox, startSandbox } from '../server.ts';

export interface TestSandbox {
  url: string;
  dataDir: string;
  /** Calls the API with a key (the demo's when absent) and reads the answer as JSON. */
  call(path: string, init?: CallInit): Promise<TestAnswer>;
  control(path: string, init?: CallInit): Promise<TestAnswer>;
  /** Stops and starts again over the same folder, on another port. */
  restart(): Promise<void>;
}

export interface CallInit {
  method?: string;
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface TestAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  body: any;
}

/** A sandbox without latency in a folder of its own, gone with the test. */
export async function startTestSandbox(
  test: TestContext,
  options: { now?: () => Date } = {},
): Promise<TestSandbox> {
  const dataDir = temporaryFolder(test);
  let sandbox: Sandbox = await start(dataDir, options.now);
  test.after(() => sandbox.close());
  const root = () => sandbox.url.replace(/\/v2$/, '');
  return {
    get url() {
      return sandbox.url;
    },
    dataDir,
    call: (path, init) => callJson(`${sandbox.url}${path}`, init),
    control: (path, init) => callJson(`${root()}/__sandbox${path}`, init),
    async restart() {
      await sandbox.close();
      sandbox = await start(dataDir, options.now);
    },
  };
}

export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'timbra-sandbox-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function start(dataDir: string, now = () => new Date()): Promise<Sandbox> {
  const log = pino({ level: 'error' }, pino.destination({ dest: 2, sync: true }));
  return startSandbox({ dataDir, host: '127.0.0.1', port: 0, latencyMs: 0, now, log });
}

export async function callJson(url: string, init: CallInit = {}): Promise<TestAnswer> {
  const hasBody = init.body !== undefined;
  const response = await fetch(url, {
    method: init.method ?? (hasBody ? 'POST' : 'GET'),
    headers: {
      authorization: `Bearer ${init.key ?? 'sk_test_demo'}`,
      ...(hasBody && { 'content-type': 'application/json' }),
      ...init.headers,
    },
    ...(hasBody && { body: JSON.stringify(init.body) }),
    ...(init.signal && { signal: init.signal }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Asks again and again until `holds`; the runner's own limit ends a wait in vain. */
export async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
  }
}

/** A body that is accepted; what a test is about it changes. */
export function invoiceInput(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    customer: {
      legal_name: 'DUNDER MIFFLIN',
      tax_id: 'ABC101010111',
      tax_system: '601',
      email: 'compras@example.com',
      address: { zip: '85900' },
    },
    items: [
      { quantity: 2, product: { description: 'Ukelele', product_key: '60131324', price: 345.6 } },
    ],
    use: 'G03',
    payment_form: '03',
    ...change,
  };
}
