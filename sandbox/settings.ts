import { type ErrorDetail, invalidRequest } from './api-error.ts';
import { isLatency, type Latency, latencyExpected } from './faults/latency.ts';
import { isRateLimit, type RateLimit, rateLimitExpected } from './faults/rate-limiter.ts';

/** What can be changed while the sandbox runs, by `POST /__sandbox/settings`. */
export interface Settings {
  /** How long the work of each call takes. */
  latency_ms: Latency;
  /** Calls that an organization may make in a window of time; null for as many as it likes. */
  rate_limit: RateLimit | null;
  /** With SAT down nothing is stamped or canceled, and everything else works. */
  sat: 'up' | 'down';
  /** What every call meets before it can do anything: a gateway's 503, a reset, or silence. */
  outage: 'off' | 'unavailable' | 'reset' | 'hang';
  /** Moves the sandbox's clock: its dates, its windows, and everything that comes due. */
  clock_offset_ms: number;
  /**
   * What a repeated `idempotency_key` does. FacturAPI does not document it, so a client must be
   * right under all three: the first invoice again, a conflict, or a key that was forgotten.
   */
  idempotency: 'replay' | 'conflict' | 'forget';
  /** How long a key is remembered. */
  idempotency_lifetime_ms: number;
  /** Whether the key of a body that was refused may be used again. */
  idempotency_refused: 'free' | 'held';
  /** An invoice shows up in lists only so long after its making; by its id it is there at once. */
  list_lag_ms: number;
  /** How long `async=true` leaves an invoice pending. */
  async_ms: number;
  /** How long a 202 stays pending: the real one's 10 to 50 minutes, scaled. */
  recovery_ms: number;
  /**
   * What SAT answers to a cancellation. `by_total`: an income of more than 1,000 pesos to a
   * receiver with an RFC of its own waits for its acceptance, everything else is accepted.
   */
  cancellation: 'by_total' | 'accepted' | 'pending' | 'verifying';
  /** How long a cancellation waits for its answer; three days, after which silence decides. */
  cancellation_wait_ms: number;
  /** What a cancellation comes to that nobody answered. */
  cancellation_outcome: 'accepted' | 'rejected' | 'expired';
  /** How long a webhook that was not taken waits for its first repetition; later ones double. */
  webhook_retry_ms: number;
}

const clockOffsetMsMax = 10 * 366 * 86_400_000;
const waitMsMax = 30 * 86_400_000;

export function defaultSettings(latencyMs: number): Settings {
  return {
    latency_ms: latencyMs,
    rate_limit: null,
    sat: 'up',
    outage: 'off',
    clock_offset_ms: 0,
    idempotency: 'replay',
    idempotency_lifetime_ms: waitMsMax,
    idempotency_refused: 'free',
    list_lag_ms: 0,
    async_ms: 500,
    recovery_ms: 3_000,
    cancellation: 'by_total',
    cancellation_wait_ms: 3 * 86_400_000,
    cancellation_outcome: 'accepted',
    webhook_retry_ms: 1_000,
  };
}

/** Applies a partial change after checking all of it, so that a bad one changes nothing. */
export function changeSettings(settings: Settings, change: unknown): Settings {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) {
    throw invalidRequest([detail('', 'invalid_type', 'Se espera un objeto con ajustes.')]);
  }
  const errors: ErrorDetail[] = [];
  for (const [name, value] of Object.entries(change)) {
    const problem = problemOf(name, value);
    if (problem !== undefined) errors.push(detail(name, 'invalid_value', problem));
  }
  if (errors.length > 0) throw invalidRequest(errors);
  return Object.assign(settings, change);
}

interface Rule {
  good(value: unknown): boolean;
  expected: string;
}

/** The most milliseconds of a setting, the words that it may be, or a rule of its own. */
const allowed: Readonly<Record<keyof Settings, number | readonly string[] | Rule>> = {
  latency_ms: { good: isLatency, expected: latencyExpected },
  rate_limit: { good: isRateLimit, expected: rateLimitExpected },
  sat: ['up', 'down'],
  outage: ['off', 'unavailable', 'reset', 'hang'],
  clock_offset_ms: {
    good: (value) => Number.isSafeInteger(value) && Math.abs(value as number) <= clockOffsetMsMax,
    expected: `un entero entre ${-clockOffsetMsMax} y ${clockOffsetMsMax}`,
  },
  idempotency: ['replay', 'conflict', 'forget'],
  idempotency_lifetime_ms: waitMsMax,
  idempotency_refused: ['free', 'held'],
  list_lag_ms: waitMsMax,
  async_ms: waitMsMax,
  recovery_ms: waitMsMax,
  cancellation: ['by_total', 'accepted', 'pending', 'verifying'],
  cancellation_wait_ms: waitMsMax,
  cancellation_outcome: ['accepted', 'rejected', 'expired'],
  webhook_retry_ms: waitMsMax,
};

function problemOf(name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(allowed, name)) return `No existe el ajuste ${name}.`;
  const rule = allowed[name as keyof Settings];
  if (typeof rule === 'number') {
    const good = typeof value === 'number' && value >= 0 && value <= rule;
    return good ? undefined : `${name} debe ser un número entre 0 y ${rule}.`;
  }
  if ('good' in rule) {
    return rule.good(value) ? undefined : `${name} debe ser ${rule.expected}.`;
  }
  if (rule.includes(value as string)) return undefined;
  return `${name} debe ser uno de: ${rule.join(', ')}.`;
}

function detail(path: string, code: string, message: string): ErrorDetail {
  return { code, message, path, location: 'body', source: 'facturapi' };
}
