import { type ChildProcess, fork } from 'node:child_process';
import cluster from 'node:cluster';
import type { Logger } from '../platform/logging.ts';
import type { ProcessState } from './machine-state.ts';
import type { ToChild, ToSupervisor } from './messages.ts';

/**
 * One child of the supervisor, kept alive:
 *
 *   starting ── ready ──> ready ── exit ──> restarting ── backoff ──> starting
 *       └──────────────────┴── stop ────────────┴──> stopping ── exit ──> gone
 *
 * A stop is final whenever it comes: what a child says afterwards cannot make it ready, and its
 * exit cannot start it again.
 */
export interface Child {
  readonly id: string;
  readonly state: ProcessState['state'];
  readonly pid: number;
  readonly startedAtMs: number;
  readonly restarts: number;
  send(message: ToChild): void;
  /** Asks it to drain and leave; kills it when it has not left within `msMax`. */
  stop(msMax: number): Promise<void>;
}

export interface ChildOptions {
  readonly id: string;
  /** Cluster workers share the listening socket; the rest are ordinary children. */
  readonly kind: 'cluster' | 'plain';
  readonly program: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly log: Logger;
  readonly onStart: (child: Child) => void;
  readonly onMessage: (child: Child, message: ToSupervisor) => void;
  readonly onReady: (child: Child) => void;
  readonly onExit: (child: Child) => void;
}

export const restartMsMin = 100;
export const restartMsMax = 5_000;
/** Alive for so long, a child's next death counts as its first again. */
export const healthyAfterMs = 10_000;

export function keepAlive(o: ChildOptions): Child {
  let running: ChildProcess | undefined;
  let state: ProcessState['state'] = 'starting';
  let startedAtMs = Date.now();
  let restarts = 0;
  let delayMs = restartMsMin;
  let timer: NodeJS.Timeout | undefined;
  let stopWanted = false;
  let stopped: Promise<void> | undefined;
  let gone = () => {};

  const start = () => {
    state = 'starting';
    startedAtMs = Date.now();
    let started: ChildProcess;
    try {
      started = spawnChild(o);
    } catch (error) {
      failedToSpawn(error);
      return;
    }
    running = started;
    started.on('error', (error) => {
      // Without a pid it never ran, and there will be no exit.
      if (started.pid !== undefined) o.log.error({ err: error, child: o.id }, 'a child failed');
      else if (running === started) failedToSpawn(error);
    });
    started.on('message', (message: ToSupervisor | { type: 'listening' }) => {
      if (message.type !== 'ready' && message.type !== 'listening') {
        o.onMessage(child, message);
      } else if (state === 'starting') {
        state = 'ready';
        o.onReady(child);
      }
    });
    started.once('exit', (code, signal) => {
      if (running === started) ended({ code, signal });
    });
    o.onStart(child);
  };

  const failedToSpawn = (error: unknown) => {
    o.log.error({ err: error, child: o.id }, `${o.id} cannot be started`);
    ended({ code: (error as NodeJS.ErrnoException).code, signal: null });
  };

  const ended = (how: { code: number | string | null | undefined; signal: string | null }) => {
    running = undefined;
    o.onExit(child);
    if (stopWanted) {
      gone();
      return;
    }
    if (Date.now() - startedAtMs > healthyAfterMs) delayMs = restartMsMin;
    o.log.warn({ child: o.id, ...how, delayMs }, `${o.id} ended; starting it again`);
    state = 'restarting';
    restarts += 1;
    timer = setTimeout(start, delayMs);
    delayMs = Math.min(restartMsMax, delayMs * 2);
  };

  const stop = async (msMax: number) => {
    stopWanted = true;
    clearTimeout(timer);
    state = 'stopping';
    const last = running;
    if (!last) return;
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    child.send({ type: 'stop' });
    if (o.kind === 'plain') last.kill('SIGTERM');
    const killer = setTimeout(() => {
      o.log.error({ child: o.id }, `${o.id} did not leave within ${msMax} ms: killed`);
      last.kill('SIGKILL');
    }, msMax);
    await left;
    clearTimeout(killer);
  };

  const child: Child = {
    id: o.id,
    get state() {
      return state;
    },
    get pid() {
      return running?.pid ?? 0;
    },
    get startedAtMs() {
      return startedAtMs;
    },
    get restarts() {
      return restarts;
    },
    send(message) {
      if (running?.connected) running.send(message, () => {});
    },
    stop(msMax) {
      stopped ??= stop(msMax);
      return stopped;
    },
  };
  start();
  return child;
}

/** Throws, or answers a child without a pid, when the system has no process to give. */
function spawnChild(o: ChildOptions): ChildProcess {
  if (o.kind === 'cluster') {
    cluster.setupPrimary({ exec: o.program, serialization: 'advanced' });
    const worker = cluster.fork(o.environment);
    // It repeats the errors of its process, and one that nobody hears ends the supervisor.
    worker.on('error', () => {});
    return worker.process;
  }
  return fork(o.program, [], {
    serialization: 'advanced',
    // A group of its own: Ctrl-C must not reach it before the drain.
    detached: true,
    ...(o.environment ? { env: { ...o.environment } } : {}),
  });
}
