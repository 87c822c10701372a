import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { CounterDeltas, Counters, ProcessGauges } from './counters.ts';
import type { MachineState } from './machine-state.ts';
import type { ChildSettings, ToChild, ToSupervisor } from './messages.ts';

/** A child's end of the line to its supervisor. */
export interface ChildLink<Settings = ChildSettings> {
  /** Resolves with the settings of the child's role, which the supervisor sends first. */
  readonly settings: Promise<Settings>;
  ready(): void;
  failed(message: string, expected: boolean): Promise<void>;
  onNotification(listener: (channel: string, payload: string) => void): void;
  /** Notifications may have been lost. */
  onLookAgain(listener: () => void): void;
  /** Whether notifications arrive at present. */
  hears(): boolean;
  /** Called at once when the stop came before its listener, which a start takes a while to make. */
  onStop(listener: () => void): void;
  machineState(): Promise<MachineState>;
  /** Pushes what was counted ten times a second, how the process is once, all when asked. */
  pushCounters(counters: Counters, pool: () => ProcessGauges['pool']): void;
}

const pushCountersMs = 100;
const pushGaugesMs = 1_000;
const askMsMax = 2_000;

/** `onAbandoned` runs when the supervisor is gone: an orphan must leave at once. */
export function childLink(onAbandoned: () => void): ChildLink {
  const notified: Array<(channel: string, payload: string) => void> = [];
  const lookAgain: Array<() => void> = [];
  const stopping: Array<() => void> = [];
  const asked = new Map<number, (state: MachineState) => void>();
  let hearing = false;
  let stopWanted = false;
  let lastAsk = 0;
  let flush: ((id?: number) => void) | undefined;
  let started: (settings: ChildSettings) => void;
  const settings = new Promise<ChildSettings>((resolve) => {
    started = resolve;
  });

  process.on('disconnect', onAbandoned);
  process.on('message', (message: ToChild) => {
    switch (message.type) {
      case 'start':
        // What is sent is the part of the child's role; what it composes is typed by that part.
        return started(message.settings as ChildSettings);
      case 'notification':
        for (const listener of notified) listener(message.channel, message.payload);
        return;
      case 'deaf':
        hearing = false;
        return;
      case 'look_again':
        hearing = true;
        for (const listener of lookAgain) listener();
        return;
      case 'flush_counters':
        return flush?.(message.id);
      case 'machine_state':
        asked.get(message.id)?.(message.state);
        asked.delete(message.id);
        return;
      case 'stop':
        stopWanted = true;
        for (const listener of stopping) listener();
    }
  });

  return {
    settings,
    ready: () => send({ type: 'ready' }),
    failed: (message, expected) =>
      new Promise((resolve) => {
        send({ type: 'failed', message, expected }, resolve);
      }),
    onNotification: (listener) => notified.push(listener),
    onLookAgain: (listener) => lookAgain.push(listener),
    hears: () => hearing,
    onStop(listener) {
      stopping.push(listener);
      if (stopWanted) listener();
    },
    machineState() {
      lastAsk += 1;
      const id = lastAsk;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          asked.delete(id);
          reject(new Error('the supervisor does not answer'));
        }, askMsMax);
        asked.set(id, (state) => {
          clearTimeout(timer);
          resolve(state);
        });
        send({ type: 'ask_machine_state', id });
      });
    },
    pushCounters(counters, pool) {
      const delay = monitorEventLoopDelay({ resolution: 20 });
      delay.enable();
      flush = (id) => {
        const memory = process.memoryUsage();
        const deltas: CounterDeltas = {
          ...counters.take(),
          gauges: {
            eventLoopDelayMsP99: Math.round(delay.percentile(99) / 1e4) / 100,
            rssBytes: memory.rss,
            heapUsedBytes: memory.heapUsed,
            pool: pool(),
          },
        };
        send({ type: 'counters', deltas, ...(id === undefined ? {} : { id }) });
      };
      let quietPushes = 0;
      setInterval(() => {
        quietPushes += 1;
        if (!counters.pending() && quietPushes * pushCountersMs < pushGaugesMs) return;
        quietPushes = 0;
        flush?.();
      }, pushCountersMs).unref();
    },
  };
}

function send(message: ToSupervisor, sent: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, sent);
  else sent();
}
