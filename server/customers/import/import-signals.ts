/**
 * What a worker hears of imports: NOTIFY from PostgreSQL, fanned out by the supervisor. A signal
 * says only "look"; one that was lost is made up for by `lookAgain`.
 */
export interface ImportSignals {
  received(payload: string): void;
  lookAgain(): void;
  /** Each change of one import. Answers how to hear no more of it. */
  subscribe(importId: string, listener: () => void): () => void;
  /** An import waits, or a place for one came free. */
  onWork(listener: () => void): void;
}

export function makeImportSignals(): ImportSignals {
  const watchers = new Map<string, Set<() => void>>();
  const ofWork: Array<() => void> = [];
  return {
    received(payload) {
      const signal = readSignal(payload);
      if (!signal) return;
      for (const listener of watchers.get(signal.import) ?? []) listener();
      if (signal.work) for (const listener of ofWork) listener();
    },
    lookAgain() {
      for (const listeners of watchers.values()) for (const listener of listeners) listener();
      for (const listener of ofWork) listener();
    },
    subscribe(importId, listener) {
      const listeners = watchers.get(importId) ?? new Set();
      watchers.set(importId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) watchers.delete(importId);
      };
    },
    onWork: (listener) => ofWork.push(listener),
  };
}

/** Anyone with the database may notify: what is no signal of ours is not heard. */
function readSignal(payload: string): { import: string; work: boolean } | undefined {
  try {
    const signal = JSON.parse(payload) as { import?: unknown; work?: unknown } | null;
    if (typeof signal?.import !== 'string') return undefined;
    return { import: signal.import, work: signal.work === true };
  } catch {
    return undefined;
  }
}
