import { addBuckets, type Buckets, newBuckets, record } from './latency-histogram.ts';

/** What happened since the last push; the supervisor adds it up, so a dead worker loses little. */
export interface CounterDeltas {
  requests: number;
  byStatus: Record<string, number>;
  byRoute: Record<string, number>;
  latencyMs: Buckets;
  sessions: { hits: number; misses: number };
  gauges: ProcessGauges;
}

/** How a process is now. */
export interface ProcessGauges {
  eventLoopDelayMsP99: number;
  rssBytes: number;
  heapUsedBytes: number;
  pool: { total: number; inUse: number; waiting: number };
}

export function noDeltas(): Omit<CounterDeltas, 'gauges'> {
  return {
    requests: 0,
    byStatus: {},
    byRoute: {},
    latencyMs: newBuckets(),
    sessions: { hits: 0, misses: 0 },
  };
}

export interface Counters {
  request(route: string, status: number, ms: number): void;
  session(found: boolean): void;
  /** Whether anything was counted since the last `take`. */
  pending(): boolean;
  /** Hands over what was counted, and starts again from zero. */
  take(): Omit<CounterDeltas, 'gauges'>;
}

export function makeCounters(): Counters {
  let now = noDeltas();
  return {
    request(route, status, ms) {
      now.requests += 1;
      const code = String(status);
      now.byStatus[code] = (now.byStatus[code] ?? 0) + 1;
      now.byRoute[route] = (now.byRoute[route] ?? 0) + 1;
      record(now.latencyMs, ms);
    },
    session(found) {
      if (found) now.sessions.hits += 1;
      else now.sessions.misses += 1;
    },
    pending: () => now.requests > 0 || now.sessions.hits + now.sessions.misses > 0,
    take() {
      const taken = now;
      now = noDeltas();
      return taken;
    },
  };
}

export type Totals = Omit<CounterDeltas, 'gauges'>;

export function addDeltas(totals: Totals, deltas: Totals): void {
  totals.requests += deltas.requests;
  for (const [status, count] of Object.entries(deltas.byStatus)) {
    totals.byStatus[status] = (totals.byStatus[status] ?? 0) + count;
  }
  for (const [route, count] of Object.entries(deltas.byRoute)) {
    totals.byRoute[route] = (totals.byRoute[route] ?? 0) + count;
  }
  addBuckets(totals.latencyMs, deltas.latencyMs);
  totals.sessions.hits += deltas.sessions.hits;
  totals.sessions.misses += deltas.sessions.misses;
}
