/**
 * The server's main process, kept running.
 *
 *   starting -> running                 the first start; a failure is thrown to the caller
 *   running -> recovering -> running    it died (a kill -9, the OOM killer): started again, with
 *                                       growing pauses and for as long as it takes
 *   any of them -> stopping -> stopped  by stop()
 *
 * It leads its own session, so that no Ctrl-C and no signal to the supervisor's process group
 * reaches it: the application drains first, then calls stop().
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { LogEvent } from './log-event.ts';
import { logSize, readLogSince } from './server-log.ts';
import { stopServerProcesses } from './server-processes.ts';
import { type ServerUser, serverEnvironment, spawnIdentity } from './server-user.ts';

export interface PostmasterPlan {
  program: string;
  args: readonly string[];
  user: ServerUser;
  clusterName: string;
  logFile: string;
  log: LogEvent;
  /** before each start: what may have vanished since the last one */
  prepare(): Promise<void>;
  acceptsConnections(): Promise<boolean>;
}

export interface Postmaster {
  /** as first started */
  pid: number | undefined;
  stop(): Promise<void>;
}

/** Recovery after a crash may replay much WAL. */
const readyMsMax = 300_000;
const readyPollMs = 20;
const busyMemoryMsMax = 20_000;
const retryMsMin = 100;
const retryMsMax = 5_000;
const crashDeadlines = { appearMsMax: 0, fastMsMax: 3_000, immediateMsMax: 2_000 };
const stopDeadlines = { appearMsMax: 0, fastMsMax: 15_000, immediateMsMax: 5_000 };

export async function startPostmaster(plan: PostmasterPlan): Promise<Postmaster> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let recovery: Promise<void> = Promise.resolve();

  const watch = ({ child, exited }: Spawned): void => {
    void exited.then((end) => {
      if (signal.aborted) return;
      plan.log({ level: 'error', msg: 'PostgreSQL died; starting it again', pid: child.pid, end });
      recovery = recover();
    });
  };

  async function recover(): Promise<void> {
    const begin = performance.now();
    for (let pauseMs = retryMsMin; !signal.aborted; pauseMs = Math.min(pauseMs * 2, retryMsMax)) {
      try {
        // Backends that outlived their postmaster hold its shared memory.
        await stopServerProcesses(plan.clusterName, crashDeadlines);
        if (signal.aborted) return;
        const spawned = await spawnUntilReady(plan, () => signal.aborted);
        const ms = Math.round(performance.now() - begin);
        plan.log({ level: 'info', msg: 'PostgreSQL is back', pid: spawned.child.pid, ms });
        return watch(spawned);
      } catch (error) {
        if (signal.aborted) return;
        plan.log({ level: 'error', msg: `PostgreSQL does not start: ${(error as Error).message}` });
        await delay(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await recovery;
    if (!(await stopServerProcesses(plan.clusterName, stopDeadlines))) {
      throw new EmbeddedPostgresError(`PostgreSQL does not end, see ${plan.logFile}`);
    }
  }

  try {
    const first = await startFirst(plan);
    watch(first);
    return { pid: first.child.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What is still in use after a kill is let go within moments, so this one failure is retried. */
async function startFirst(plan: PostmasterPlan): Promise<Spawned> {
  const deadline = performance.now() + busyMemoryMsMax;
  for (let pauseMs = retryMsMin; ; pauseMs *= 2) {
    try {
      return await spawnUntilReady(plan, () => false);
    } catch (error) {
      const busy = /pre-existing shared memory block/.test((error as Error).message);
      if (!busy || performance.now() + pauseMs > deadline) throw error;
      plan.log({ level: 'warn', msg: 'waiting for the shared memory of an earlier PostgreSQL' });
      await delay(pauseMs);
    }
  }
}

interface Spawned {
  child: ChildProcess;
  /** how it ended: `exit code 1`, `SIGKILL`, or why it could not be spawned */
  exited: Promise<string>;
}

/**
 * Asks by connecting, every 20 ms: pg_ctl's own wait looks ten times a second, which is a fifth
 * of the time that a start takes.
 */
async function spawnUntilReady(plan: PostmasterPlan, abandoned: () => boolean): Promise<Spawned> {
  await plan.prepare();
  const logStart = await logSize(plan.logFile);
  const spawned = await spawnPostmaster(plan);
  let end: string | undefined;
  void spawned.exited.then((how) => {
    end = how;
  });
  const deadline = performance.now() + readyMsMax;
  while (performance.now() < deadline && !abandoned()) {
    if (end !== undefined) {
      const said = await readLogSince(plan.logFile, logStart);
      throw new EmbeddedPostgresError(`PostgreSQL ended at its start (${end}): ${said}`);
    }
    if (await plan.acceptsConnections()) return spawned;
    await delay(readyPollMs);
  }
  // Whoever gave up stops what was spawned, too.
  throw new EmbeddedPostgresError(`PostgreSQL is not ready, see ${plan.logFile}`);
}

async function spawnPostmaster(plan: PostmasterPlan): Promise<Spawned> {
  const output = await open(plan.logFile, 'a', 0o600);
  try {
    const child = spawn(plan.program, plan.args, {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: serverEnvironment,
      cwd: '/',
      ...spawnIdentity(plan.user),
    });
    // Neither the server nor its watchdog keeps a supervisor alive that has nothing else to do.
    child.unref();
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    return { child, exited };
  } finally {
    await output.close();
  }
}
