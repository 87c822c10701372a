import type { Child } from './children.ts';
import { addDeltas, noDeltas, type ProcessGauges, type Totals } from './counters.ts';
import type { MachineState, ProcessState } from './machine-state.ts';
import type { ToSupervisor } from './messages.ts';

/** How long an answer waits for the counters of a worker that is busy. */
const flushMsMax = 1_000;

/**
 * What the supervisor remembers of its machine. The workers push what they count; before an
 * answer, each ready worker is asked for what it has not pushed yet, so totals are exact.
 */
export function makeMachine(o: {
  readonly id: string;
  readonly children: () => readonly Child[];
  readonly role: (child: Child) => ProcessState['role'];
  readonly listening: () => boolean;
  readonly extra: () => readonly ProcessState[];
}) {
  const startedAtMs = Date.now();
  const totals: Totals = noDeltas();
  const gauges = new Map<string, ProcessGauges>();
  const requestsByWorker: Record<string, number> = {};
  const flushes = new Map<number, { waiting: Set<string>; done: () => void }>();
  let lastFlush = 0;

  function flushAll(): Promise<void> {
    const workers = o
      .children()
      .filter((child) => o.role(child) === 'web' && child.state === 'ready');
    if (workers.length === 0) return Promise.resolve();
    lastFlush += 1;
    const id = lastFlush;
    return new Promise((resolve) => {
      const timer = setTimeout(done, flushMsMax);
      function done() {
        clearTimeout(timer);
        flushes.delete(id);
        resolve();
      }
      flushes.set(id, { waiting: new Set(workers.map((worker) => worker.id)), done });
      for (const worker of workers) worker.send({ type: 'flush_counters', id });
    });
  }

  function received(child: Child, message: ToSupervisor) {
    if (message.type !== 'counters') return;
    const { gauges: now, ...deltas } = message.deltas;
    addDeltas(totals, deltas);
    if (o.role(child) === 'web') {
      requestsByWorker[child.id] = (requestsByWorker[child.id] ?? 0) + deltas.requests;
    }
    gauges.set(child.id, now);
    const flush = message.id === undefined ? undefined : flushes.get(message.id);
    flush?.waiting.delete(child.id);
    if (flush?.waiting.size === 0) flush.done();
  }

  function state(): MachineState {
    const processes = o.children().map((child): ProcessState => {
      const now = gauges.get(child.id);
      return {
        id: child.id,
        pid: child.pid,
        role: o.role(child),
        state: child.state,
        startedAtMs: child.startedAtMs,
        restarts: child.restarts,
        ...(now ? { gauges: now } : {}),
      };
    });
    return {
      machineId: o.id,
      startedAtMs,
      listening: o.listening(),
      processes: [...processes, ...o.extra()],
      totals,
      requestsByWorker,
    };
  }

  return {
    received,
    async answer(child: Child, id: number) {
      await flushAll();
      child.send({ type: 'machine_state', id, state: state() });
    },
    /** A process that is gone has no gauges; what it counted stays counted. */
    forget(child: Child) {
      gauges.delete(child.id);
    },
  };
}
