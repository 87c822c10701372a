import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readWait, waitSecondsDefault, waitSecondsMax } from './invoice-routes.ts';

test('the seconds of Prefer: wait are those that the caller is ready to wait', () => {
  for (const [prefer, seconds] of [
    ['wait=0', 0],
    ['wait=5', 5],
    ['wait=30', 30],
    ['respond-async, wait=7', 7],
    ['respond-async;wait=7', 7],
    ['wait="4"', 4],
    ['WAIT = 3', 3],
  ] as const) {
    assert.equal(readWait(prefer), seconds, prefer);
  }
});

test('nobody waits longer than the most', () => {
  assert.equal(readWait(`wait=${waitSecondsMax}`), waitSecondsMax);
  assert.equal(readWait(`wait=${waitSecondsMax + 1}`), waitSecondsMax);
  assert.equal(readWait('wait=999999999'), waitSecondsMax);
});

test('a preference that cannot be understood is ignored', () => {
  for (const prefer of [undefined, '', 'wait', 'wait=', 'wait=soon', 'await=3', 'wait=-1']) {
    assert.equal(readWait(prefer), waitSecondsDefault, prefer);
  }
});

test('any header gives whole seconds between none and the most', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const seconds = readWait(`${before}wait=${after}`);
      assert.ok(Number.isInteger(seconds) && seconds >= 0 && seconds <= waitSecondsMax);
    }),
  );
});
