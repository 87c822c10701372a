/**
 * How long to wait for FacturAPI, learnt for each company and kind of call as TCP learns its
 * retransmission timeout: RFC 6298, after Jacobson (1988) and Karn & Partridge (1987).
 *
 *   deadline = clamp(max(smoothed + 4 * deviation, floor) * 2^widenings, floor, ceiling)
 *
 * Karn's rule: a timeout says only that it would have taken longer, so it is no sample. It doubles
 * the deadline instead, until an answer, a sample at its full length, ends the doubling. Calls that
 * were in flight together and time out together double it once.
 */
export type WaitKind = 'create' | 'look_up' | 'file' | 'list' | 'customer';

/** `initialMs` is for a company that FacturAPI has not answered yet. */
export const deadlineBounds = {
  create: { initialMs: 10_000, floorMs: 4_000, ceilingMs: 30_000 },
  look_up: { initialMs: 5_000, floorMs: 2_000, ceilingMs: 10_000 },
  file: { initialMs: 10_000, floorMs: 3_000, ceilingMs: 30_000 },
  list: { initialMs: 10_000, floorMs: 3_000, ceilingMs: 30_000 },
  // Each asks SAT's register too.
  customer: { initialMs: 10_000, floorMs: 3_000, ceilingMs: 30_000 },
} as const satisfies Record<WaitKind, { initialMs: number; floorMs: number; ceilingMs: number }>;

const waitKinds = Object.keys(deadlineBounds) as readonly WaitKind[];
const gains = { smoothed: 1 / 8, deviation: 1 / 4 };
const deviationsAllowed = 4;
/** Pairs of company and kind; beyond them the least recently used is forgotten, stored or not. */
export const tenantsKeptMax = 10_000;

/** A pair as it is stored. Until its first answer it has neither of the averages. */
export interface LearntDeadline {
  readonly tenantId: string;
  readonly kind: WaitKind;
  readonly smoothedMs: number | null;
  readonly deviationMs: number | null;
  readonly widenings: number;
}
export type LearntDeadlines = ReturnType<typeof makeLearntDeadlines>;

/** All times are of one clock that nobody sets, in milliseconds. */
export function makeLearntDeadlines() {
  /** In order of use, the least recent first. */
  const pairs = new Map<string, LearntDeadline>();
  const widenedAtMs = new Map<string, number>();
  const changed = new Set<string>();

  function keep(pair: LearntDeadline): LearntDeadline {
    const key = keyOf(pair.tenantId, pair.kind);
    pairs.delete(key);
    pairs.set(key, pair);
    if (pairs.size > tenantsKeptMax) {
      const [leastUsed] = pairs.keys();
      for (const held of [pairs, widenedAtMs, changed]) held.delete(leastUsed!);
    }
    return pair;
  }

  return {
    timeoutMs(tenantId: string, kind: WaitKind): number {
      const pair = pairs.get(keyOf(tenantId, kind));
      return deadlineMs(kind, pair && keep(pair));
    },
    answered(tenantId: string, kind: WaitKind, { tookMs }: { tookMs: number }): void {
      const key = keyOf(tenantId, kind);
      keep({ tenantId, kind, ...average(pairs.get(key), tookMs), widenings: 0 });
      changed.add(key);
    },
    timedOut(tenantId: string, kind: WaitKind, o: { startedAtMs: number; nowMs: number }): void {
      const key = keyOf(tenantId, kind);
      const pair = pairs.get(key) ?? { tenantId, kind, ...noSample, widenings: 0 };
      const isOfTheSameBurst = o.startedAtMs <= (widenedAtMs.get(key) ?? -Infinity);
      const isAtCeiling = deadlineMs(kind, pair) >= deadlineBounds[kind].ceilingMs;
      if (isOfTheSameBurst || isAtCeiling) return;
      keep({ ...pair, widenings: pair.widenings + 1 });
      widenedAtMs.set(key, o.nowMs);
      changed.add(key);
    },
    /** The longest that any company may wait now; one may come that nothing is known of. */
    longestMs(kinds: readonly WaitKind[] = waitKinds): number {
      let longestMs = Math.max(0, ...kinds.map((kind) => deadlineMs(kind)));
      for (const pair of pairs.values()) {
        if (kinds.includes(pair.kind)) longestMs = Math.max(longestMs, deadlineMs(pair.kind, pair));
      }
      return longestMs;
    },
    /** What was stored takes the place of what is known. The last row counts as used last. */
    load(rows: readonly LearntDeadline[]): void {
      for (const row of rows) {
        keep({ ...row });
        changed.delete(keyOf(row.tenantId, row.kind));
      }
    },
    /** What changed since it was last taken. */
    takeChanged(): LearntDeadline[] {
      const taken = [...changed].map((key) => pairs.get(key)!);
      changed.clear();
      return taken;
    },
    /** A kind without companies shows what the first one will get. */
    report() {
      return waitKinds.map((kind) => {
        const known = [...pairs.values()].filter((pair) => pair.kind === kind);
        const waitsMs = known.map((pair) => Math.round(deadlineMs(kind, pair)));
        if (known.length === 0) waitsMs.push(deadlineMs(kind));
        const [shortest_ms, longest_ms] = [Math.min(...waitsMs), Math.max(...waitsMs)];
        return { kind, tenants: known.length, shortest_ms, longest_ms };
      });
    },
  };
}

const noSample = { smoothedMs: null, deviationMs: null };

function deadlineMs(kind: WaitKind, pair?: LearntDeadline): number {
  const { initialMs, floorMs, ceilingMs } = deadlineBounds[kind];
  const { smoothedMs, deviationMs, widenings } = pair ?? { ...noSample, widenings: 0 };
  const learntMs = smoothedMs === null ? initialMs : smoothedMs + deviationsAllowed * deviationMs!;
  return Math.min(Math.max(learntMs, floorMs) * 2 ** widenings, ceilingMs);
}

/** The deviation is taken from the average as it was before this sample. */
function average(pair: LearntDeadline | undefined, tookMs: number) {
  const { smoothedMs, deviationMs } = pair ?? noSample;
  if (smoothedMs === null) return { smoothedMs: tookMs, deviationMs: tookMs / 2 };
  const awayMs = Math.abs(tookMs - smoothedMs);
  return {
    smoothedMs: smoothedMs + gains.smoothed * (tookMs - smoothedMs),
    deviationMs: deviationMs! + gains.deviation * (awayMs - deviationMs!),
  };
}

const keyOf = (tenantId: string, kind: WaitKind) => `${kind} ${tenantId}`;
