/** Starts and observes supervisors for the tests, and removes what they leave. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { EmbeddedPostgres } from './embedded-postgres.ts';
import { readInstallation } from './installation.ts';
import { identifyProcess } from './process-identity.ts';
import { findServerProcesses, stopServerProcesses } from './server-processes.ts';
import { waitUntil } from './wait-until.ts';

export type Urls = EmbeddedPostgres['urls'];
export type Event = { msg: string; [key: string]: unknown };

const program = fileURLToPath(new URL('./test-starter.ts', import.meta.url));
const eventMsMax = 15_000;
const noTime = { appearMsMax: 0, fastMsMax: 0, immediateMsMax: 1_000 };

const endings = new WeakMap<TestContext, AsyncDisposableStack>();

/** Like t.after, but the last one first: a server is stopped before its directory goes. */
export function atEnd(t: TestContext, action: () => Promise<void>): void {
  let stack = endings.get(t);
  if (stack === undefined) {
    const fresh = new AsyncDisposableStack();
    endings.set(t, fresh);
    t.after(() => fresh.disposeAsync());
    stack = fresh;
  }
  stack.defer(action);
}

/** Below /tmp and open to the server's user, unless `closed`, as mktemp -d makes it. */
export async function freshDataDir(t: TestContext, { closed = false } = {}): Promise<string> {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'timbra-test-'));
  if (!closed) await chmod(parent, 0o755);
  const dataDir = path.join(parent, 'data');
  atEnd(t, async () => {
    await removeInstallation(dataDir);
    await rm(parent, { recursive: true, force: true });
  });
  return dataDir;
}

/** What lies outside the data directory; the directory itself is the caller's. */
export async function removeInstallation(dataDir: string): Promise<void> {
  const installation = await readInstallation(dataDir);
  if (installation === undefined) return;
  const { id, socketDir } = installation;
  await stopServerProcesses(`timbra-${id}-`, noTime);
  await rm(path.join('/var/lib/timbra', id), { recursive: true, force: true });
  if (socketDir !== undefined) await rm(socketDir, { recursive: true, force: true });
}

export async function installationId(dataDir: string): Promise<string> {
  return (await readInstallation(dataDir))?.id ?? 'none';
}

export async function hasServer(dataDir: string): Promise<boolean> {
  return findServerProcesses(`timbra-${await installationId(dataDir)}-`).length > 0;
}

export function isGone(pid: number): boolean {
  return identifyProcess(pid) === undefined;
}

export async function assertWithin(
  msMax: number,
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  assert.ok(await waitUntil(condition, { msMax }), `not within ${msMax} ms: ${what}`);
}

export interface Supervisor {
  pid: number;
  /** the first event of one of these names, past or to come */
  event(...names: string[]): Promise<Event>;
  urls(): Promise<Urls>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A supervisor in a process, and a process group, of its own. */
export function startSupervisor(
  t: TestContext,
  dataDir: string,
  identity: { uid?: number; gid?: number } = {},
): Supervisor {
  const child = spawn(process.execPath, [program, dataDir], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...identity,
  });
  // "close" comes when nobody holds the output any more: the server and its watchdog must not.
  const closed = once(child, 'close');
  const seen: Event[] = [];
  createInterface(child.stdout).on('line', (line) => seen.push(JSON.parse(line) as Event));
  const event = async (...names: string[]): Promise<Event> => {
    const find = (): Event | undefined => seen.find(({ msg }) => names.includes(msg));
    const found = await waitUntil(() => find() !== undefined, { msMax: eventMsMax, everyMs: 5 });
    assert.ok(found, `no ${names} within ${eventMsMax} ms, but ${JSON.stringify(seen)}`);
    return find() as Event;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  atEnd(t, kill);
  return {
    pid: child.pid ?? 0,
    event,
    urls: async () => (await event('started')).urls as Urls,
    kill,
    async stop() {
      child.stdin.write('stop\n');
      await closed;
      assert.equal(child.exitCode, 0);
    },
  };
}

/** One query on a connection of its own; the first row. */
export async function queryOnce(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}
