import { ApiError } from '../api-error.ts';

/** So many calls of one organization in a window that begins with the first of them. */
export interface RateLimit {
  calls: number;
  window_ms: number;
}

/** FacturAPI limits calls by organization; its test and live side share the count here. */
export interface RateLimiter {
  /** Throws the 429 of a call too many, which does not itself count. */
  admit(organization: string, limit: RateLimit | null): void;
}

/** @param now the sandbox's clock, so that moving it opens a new window. */
export function createRateLimiter(now: () => Date): RateLimiter {
  const windows = new Map<string, { endsAt: number; calls: number }>();
  return {
    admit(organization, limit) {
      if (limit === null) return;
      const at = now().getTime();
      let window = windows.get(organization);
      const open = window && at < window.endsAt && at >= window.endsAt - limit.window_ms;
      if (!window || !open) {
        window = { endsAt: at + limit.window_ms, calls: 0 };
        windows.set(organization, window);
      }
      if (window.calls >= limit.calls) throw tooMany(window.endsAt - at);
      window.calls++;
    },
  };
}

function tooMany(waitMs: number): ApiError {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1_000));
  const message = 'Se excedió el límite de solicitudes.';
  return new ApiError(429, 'rate_limit_exceeded', message, { retryAfter });
}

const callsMax = 1_000_000;
const windowMsMax = 86_400_000;

export const rateLimitExpected =
  `null, o un objeto con calls (de 0 a ${callsMax}) y window_ms ` + `(de 1 a ${windowMsMax})`;

export function isRateLimit(value: unknown): value is RateLimit | null {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const { calls, window_ms, ...rest } = value as Record<string, unknown>;
  return (
    Object.keys(rest).length === 0 &&
    within(calls, 0, callsMax) &&
    within(window_ms, 1, windowMsMax)
  );
}

function within(value: unknown, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}
