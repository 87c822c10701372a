import type { WaitKind } from './learnt-deadlines.ts';

/**
 * How many of a lane's slots to use: Gradient2 of Netflix's concurrency-limits (2018), and the
 * multiplicative decrease of TCP (Chiu & Jain, 1989) on refusals of load, failures and timeouts.
 *
 *   gradient = clamp(tolerance * long / short, 0.5, 1)      long, short: averages of latency
 *   limit   += smoothing * (limit * gradient + headroom - limit)         only while it is in use
 *   limit   *= 0.9                                                       on a drop, once a second
 *
 * Gradient2's long average learns from every answer. Under a backlog it would take the queue that
 * we cause ourselves for FacturAPI's own pace, and the limit would creep back to its maximum. So
 * below the maximum it learns from quiet answers only, those with half the slots in use at the
 * most; and when a lowered limit has brought none for a while, it is lowered so far that they come.
 * If FacturAPI is slow by itself, they are slow as well, and the limit returns to its maximum.
 */
const shortGain = 1 / 5;
const longGain = 1 / 300;
/** Below the maximum: the long average must be there before the limit has left the quiet again. */
const quietGain = 1 / 20;
/** Twice the answers that it takes to climb from the quiet to the maximum, for each slot. */
const loadedAnswersPerSlot = 10;
const tolerance = 1.5;
const gradientMin = 0.5;
const headroom = 0.5;
const smoothing = 0.2;
/** After a slow spell the long average comes down with every answer, not by a 300th. */
const longDecay = 0.95;
const longPerShortMax = 2;
/** Netflix's own; a steeper one holds the limit at 1 while a third of the calls fails by itself. */
const dropFactor = 0.9;
/** What fails together within this time is one drop. */
export const dropEveryMs = 1_000;
/** So that a call which took no time divides nothing by zero. */
const tookMsMin = 1;

export interface Answered {
  readonly kind: WaitKind;
  readonly tookMs: number;
  /** The most that were in flight along with it, itself included; at its start or end will do. */
  readonly inFlight: number;
}

export type ConcurrencyLimit = ReturnType<typeof makeConcurrencyLimit>;

export function makeConcurrencyLimit(max: number) {
  const quietMax = Math.max(1, Math.floor(max / 2));
  const averages = new Map<WaitKind, { shortMs: number; longMs: number; answers: number }>();
  let limit = max;
  let droppedAtMs = -Infinity;
  let loadedAnswers = 0;
  let inUseMax = 0;

  function gradient(kind: WaitKind, tookMs: number, isQuiet: boolean): number {
    const of = averages.get(kind) ?? { shortMs: tookMs, longMs: tookMs, answers: 0 };
    averages.set(kind, of);
    of.answers += 1;
    of.longMs += gainOfLong(of.answers, isQuiet) * (tookMs - of.longMs);
    if (of.longMs > longPerShortMax * of.shortMs) of.longMs *= longDecay;
    // One slow answer says nothing, however slow. Several bring the lowest gradient all the same.
    const heardMs = Math.min(tookMs, (tolerance / gradientMin) * of.longMs);
    of.shortMs += shortGain * (heardMs - of.shortMs);
    return Math.min(1, Math.max(gradientMin, (tolerance * of.longMs) / of.shortMs));
  }

  /** The first ones count alike: the very first may be any. */
  function gainOfLong(answers: number, isQuiet: boolean): number {
    if (limit === max) return Math.max(longGain, 1 / answers);
    return isQuiet ? quietGain : 0;
  }

  return {
    /** Whole slots, from 1 to the maximum. */
    use: () => Math.floor(limit),
    /** An answer that says how long FacturAPI takes, good or bad news for the invoice. */
    answered({ kind, tookMs, inFlight }: Answered): void {
      inUseMax = Math.max(inUseMax, inFlight);
      const isQuiet = inFlight <= quietMax;
      const now = gradient(kind, Math.max(tookMs, tookMsMin), isQuiet);
      const isInUse = inFlight >= Math.floor(limit) - 1;
      if (isInUse) limit += smoothing * (limit * now + headroom - limit);
      limit = Math.min(max, Math.max(1, limit));
      loadedAnswers = isQuiet || limit === max ? 0 : loadedAnswers + 1;
      if (loadedAnswers < loadedAnswersPerSlot * max) return;
      loadedAnswers = 0;
      limit = Math.min(limit, quietMax);
    },
    /** FacturAPI refused load (429), failed (5xx) or did not answer in time. */
    dropped({ nowMs }: { nowMs: number }): void {
      if (nowMs - droppedAtMs < dropEveryMs) return;
      droppedAtMs = nowMs;
      limit = Math.max(1, limit * dropFactor);
    },
    /** `in_use_max`: the most that any answer saw in flight. */
    report: () => ({ limit: Math.round(limit * 100) / 100, in_use_max: inUseMax }),
  };
}
