import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addBuckets, newBuckets, percentile, record, upperEdgeMs } from './latency-histogram.ts';

/** A bucket's width, and what rounding to hundredths of a millisecond may add. */
const widest = 2 ** (1 / 8);
const roundingMs = 0.005;
const lowestMs = 1 / 16;
const highestMs = upperEdgeMs(newBuckets().length - 1);

const latencies = fc.array(fc.double({ min: lowestMs, max: highestMs / 2, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});
const shares = fc.constantFrom(0.01, 0.5, 0.9, 0.95, 0.99, 1);

function histogram(values: readonly number[]) {
  const buckets = newBuckets();
  for (const ms of values) record(buckets, ms);
  return buckets;
}

/** The nearest-rank percentile of the values themselves. */
function exact(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)]!;
}

describe('a histogram of latencies', () => {
  test('any percentile is at most a bucket above the exact one, and never below it', () => {
    fc.assert(
      fc.property(latencies, shares, (values, share) => {
        const shown = percentile(histogram(values), share);
        const real = exact(values, share);
        assert.ok(shown >= real - roundingMs, `${shown} for ${real}`);
        assert.ok(shown <= real * widest * (1 + 1e-9) + roundingMs, `${shown} for ${real}`);
      }),
    );
  });

  test('a bucket is 9% wide', () => {
    assert.ok(widest < 1.091);
    assert.ok(Math.abs(upperEdgeMs(8) / upperEdgeMs(0) - 2) < 1e-9);
  });

  test('two histograms added are the histogram of both', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const sum = histogram(some);
        addBuckets(sum, histogram(others));
        assert.deepEqual(sum, histogram([...some, ...others]));
      }),
    );
  });

  test('nothing is lost: what is too short or too long is counted at the ends', () => {
    const buckets = histogram([0, -1, lowestMs / 2, highestMs * 10, Number.MAX_VALUE]);
    assert.equal(
      buckets.reduce((sum, count) => sum + count, 0),
      5,
    );
    assert.deepEqual([buckets[0], buckets.at(-1)], [3, 2]);
    assert.equal(buckets.length, newBuckets().length);
  });

  test('it reaches to about 17 minutes', () => {
    assert.ok(highestMs > 17 * 60_000 && highestMs < 18 * 60_000, `${highestMs} ms`);
  });

  test('of nothing every percentile is 0', () => {
    assert.equal(percentile(newBuckets(), 0.99), 0);
  });
});
