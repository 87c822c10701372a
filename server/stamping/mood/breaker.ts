/**
 * A circuit breaker (Nygard, Release It!, 2007): while FacturAPI fails, one call now and then asks
 * whether it is back, instead of all of them.
 *
 *   closed ── failures in a row, or one that counts at once ──> open <── openFor ── any state
 *   open ──── its time has come ──> probing, which lets one call start: the probe
 *   probing ─ the probe succeeded ──> closed, and the interval is the shortest again
 *   probing ─ the probe failed ─────> open, for twice the interval, up to the longest
 *   probing ─ no word of the probe for `probeMsMax` ──> probing, and another may start
 *
 * Results of calls that were in flight when it opened change nothing while it is open. One that
 * comes later is known by `startedAtMs`, and says nothing, if it began before the latest probe.
 * All times are of one clock that nobody sets, in milliseconds.
 */
export type BreakerState = 'closed' | 'open' | 'probing';

/** A probe without a result by then is lost: its process froze, or it was never sent. */
export const probeMsMax = 60_000;
/** Added to an interval, as a share of it: two breakers that opened together part. */
const jitterMax = 0.2;

export interface BreakerOptions {
  readonly random: () => number;
  /** In a row; the last of them opens it. */
  readonly failuresMax?: number;
  readonly intervalMsMin?: number;
  /** Before its jitter. */
  readonly intervalMsMax?: number;
}

export interface CallEnd {
  /** When the call began; without it a result counts as the probe's while one is out. */
  readonly startedAtMs?: number;
}

export type Breaker = ReturnType<typeof makeBreaker>;

export function makeBreaker(o: BreakerOptions) {
  const { random, failuresMax = 5, intervalMsMin = 5_000, intervalMsMax = 60_000 } = o;
  /** Undefined: closed. Afterwards it is probing. */
  let openUntilMs: number | undefined;
  /** The probe that is out; once closed, the one that closed it. */
  let probeAtMs: number | undefined;
  let intervalMs = intervalMsMin;
  let failures = 0;

  function state(nowMs: number): BreakerState {
    if (openUntilMs === undefined) return 'closed';
    return nowMs < openUntilMs ? 'open' : 'probing';
  }

  function mayStart(nowMs: number): boolean {
    const now = state(nowMs);
    if (now !== 'probing') return now === 'closed';
    return probeAtMs === undefined || nowMs >= probeAtMs + probeMsMax;
  }

  function open(untilMs: number) {
    openUntilMs = untilMs;
    probeAtMs = undefined;
  }

  function saysNothing(nowMs: number, { startedAtMs = Infinity }: CallEnd): boolean {
    const now = state(nowMs);
    if (now === 'open') return true;
    if (now === 'probing' && probeAtMs === undefined) return true;
    return startedAtMs < (probeAtMs ?? -Infinity);
  }

  return {
    state,
    /** Whether a call may start: any while closed, one while probing, none while open. */
    mayStart,
    /** To be asked right before a call: takes the probe if there is one to take. */
    started(nowMs: number): boolean {
      if (!mayStart(nowMs)) return false;
      if (state(nowMs) === 'probing') probeAtMs = nowMs;
      return true;
    },
    /** FacturAPI answered, whatever it said of the invoice. */
    succeeded(nowMs: number, call: CallEnd = {}): void {
      if (saysNothing(nowMs, call)) return;
      openUntilMs = undefined;
      intervalMs = intervalMsMin;
      failures = 0;
    },
    failed(nowMs: number, call: CallEnd & { readonly countsAtOnce?: boolean } = {}): void {
      if (saysNothing(nowMs, call)) return;
      failures += 1;
      const isProbe = state(nowMs) === 'probing';
      if (isProbe) intervalMs = Math.min(2 * intervalMs, intervalMsMax);
      if (isProbe || call.countsAtOnce || failures >= failuresMax) {
        open(nowMs + intervalMs * (1 + jitterMax * random()));
      }
    },
    /** The probe that began then ended without a word of FacturAPI: another may start. */
    gaveBack(startedAtMs: number): void {
      if (openUntilMs !== undefined && probeAtMs === startedAtMs) probeAtMs = undefined;
    },
    /** For a reason from outside, as Retry-After: no call before, and what is longer stays. */
    openFor(ms: number, nowMs: number): void {
      open(Math.max(nowMs + ms, openUntilMs ?? -Infinity));
    },
    /** Undefined while closed; a time that has passed while probing. */
    openUntilMs: () => openUntilMs,
    /** What `restore` wants along with it. */
    intervalMs: () => intervalMs,
    /** As another process left it, `untilMs` on this one's clock. */
    restore(left: { readonly untilMs: number; readonly intervalMs: number }): void {
      open(left.untilMs);
      intervalMs = Math.min(Math.max(left.intervalMs, intervalMsMin), intervalMsMax);
    },
    report: (nowMs: number) => ({
      state: state(nowMs),
      open_until_ms: openUntilMs ?? null,
      failures,
    }),
  };
}
