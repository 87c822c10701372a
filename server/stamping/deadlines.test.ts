import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs, backoffMsMax, backoffMsMin } from './deadlines.ts';

const attempts = fc.integer({ min: 1, max: 10_000 });
/** Math.random's range: 1 is never reached. */
const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a backoff stays between a tenth of its bound and its bound, at any attempt', () => {
  fc.assert(
    fc.property(attempts, chances, (attempt, chance) => {
      const bound = Math.min(backoffMsMax, backoffMsMin * 2 ** attempt);
      const ms = backoffMs(attempt, () => chance);
      assert.ok(ms >= Math.floor(bound / 10) && ms <= bound, `${ms} ms of ${bound}`);
    }),
  );
});

test('the bound of a backoff doubles until it is the longest one', () => {
  const longest = [1, 2, 3, 8, 1_000].map((attempt) => backoffMs(attempt, () => 1));
  assert.deepEqual(longest, [1_000, 2_000, 4_000, 60_000, 60_000]);
});

test('two callers that failed together do not come back together', () => {
  assert.notEqual(
    backoffMs(5, () => 0.2),
    backoffMs(5, () => 0.8),
  );
});
