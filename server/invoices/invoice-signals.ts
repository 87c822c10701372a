/**
 * What the worker hears of invoices: NOTIFY from PostgreSQL, fanned out by the supervisor. A
 * signal says only "look"; the truth is read from the database. One that was lost (a connection
 * that broke) is made up for by `lookAgain`.
 */
export interface InvoiceSignal {
  readonly tenant: string;
  readonly invoice: string;
  readonly kind: string;
  readonly status: string | null;
}

export interface Watch {
  /** Before the invoice can be heard of, so that nothing is missed. */
  follow(invoiceId: string): void;
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

/** Statuses that a waiting request does not wake for: the invoice is still on its way. */
const PASSING = new Set(['queued', 'stamping', 'pending']);

export function makeInvoiceSignals(): InvoiceSignals {
  const watches = new Map<string, Set<() => void>>();
  let closing = false;
  const subscribers = new Map<string, Set<(signal: InvoiceSignal | 'look_again') => void>>();

  return {
    received(payload) {
      const signal = readSignal(payload);
      if (!signal) return;
      for (const listener of subscribers.get(signal.tenant) ?? []) listener(signal);
      if (signal.kind === 'create_invoice' && PASSING.has(signal.status ?? '')) return;
      for (const wake of watches.get(signal.invoice) ?? []) wake();
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
function readSignal(payload: string): InvoiceSignal | undefined {
  try {
    const signal = JSON.parse(payload) as Partial<InvoiceSignal> | null;
    const isOurs = typeof signal?.tenant === 'string' && typeof signal.invoice === 'string';
    return isOurs ? (signal as InvoiceSignal) : undefined;
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
