/**
 * Latencies as counts in buckets that grow by an eighth of a power of two, from 1/16 ms to about
 * 17 minutes: any percentile within 9% of its value, and two histograms add up bucket by bucket
 * (after HdrHistogram, G. Tene). Plain arrays, so that they travel over IPC as they are.
 */
export type Buckets = number[];

const stepsAnOctave = 8;
const lowestMs = 1 / 16;
const bucketCount = 24 * stepsAnOctave;

export function newBuckets(): Buckets {
  return new Array<number>(bucketCount).fill(0);
}

export function record(buckets: Buckets, ms: number): void {
  const at = Math.floor(Math.log2(Math.max(ms, lowestMs) / lowestMs) * stepsAnOctave);
  const index = Math.min(bucketCount - 1, at);
  buckets[index] = (buckets[index] ?? 0) + 1;
}

export function addBuckets(into: Buckets, from: Buckets): void {
  for (let i = 0; i < from.length; i += 1) into[i] = (into[i] ?? 0) + (from[i] ?? 0);
}

/** Upper edge, in ms, of the bucket where the given share of all values is reached; 0 of none. */
export function percentile(buckets: Buckets, share: number): number {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  let seen = 0;
  for (let i = 0; i < buckets.length; i += 1) {
    seen += buckets[i] ?? 0;
    if (seen >= share * total) return round(upperEdgeMs(i));
  }
  return round(upperEdgeMs(buckets.length - 1));
}

export function upperEdgeMs(index: number): number {
  return lowestMs * 2 ** ((index + 1) / stepsAnOctave);
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
