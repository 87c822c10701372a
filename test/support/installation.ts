import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../server/cluster/ports.ts';
import type { Cleanups } from './cleanups.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const startMsMax = 60_000;
const stopMsMax = 40_000;
const operatorMsMax = 3_000;
export const metricsToken = 'a metrics token of the tests';

export interface Installation {
  readonly url: string;
  /** Of the sandbox that it runs itself, or of the FACTURAPI_URL that it was given. */
  readonly facturapiUrl: string;
  readonly dataDir: string;
  readonly supervisorPid: number;
  /** Its log so far, a record a line. */
  readonly log: readonly LogRecord[];
  /** Signed in; the demo's issuer when nobody is named. */
  person(email?: string): Promise<Person>;
  /** A route of the operator's, read with the metrics token. */
  operator(path: string): Promise<any>;
  /** Pids by child: `web-1`, `stamper`, `sandbox`, `postgres`. */
  pidOf(child: string): Promise<number>;
  /** What runs of it: supervisor, children, PostgreSQL, its watchdog. */
  processes(): string[];
  /** Resolves with the exit code when it has ended and its output is closed. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, then waits for the end; answers the exit code. */
  stop(): Promise<number | null>;
  /** kill -9 of the supervisor alone. */
  kill(): Promise<void>;
}

export interface LogRecord {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface InstallationOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** An earlier installation's, to start again on its data. */
  readonly dataDir?: string;
}

/** `node server/main.ts` as a person starts it, on a free port and in a data folder of its own. */
export async function startInstallation(
  t: Cleanups,
  o: InstallationOptions = {},
): Promise<Installation> {
  const dataDir = o.dataDir ?? mkdtempSync(join(tmpdir(), 'timbra-data-'));
  // For root, PostgreSQL runs as another user, who must get in; else its data moves elsewhere.
  chmodSync(dataDir, 0o755);
  const { child, log, exited } = spawnServer({
    PORT: String(await freePort()),
    WEB_CONCURRENCY: '2',
    METRICS_TOKEN: metricsToken,
    TIMBRA_DATA_DIR: dataDir,
    ...o.env,
  });
  t.after(async () => {
    child.kill('SIGTERM');
    await Promise.race([exited, until(() => child.exitCode !== null, stopMsMax)]);
    child.kill('SIGKILL');
    if (!o.dataDir) rmSync(dataDir, { recursive: true, force: true });
  });
  const ready = () => log.find((record) => record.msg.startsWith('ready at'));
  await until(() => ready() !== undefined || child.exitCode !== null, startMsMax);
  const record = ready();
  if (!record) throw new Error(`it did not start:\n${log.map((one) => one.msg).join('\n')}`);
  const url = String(record.address);

  const postgresData = () => {
    const started = log.find((one) => one.msg === 'PostgreSQL is ready');
    return String(started?.data ?? dataDir);
  };
  const operator = async (path: string) => {
    const headers = { authorization: `Bearer ${metricsToken}` };
    const signal = AbortSignal.timeout(operatorMsMax);
    return (await fetch(`${url}${path}`, { headers, signal })).json() as Promise<any>;
  };
  return {
    url,
    facturapiUrl: String(record.facturapiUrl),
    dataDir,
    supervisorPid: child.pid!,
    exited,
    log,
    operator,
    processes: () => [
      ...processesNaming([dataDir, postgresData()]),
      // The watchdog hides its arguments, so that nobody takes it for an ordinary node process.
      ...log.flatMap(({ watchdogPid }) => commandOf(watchdogPid)).filter(isWatchdog),
    ],
    person: (email = 'facturista@demo.mx') => Person.signIn(url, email),
    async pidOf(name) {
      if (name === 'postgres') return postmasterPid(postgresData());
      const { machine } = await operator('/api/cluster/info');
      const { pid } = machine.workers.find((one: { id: string }) => one.id === name);
      // 0 would be the whole process group of the tests.
      if (!(pid > 1)) throw new Error(`${name} does not run at this moment`);
      return pid;
    },
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A start that is expected to fail: its exit code and what it said. */
export async function failedStart(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; said: string }> {
  const { exited, log } = spawnServer(env);
  const code = await exited;
  return { code, said: log.map((record) => record.msg).join('\n') };
}

const { TIMBRA_TEST_RUN = '', NODE_COMPILE_CACHE = '' } = process.env;
const ofTheRun = { TIMBRA_TEST_RUN, NODE_COMPILE_CACHE };

export function spawnServer(env: Readonly<Record<string, string>>): {
  child: ChildProcess;
  log: LogRecord[];
  exited: Promise<number | null>;
} {
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: root,
    // In a group of its own, as a shell starts it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...ofTheRun, ...env },
  });
  const log: LogRecord[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => log.push(toRecord(line)));
  }
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, log, exited };
}

function toRecord(line: string): LogRecord {
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return { level: 0, msg: line };
  }
}

function postmasterPid(data: string): number {
  return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Every process whose command line or environment names one of the folders (Linux). */
function processesNaming(folders: readonly string[]): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const named = folders.some((one) => command.includes(one) || environment.includes(one));
      return named ? [`${pid} ${command}`] : [];
    } catch {
      return [];
    }
  });
}

function commandOf(pid: unknown): string[] {
  try {
    return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
  } catch {
    return [];
  }
}

const isWatchdog = (command: string) => command.includes('postgres watchdog');
