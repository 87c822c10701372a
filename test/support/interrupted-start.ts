import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../server/cluster/ports.ts';
import type { Cleanups } from './cleanups.ts';
import { spawnServer } from './installation.ts';
import { until } from './until.ts';

export interface InterruptedStart {
  /** Undefined when the supervisor was still there after `msMax`. */
  readonly code: number | null | undefined;
  /** Whatever it had started and that was there after it was gone (Linux). */
  readonly left: string[];
  readonly said: string;
}

const lookEveryMs = 20;
const vanishMsMax = 2_000;

/** Starts the server, sends a signal to its supervisor after `afterMs`, and watches it end. */
export async function interruptedStart(
  t: Cleanups,
  o: {
    readonly dataDir: string;
    readonly signal: 'SIGTERM' | 'SIGINT';
    readonly afterMs: number;
    readonly msMax: number;
  },
): Promise<InterruptedStart> {
  const { child, log, exited } = spawnServer({
    PORT: String(await freePort()),
    WEB_CONCURRENCY: '2',
    TIMBRA_DATA_DIR: o.dataDir,
  });
  const supervisor = child.pid!;
  const started = new Map<number, string>();
  const running = () => [...started].filter(([pid, life]) => lifeOf(pid)?.started === life);
  t.after(() => {
    child.kill('SIGKILL');
    for (const [pid] of running()) process.kill(pid, 'SIGKILL');
  });
  const look = setInterval(() => {
    for (const [pid, life] of descendantsOf(supervisor)) started.set(pid, life);
  }, lookEveryMs);

  await wait(o.afterMs);
  // A terminal sends Ctrl-C to every process of the group at once.
  process.kill(o.signal === 'SIGINT' ? -supervisor : supervisor, o.signal);
  const code = await Promise.race([exited, wait(o.msMax, undefined, { ref: false })]);
  clearInterval(look);
  // What has ended is listed for a moment longer, already without a command.
  await until(() => running().length === 0, vanishMsMax).catch(() => {});
  return {
    code,
    left: running().map(([pid]) => `${pid} ${commandOf(pid)}`),
    said: log.map((record) => record.msg).join('\n'),
  };
}

/** Pids with the time at which each began, since a pid is given again. */
function descendantsOf(ancestor: number): Map<number, string> {
  const lives = new Map<number, { parent: number; started: string }>();
  for (const entry of readdirSync('/proc')) {
    const life = /^\d+$/.test(entry) ? lifeOf(Number(entry)) : undefined;
    if (life) lives.set(Number(entry), life);
  }
  const found = new Map<number, string>();
  const within = (pid: number): boolean => {
    const parent = lives.get(pid)?.parent;
    return parent !== undefined && (parent === ancestor || within(parent));
  };
  for (const [pid, { started }] of lives) if (within(pid)) found.set(pid, started);
  return found;
}

/** proc(5): after the name in parentheses come the state, the parent and, as the 22nd, the start. */
function lifeOf(pid: number): { parent: number; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { parent: Number(fields[1]), started: fields[19]! };
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
