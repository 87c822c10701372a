import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { LogEvent } from './log-event.ts';
import { findServerProcesses, isPostmasterOf, stopServerProcesses } from './server-processes.ts';
import { waitUntil } from './wait-until.ts';

/** Generous, for its watchdog may have begun the same and a checkpoint may be large. */
const leftoverDeadlines = { appearMsMax: 0, fastMsMax: 10_000, immediateMsMax: 5_000 };
const foreignMsMax = 12_000;

/** Ends what a killed supervisor left; its watchdog is usually at it already. */
export async function stopLeftoverServer(clusterName: string, log: LogEvent): Promise<void> {
  const leftover = findServerProcesses(clusterName);
  if (leftover.length === 0) return;
  log({
    level: 'warn',
    msg: 'stopping the PostgreSQL of a supervisor that was killed',
    pids: leftover.map(({ pid }) => pid),
  });
  if (!(await stopServerProcesses(clusterName, leftoverDeadlines))) {
    throw new EmbeddedPostgresError(
      `a PostgreSQL left by an earlier run does not end: ${clusterName}`,
    );
  }
}

/**
 * PostgreSQL itself removes a postmaster.pid whose process is gone, but believes in any process
 * that has the pid by now, and in containers that is the rule: the same few pids come back. A
 * zombie that nobody reaps counts as well. So the file is removed here when something else is
 * behind the pid; backends that outlived their postmaster are still noticed by PostgreSQL, by the
 * shared memory they hold.
 */
export async function removeStalePidFile(data: string, log: LogEvent): Promise<void> {
  const file = path.join(data, 'postmaster.pid');
  const pid = await readPid(file);
  if (pid === undefined) return;
  const ended = await waitUntil(() => !isPostmasterOf(pid, data), { msMax: foreignMsMax });
  if (!ended) {
    throw new EmbeddedPostgresError(
      `another PostgreSQL (pid ${pid}) runs on ${data}; it was not started by Timbra, stop it`,
    );
  }
  if (!isTaken(pid)) return;
  await rm(file, { force: true });
  log({ level: 'warn', msg: 'removed a postmaster.pid whose pid belongs to another process', pid });
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : undefined;
}
