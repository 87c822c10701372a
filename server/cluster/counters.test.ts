import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDeltas, type Counters, makeCounters, noDeltas } from './counters.ts';

type Event = (counters: Counters) => void;
const events: fc.Arbitrary<Event> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('GET /a', 'POST /b'),
      fc.constantFrom(200, 404, 503),
      fc.integer({ min: 0, max: 9_999 }),
    )
    .map(
      ([route, status, ms]) =>
        (c: Counters) =>
          c.request(route, status, ms),
    ),
  fc.boolean().map((found) => (c: Counters) => c.session(found)),
);

test('whenever they are taken, what is taken adds up to what was counted', () => {
  const pushes = fc.array(fc.array(events, { maxLength: 20 }), { maxLength: 20 });
  fc.assert(
    fc.property(pushes, (batches) => {
      const pushed = makeCounters();
      const whole = makeCounters();
      const totals = noDeltas();
      for (const batch of batches) {
        for (const event of batch) {
          event(pushed);
          event(whole);
        }
        addDeltas(totals, pushed.take());
      }
      assert.deepEqual(totals, whole.take());
    }),
  );
});

test('what was taken is not counted again, nor changed afterwards', () => {
  const counters = makeCounters();
  counters.request('GET /a', 200, 5);
  const taken = counters.take();
  const kept = structuredClone(taken);
  counters.request('GET /a', 500, 5);
  assert.deepEqual(taken, kept);
  assert.deepEqual(counters.take().byStatus, { 500: 1 });
});

test('a request is counted by its status and by its route', () => {
  const counters = makeCounters();
  counters.request('GET /a', 200, 1);
  counters.request('GET /a', 404, 1);
  counters.request('POST /b', 200, 1);
  const { requests, byStatus, byRoute } = counters.take();
  assert.equal(requests, 3);
  assert.deepEqual(byStatus, { 200: 2, 404: 1 });
  assert.deepEqual(byRoute, { 'GET /a': 2, 'POST /b': 1 });
});

test('there is something to push exactly when something was counted', () => {
  const counters = makeCounters();
  assert.equal(counters.pending(), false);
  counters.session(true);
  assert.equal(counters.pending(), true);
  assert.deepEqual(counters.take().sessions, { hits: 1, misses: 0 });
  assert.equal(counters.pending(), false);
});
