import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LogEvent } from './log-event.ts';

export interface WatchdogKeeper {
  pid(): number | undefined;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('./watchdog.ts', import.meta.url));
const restartPauseMsMin = 50;
const restartPauseMsMax = 5_000;
/** A watchdog that lived this long was not failing at its start. */
const healthyMs = 10_000;

/** Starts the watchdog and replaces it whenever it dies. */
export function keepWatchdog(clusterName: string, log: LogEvent): WatchdogKeeper {
  const stopped = new AbortController();
  let current = spawnWatchdog(clusterName);

  async function keep(): Promise<void> {
    let pauseMs = restartPauseMsMin;
    for (;;) {
      const since = performance.now();
      const end = await current.exited;
      if (stopped.signal.aborted) return;
      log({ level: 'warn', msg: 'the watchdog of PostgreSQL died; starting another', end });
      if (performance.now() - since > healthyMs) pauseMs = restartPauseMsMin;
      await delay(pauseMs, undefined, { ref: false, signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, restartPauseMsMax);
      current = spawnWatchdog(clusterName);
      log({ level: 'info', msg: 'the watchdog was replaced', pid: current.child.pid });
    }
  }

  const keeping = keep();
  return {
    pid: () => current.child.pid,
    async stop() {
      stopped.abort();
      // The exit that is awaited must hold the event loop open.
      current.child.ref();
      current.child.kill('SIGKILL');
      await keeping;
    },
  };
}

function spawnWatchdog(clusterName: string): { child: ChildProcess; exited: Promise<string> } {
  const child = spawn(process.execPath, [program, clusterName], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    // NODE_OPTIONS and the like are for the supervisor only.
    env: {},
    cwd: '/',
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  child.stdin?.on('error', () => {});
  (child.stdin as { unref?(): void } | null)?.unref?.();
  child.unref();
  return { child, exited };
}
