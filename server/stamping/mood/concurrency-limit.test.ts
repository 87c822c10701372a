import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { latencySource } from '../../../sandbox/faults/latency.ts';
import { seededRandom } from '../../../sandbox/faults/seeded-random.ts';
import { type ConcurrencyLimit, dropEveryMs, makeConcurrencyLimit } from './concurrency-limit.ts';
import type { WaitKind } from './learnt-deadlines.ts';

const max = 5;
const seeds = Array.from({ length: 20 }, (_, n) => n + 1);

interface Load {
  readonly answers: number;
  readonly latencyMs: (inFlight: number) => number;
  readonly kind?: WaitKind;
  /** Without it there is always more to do than slots. */
  readonly inFlightMax?: number;
}

/** What may be used after each answer, with as many in flight as may be. */
function load(limit: ConcurrencyLimit, o: Load): number[] {
  const { kind = 'create', inFlightMax = Infinity } = o;
  return Array.from({ length: o.answers }, () => {
    const inFlight = Math.min(limit.use(), inFlightMax);
    limit.answered({ kind, tookMs: o.latencyMs(inFlight), inFlight });
    return limit.use();
  });
}

/** The same whatever is in flight, ±20%. */
function around(ms: number, random: () => number) {
  return () => ms * (0.8 + 0.4 * random());
}

/** Its latency grows with what is in flight above two: more is no faster. */
function queueing(random: () => number) {
  return (inFlight: number) => around(100 * Math.max(1, inFlight / 2), random)();
}

const average = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const answersUntilMax = (uses: readonly number[]) => uses.findLastIndex((use) => use < max) + 2;

describe('at a steady latency', () => {
  test('every slot may be used, through 10,000 answers', () => {
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const uses = load(makeConcurrencyLimit(max), {
        answers: 10_000,
        latencyMs: around(100, random),
      });
      assert.equal(Math.min(...uses), max, `seed ${seed}`);
    }
  });

  test('kinds of call that differ in latency do not disturb each other', () => {
    const random = seededRandom(1);
    const limit = makeConcurrencyLimit(max);
    for (let n = 0; n < 10_000; n += 1) {
      const [kind, ms] = (
        [
          ['create', 3_000],
          ['look_up', 50],
          ['file', 200],
        ] as const
      )[Math.floor(3 * random())]!;
      load(limit, { answers: 1, kind, latencyMs: around(ms, random) });
      assert.equal(limit.use(), max);
    }
  });

  test('a first answer that came unusually soon is no measure for the others', () => {
    const limit = makeConcurrencyLimit(max);
    load(limit, { answers: 1, latencyMs: () => 40 });
    const uses = load(limit, { answers: 1_000, latencyMs: () => 100 });
    assert.equal(Math.min(...uses), max);
  });

  test('of answers with heavy tails 97% of the slots may be used', () => {
    for (const seed of seeds) {
      for (const latency of [
        { distribution: 'lognormal', median: 100, sigma: 1, max: 60_000, seed },
        { distribution: 'pareto', min: 80, shape: 1.5, max: 60_000, seed },
      ] as const) {
        const latencyMs = latencySource(latency);
        const uses = load(makeConcurrencyLimit(max), { answers: 5_000, latencyMs });
        assert.ok(average(uses) >= 0.97 * max, `${average(uses)} of ${max}, seed ${seed}`);
      }
    }
  });

  test('a single answer that takes an hour costs no more than one slot, for a few answers', () => {
    const limit = makeConcurrencyLimit(max);
    load(limit, { answers: 1_000, latencyMs: () => 100 });
    load(limit, { answers: 1, latencyMs: () => 3_600_000 });
    const uses = load(limit, { answers: 100, latencyMs: () => 100 });
    assert.ok(Math.min(...uses) >= max - 1);
    assert.ok(answersUntilMax(uses) <= 10, `${answersUntilMax(uses)} answers`);
  });
});

describe('a FacturAPI that queues what is more than two', () => {
  test('gets less than all slots as soon as that shows, and for as long as it lasts', () => {
    for (const seed of seeds) {
      const latencyMs = queueing(seededRandom(seed));
      const limit = makeConcurrencyLimit(max);
      load(limit, { answers: 100, inFlightMax: 1, latencyMs });
      const uses = load(limit, { answers: 10_000, latencyMs });
      const settled = uses.slice(20);
      assert.ok(Math.max(...settled) < max, `seed ${seed}`);
      // Two keep it busy: with fewer its pace would be lost.
      assert.ok(Math.min(...settled) >= 2, `seed ${seed}`);
    }
  });

  test('gets all of them again when it has stopped queueing', () => {
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const limit = makeConcurrencyLimit(max);
      load(limit, { answers: 100, inFlightMax: 1, latencyMs: queueing(random) });
      load(limit, { answers: 1_000, latencyMs: queueing(random) });
      const uses = load(limit, { answers: 1_000, latencyMs: around(100, random) });
      assert.ok(answersUntilMax(uses) <= 50, `${answersUntilMax(uses)} answers, seed ${seed}`);
    }
  });

  test('does not lower a limit that is not in use', () => {
    const limit = makeConcurrencyLimit(max);
    load(limit, { answers: 100, inFlightMax: 1, latencyMs: () => 100 });
    load(limit, { answers: 5, inFlightMax: 3, latencyMs: () => 1_000 });
    assert.equal(limit.use(), max);
    load(limit, { answers: 5, inFlightMax: 4, latencyMs: () => 1_000 });
    assert.ok(limit.use() < max);
  });
});

describe('a FacturAPI that is slower by itself', () => {
  for (const times of [1.5, 1.7, 2, 3, 30]) {
    test(`${times} times: all slots may be used again within 300 answers, and back as well`, () => {
      for (const seed of seeds) {
        const random = seededRandom(seed);
        const limit = makeConcurrencyLimit(max);
        load(limit, { answers: 1_000, latencyMs: around(100, random) });
        for (const ms of [100 * times, 100]) {
          const uses = load(limit, { answers: 2_000, latencyMs: around(ms, random) });
          const answers = answersUntilMax(uses);
          assert.ok(answers <= 300, `${answers} answers at ${ms} ms, seed ${seed}`);
        }
      }
    });
  }
});

test('60 quick answers after a slow spell, a new slowness shows within 20', () => {
  const limit = makeConcurrencyLimit(max);
  load(limit, { answers: 1_000, latencyMs: () => 3_000 });
  load(limit, { answers: 60, latencyMs: () => 100 });
  assert.equal(limit.use(), max);
  load(limit, { answers: 20, latencyMs: () => 1_000 });
  assert.ok(limit.use() < max);
});

describe('a drop', () => {
  test('takes a tenth, and a burst of them takes them once', () => {
    const limit = makeConcurrencyLimit(max);
    for (const nowMs of [0, 1, dropEveryMs - 1]) {
      limit.dropped({ nowMs });
      assert.equal(limit.report().limit, 4.5);
    }
    limit.dropped({ nowMs: dropEveryMs });
    assert.equal(limit.report().limit, 4.05);
    assert.equal(limit.use(), 4);
  });

  test('however many there are, one slot is left', () => {
    const limit = makeConcurrencyLimit(max);
    for (let n = 0; n < 10_000; n += 1) limit.dropped({ nowMs: n * dropEveryMs });
    assert.deepEqual([limit.use(), limit.report().limit], [1, 1]);
  });

  test('from one slot, all may be used again after 41 answers', () => {
    const limit = makeConcurrencyLimit(max);
    load(limit, { answers: 100, latencyMs: () => 100 });
    for (let n = 0; n < 100; n += 1) limit.dropped({ nowMs: n * dropEveryMs });
    // A tenth of a slot for each answer, and one for the rounding of sums.
    const uses = load(limit, { answers: 41, latencyMs: () => 100 });
    assert.equal(uses[38], max - 1);
    assert.equal(uses[40], max);
  });
});

describe('the limit', () => {
  test('starts at its maximum and goes no further', () => {
    const limit = makeConcurrencyLimit(max);
    assert.equal(limit.use(), max);
    load(limit, { answers: 100, latencyMs: () => 1 });
    limit.answered({ kind: 'create', tookMs: 1, inFlight: max + 1 });
    assert.deepEqual(limit.report(), { limit: max, in_use_max: max + 1 });
  });

  test('is raised with one less than it in flight, and left alone with two less', () => {
    for (const [inFlight, raised] of [
      [2, false],
      [3, true],
    ] as const) {
      const limit = makeConcurrencyLimit(max);
      limit.dropped({ nowMs: 0 });
      limit.answered({ kind: 'create', tookMs: 100, inFlight });
      assert.equal(limit.report().limit, raised ? 4.6 : 4.5, `${inFlight} in flight`);
    }
  });

  test('of one slot is always one', () => {
    const limit = makeConcurrencyLimit(1);
    load(limit, { answers: 100, latencyMs: () => 100 });
    load(limit, { answers: 100, latencyMs: () => 30_000 });
    limit.dropped({ nowMs: 0 });
    assert.equal(limit.use(), 1);
  });

  test('is a number, even of calls that took no time', () => {
    const limit = makeConcurrencyLimit(max);
    assert.deepEqual(new Set(load(limit, { answers: 100, latencyMs: () => 0 })), new Set([max]));
  });
});
