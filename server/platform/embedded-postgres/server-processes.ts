/**
 * Finds a server's processes by its cluster_name, which PostgreSQL shows in the command line of
 * the postmaster and in the title of each backend. The name is random per run, so neither a
 * recycled pid nor another server on the machine can be taken for ours; and it finds a server of
 * whose pid nobody was told because its starter was killed a moment after the fork.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServerProcess {
  pid: number;
  kind: 'postmaster' | 'backend';
}

export interface ShutdownDeadlines {
  /** For this long a server that is not to be seen yet may still appear. */
  appearMsMax: number;
  /** After this long the fast shutdown is followed by an immediate one. */
  fastMsMax: number;
  /** After this long more, by SIGKILL. */
  immediateMsMax: number;
}

const pollMs = 40;
const killMsMax = 5_000;

/** `clusterName` may be the beginning of the name. */
export function findServerProcesses(clusterName: string): ServerProcess[] {
  const found: ServerProcess[] = [];
  for (const [pid, command] of commandLines()) {
    if (command.startsWith(`postgres: ${clusterName}`)) found.push({ pid, kind: 'backend' });
    else if (
      command.includes('/postgres -D ') &&
      command.includes(` cluster_name=${clusterName}`)
    ) {
      found.push({ pid, kind: 'postmaster' });
    }
  }
  return found;
}

/** Whether this pid is a postmaster started on that data, by us or by hand. */
export function isPostmasterOf(pid: number, data: string): boolean {
  return commandLines().get(pid)?.includes(`/postgres -D ${data} `) ?? false;
}

/** Fast, then immediate, then SIGKILL. False when something survived even that. */
export async function stopServerProcesses(
  clusterName: string,
  deadlines: ShutdownDeadlines,
): Promise<boolean> {
  const start = performance.now();
  const killAt = deadlines.fastMsMax + deadlines.immediateMsMax;
  const sent = new Set<string>();
  for (;;) {
    const elapsed = performance.now() - start;
    const found = findServerProcesses(clusterName);
    if (found.length === 0 && elapsed >= deadlines.appearMsMax) return true;
    if (elapsed > killAt + killMsMax) return false;

    // Backends follow their postmaster; only those that outlived it are signalled themselves.
    const postmasters = found.filter(({ kind }) => kind === 'postmaster');
    const kill = elapsed >= killAt;
    for (const { pid, kind } of postmasters.length > 0 && !kill ? postmasters : found) {
      const gentle = kind === 'postmaster' ? 'SIGINT' : 'SIGTERM';
      const signal = kill ? 'SIGKILL' : elapsed >= deadlines.fastMsMax ? 'SIGQUIT' : gentle;
      if (sent.has(`${signal} ${pid}`)) continue;
      sent.add(`${signal} ${pid}`);
      signalIfPresent(pid, signal);
    }
    await delay(pollMs);
  }
}

function signalIfPresent(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Arguments joined by blanks. A zombie has an empty command line and so counts as gone. */
function commandLines(): Map<number, string> {
  return process.platform === 'linux' ? commandLinesInProc() : commandLinesByPs();
}

/** Small images have no ps, and /proc answers in about a millisecond. */
function commandLinesInProc(): Map<number, string> {
  const found = new Map<number, string>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      found.set(pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return found;
}

function commandLinesByPs(): Map<number, string> {
  const found = new Map<number, string>();
  const listing = execFileSync('ps', ['-Awwo', 'pid=,command='], {
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const line of listing.split('\n')) {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    if (match?.[1] !== undefined) found.set(Number(match[1]), `${match[2] ?? ''} `);
  }
  return found;
}
