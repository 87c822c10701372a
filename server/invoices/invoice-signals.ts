/**
 * What the worker hears of invoices: NOTIFY from PostgreSQL, fanned out by the supervisor. A
 * signal says only "look"; the truth is read from the database. One that was lost (a connection
 * that broke) is made up for by `lookAgain`.
 */
export interface InvoiceSignal {
  readonly tenant: string;
  readonly invoice: string;
  /** The kind of call whose end it tells, or `late`: 48 hours have passed without a stamp. */
  readonly kind: string;
  readonly status: string | null;
}

/** Of a call that is about no invoice (a search in a catalogue) there is its id alone. */
interface Heard extends Omit<InvoiceSignal, 'invoice'> {
  readonly invoice: string | null;
  readonly call_id?: number;
}

/** What to follow to hear of such a call. */
export function callKey(callId: number): string {
  return `call:${callId}`;
}

export interface Watch {
  /** An invoice by its id, before it can be heard of, so that nothing is missed; or a `callKey`. */
  follow(key: string): void;
  /** Resolves at the next signal of a followed invoice, one since the last call included, or
   * after `ms`. */
  next(ms: number): Promise<void>;
  /** This worker stops: answer now with what is known. */
  isClosing(): boolean;
  stop(): void;
}

export interface InvoiceSignals {
  received(payload: string): void;
  lookAgain(): void;
  /** Nobody waits any longer, and nobody will. */
  close(): void;
  watch(): Watch;
  subscribe(tenantId: string, listener: (signal: InvoiceSignal | 'look_again') => void): () => void;
}

/** For whoever follows calls that are about no invoice: by their ids. */
export function watchCall(signals: Pick<InvoiceSignals, 'watch'>) {
  const watch = signals.watch();
  return { ...watch, follow: (callId: number) => watch.follow(callKey(callId)) };
}

/** Statuses that a waiting request does not wake for: the invoice is still on its way. */
const PASSING = new Set(['queued', 'stamping', 'pending']);

export function makeInvoiceSignals(): InvoiceSignals {
  const watches = new Map<string, Set<() => void>>();
  let closing = false;
  const subscribers = new Map<string, Set<(signal: InvoiceSignal | 'look_again') => void>>();
  const wakeAll = (key: string) => {
    for (const wake of watches.get(key) ?? []) wake();
  };

  return {
    received(payload) {
      const heard = readSignal(payload);
      if (!heard) return;
      if (heard.call_id !== undefined) wakeAll(callKey(heard.call_id));
      const { invoice } = heard;
      if (invoice === null) return;
      const signal = { ...heard, invoice };
      for (const listener of subscribers.get(signal.tenant) ?? []) listener(signal);
      if (signal.kind === 'late') return;
      if (signal.kind === 'create_invoice' && PASSING.has(signal.status ?? '')) return;
      wakeAll(invoice);
    },
    lookAgain() {
      for (const wakes of watches.values()) for (const wake of wakes) wake();
      for (const listeners of subscribers.values()) {
        for (const listener of listeners) listener('look_again');
      }
    },
    close() {
      closing = true;
      for (const wakes of watches.values()) for (const wake of wakes) wake();
    },
    watch: () => makeWatch(watches, () => closing),
    subscribe(tenantId, listener) {
      const listeners = subscribers.get(tenantId) ?? new Set();
      subscribers.set(tenantId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) subscribers.delete(tenantId);
      };
    },
  };
}

/** Anyone with the database may notify: what is no signal of ours is not heard. */
function readSignal(payload: string): Heard | undefined {
  try {
    const signal = JSON.parse(payload) as Partial<Heard> | null;
    if (typeof signal?.tenant !== 'string') return undefined;
    const isOfInvoice = typeof signal.invoice === 'string';
    const isOfCall = signal.invoice === null && typeof signal.call_id === 'number';
    return isOfInvoice || isOfCall ? (signal as Heard) : undefined;
  } catch {
    return undefined;
  }
}

function makeWatch(watches: Map<string, Set<() => void>>, isClosing: () => boolean): Watch {
  const followed = new Set<string>();
  let heard = false;
  let resolveNext: (() => void) | undefined;
  const wake = () => {
    heard = true;
    resolveNext?.();
  };
  return {
    follow(id) {
      followed.add(id);
      const wakes = watches.get(id) ?? new Set();
      watches.set(id, wakes.add(wake));
    },
    isClosing,
    next(ms) {
      if (isClosing()) return Promise.resolve();
      if (heard) {
        heard = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        function done() {
          clearTimeout(timer);
          resolveNext = undefined;
          heard = false;
          resolve();
        }
        resolveNext = done;
      });
    },
    stop() {
      for (const id of followed) {
        const wakes = watches.get(id);
        wakes?.delete(wake);
        if (wakes?.size === 0) watches.delete(id);
      }
    },
  };
}
