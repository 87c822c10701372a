import { type ChildProcess, fork } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '../platform/logging.ts';
import type { ProcessState } from './machine-state.ts';
import type { ToChild, ToSupervisor } from './messages.ts';

/**
 * One child of the supervisor, kept alive:
 *
 *   starting ── ready ──> ready ── exit ──> restarting ── backoff ──> starting
 *                           └── stop ──> stopping ──> gone
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
  let worker: Worker | undefined;
  let state: ProcessState['state'] = 'starting';
  let startedAtMs = Date.now();
  let restarts = 0;
  let delayMs = restartMsMin;
  let timer: NodeJS.Timeout | undefined;
  let gone = () => {};

  const start = () => {
    state = 'starting';
    startedAtMs = Date.now();
    if (o.kind === 'cluster') {
      cluster.setupPrimary({ exec: o.program, serialization: 'advanced' });
      worker = cluster.fork(o.environment);
      running = worker.process;
    } else {
      running = fork(o.program, [], {
        serialization: 'advanced',
        // A group of its own: Ctrl-C must not reach it before the drain.
        detached: true,
        ...(o.environment ? { env: { ...o.environment } } : {}),
      });
    }
    const started = running;
    started.on('error', (error) => o.log.error({ err: error, child: o.id }, 'a child failed'));
    started.on('message', (message: ToSupervisor | { type: 'listening' }) => {
      if (message.type === 'ready' || message.type === 'listening') {
        state = 'ready';
        o.onReady(child);
      } else {
        o.onMessage(child, message);
      }
    });
    started.once('exit', (code, signal) => exited(started, code, signal));
    o.onStart(child);
  };

  const exited = (which: ChildProcess, code: number | null, signal: string | null) => {
    if (running !== which) return;
    running = undefined;
    worker = undefined;
    o.onExit(child);
    if (state === 'stopping') {
      gone();
      return;
    }
    if (Date.now() - startedAtMs > healthyAfterMs) delayMs = restartMsMin;
    o.log.warn({ child: o.id, code, signal, delayMs }, `${o.id} ended; starting it again`);
    state = 'restarting';
    restarts += 1;
    timer = setTimeout(start, delayMs);
    delayMs = Math.min(restartMsMax, delayMs * 2);
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
    async stop(msMax) {
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
    },
  };
  start();
  return child;
}
