import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../sandbox/faults/seeded-random.ts';
import {
  deadlineBounds,
  type LearntDeadline,
  makeLearntDeadlines,
  tenantsKeptMax,
  type WaitKind,
} from './learnt-deadlines.ts';

const kinds = Object.keys(deadlineBounds) as WaitKind[];

/** One that was answered once so quickly that its deadline is the floor. */
function quick(kind: WaitKind) {
  const deadlines = makeLearntDeadlines();
  deadlines.answered('a', kind, { tookMs: 100 });
  return deadlines;
}

describe('a learnt deadline', () => {
  for (const kind of kinds) {
    const { initialMs, floorMs, ceilingMs } = deadlineBounds[kind];

    test(`${kind}: without an answer it is the initial one, widened up to the ceiling`, () => {
      const deadlines = makeLearntDeadlines();
      assert.equal(deadlines.timeoutMs('a', kind), initialMs);
      deadlines.timedOut('a', kind, { startedAtMs: 0, nowMs: 1 });
      assert.equal(deadlines.timeoutMs('a', kind), 2 * initialMs);
      deadlines.timedOut('a', kind, { startedAtMs: 2, nowMs: 3 });
      assert.equal(deadlines.timeoutMs('a', kind), ceilingMs);
    });

    test(`${kind}: a first answer gives three times its length, between floor and ceiling`, () => {
      // The deviation of a single sample is half of it: s + 4 * s / 2.
      for (const [tookMs, timeoutMs] of [
        [floorMs / 3 - 1, floorMs],
        [floorMs / 3, floorMs],
        [floorMs / 3 + 1, floorMs + 3],
        [ceilingMs / 3 - 1, ceilingMs - 3],
        [ceilingMs / 3, ceilingMs],
        [ceilingMs / 3 + 1, ceilingMs],
      ] as const) {
        const deadlines = makeLearntDeadlines();
        deadlines.answered('a', kind, { tookMs });
        assert.ok(Math.abs(deadlines.timeoutMs('a', kind) - timeoutMs) < 0.001, `${tookMs} ms`);
      }
    });

    test(`${kind}: what is widened is the floor, too, and never beyond the ceiling`, () => {
      const deadlines = quick(kind);
      const seen = [1, 2, 3, 4, 5].map((n) => {
        deadlines.timedOut('a', kind, { startedAtMs: 10 * n, nowMs: 10 * n + 5 });
        return deadlines.timeoutMs('a', kind);
      });
      const expected = [2, 4, 8, 16, 32].map((times) => Math.min(times * floorMs, ceilingMs));
      assert.deepEqual(seen, expected);
    });
  }

  test('an answer moves the average by an eighth and the deviation by a quarter', () => {
    const deadlines = makeLearntDeadlines();
    deadlines.answered('a', 'create', { tookMs: 2_000 });
    deadlines.answered('a', 'create', { tookMs: 4_000 });
    // 2,000 + 2,000 / 8, and 1,000 + (2,000 - 1,000) / 4.
    assert.equal(deadlines.timeoutMs('a', 'create'), 2_250 + 4 * 1_250);
    const [{ smoothedMs, deviationMs }] = deadlines.takeChanged() as [LearntDeadline];
    assert.deepEqual([smoothedMs, deviationMs], [2_250, 1_250]);
  });

  test('is of one company and one kind of call', () => {
    const deadlines = makeLearntDeadlines();
    deadlines.answered('a', 'file', { tookMs: 4_000 });
    deadlines.timedOut('b', 'file', { startedAtMs: 0, nowMs: 1 });
    assert.equal(deadlines.timeoutMs('a', 'file'), 12_000);
    assert.equal(deadlines.timeoutMs('b', 'file'), 20_000);
    assert.equal(deadlines.timeoutMs('a', 'list'), 10_000);
    assert.equal(deadlines.timeoutMs('c', 'file'), 10_000);
  });
});

describe("Karn's rule", () => {
  test('a timeout leaves the averages as they are, and an answer ends the widening', () => {
    const deadlines = quick('create');
    const [before] = deadlines.takeChanged() as [LearntDeadline];
    deadlines.timedOut('a', 'create', { startedAtMs: 0, nowMs: 4_000 });
    assert.deepEqual(deadlines.takeChanged(), [{ ...before, widenings: 1 }]);
    deadlines.answered('a', 'create', { tookMs: 7_900 });
    const [after] = deadlines.takeChanged() as [LearntDeadline];
    // At its full length: 100 + 7,800 / 8, and 50 + (7,800 - 50) / 4.
    assert.deepEqual(after, { ...before, smoothedMs: 1_075, deviationMs: 1_987.5, widenings: 0 });
  });

  test('calls in flight together widen once, a call started later widens again', () => {
    const deadlines = quick('create');
    for (const startedAtMs of [0, 1, 2, 3, 4_000]) {
      deadlines.timedOut('a', 'create', { startedAtMs, nowMs: 4_000 + startedAtMs });
      assert.equal(deadlines.timeoutMs('a', 'create'), 8_000, `started at ${startedAtMs} ms`);
    }
    deadlines.timedOut('a', 'create', { startedAtMs: 4_001, nowMs: 12_001 });
    assert.equal(deadlines.timeoutMs('a', 'create'), 16_000);
  });

  test('what is left of a burst does not widen again after an answer', () => {
    const deadlines = quick('create');
    deadlines.timedOut('a', 'create', { startedAtMs: 0, nowMs: 4_000 });
    deadlines.answered('a', 'create', { tookMs: 100 });
    deadlines.timedOut('a', 'create', { startedAtMs: 1, nowMs: 4_001 });
    assert.equal(deadlines.timeoutMs('a', 'create'), 4_000);
  });

  test('an outage does not count widenings that change nothing', () => {
    const deadlines = quick('create');
    for (let n = 1; n <= 5_000; n += 1) {
      deadlines.timedOut('a', 'create', { startedAtMs: 2 * n, nowMs: 2 * n + 1 });
    }
    // 4 s, 8 s, 16 s, and the fourth would be 32 s.
    assert.equal(deadlines.takeChanged()[0]?.widenings, 3);
  });
});

describe('what is kept', () => {
  test('what was taken and loaded again gives the same deadlines', () => {
    const first = makeLearntDeadlines();
    first.answered('a', 'create', { tookMs: 2_000 });
    first.answered('a', 'create', { tookMs: 2_600 });
    first.timedOut('a', 'create', { startedAtMs: 0, nowMs: 9 });
    first.timedOut('b', 'look_up', { startedAtMs: 0, nowMs: 9 });
    const rows = first.takeChanged();
    assert.equal(rows.length, 2);
    const second = makeLearntDeadlines();
    second.load(structuredClone(rows));
    for (const [tenantId, kind] of [
      ['a', 'create'],
      ['b', 'look_up'],
    ] as const) {
      assert.equal(second.timeoutMs(tenantId, kind), first.timeoutMs(tenantId, kind));
    }
    assert.deepEqual(second.takeChanged(), [], 'what was loaded is stored already');
  });

  test('only what changed since the last time is taken', () => {
    const deadlines = quick('create');
    deadlines.answered('b', 'file', { tookMs: 5 });
    assert.equal(deadlines.takeChanged().length, 2);
    deadlines.timeoutMs('a', 'create');
    assert.deepEqual(deadlines.takeChanged(), []);
    deadlines.answered('b', 'file', { tookMs: 5 });
    assert.deepEqual(
      deadlines.takeChanged().map((row) => row.tenantId),
      ['b'],
    );
  });

  test('what is loaded takes the place of what was learnt, and is stored already', () => {
    const deadlines = quick('create');
    const row = { smoothedMs: 4_000, deviationMs: 500, widenings: 1 };
    deadlines.load([{ tenantId: 'a', kind: 'create', ...row }]);
    assert.equal(deadlines.timeoutMs('a', 'create'), 12_000);
    assert.deepEqual(deadlines.takeChanged(), []);
  });

  test('at the limit all pairs are kept, and one beyond it the least recently used goes', () => {
    const deadlines = makeLearntDeadlines();
    const known = (tenantId: string) => deadlines.timeoutMs(tenantId, 'file') === 3_000;
    const tenants = () => deadlines.report().find((row) => row.kind === 'file')?.tenants;
    for (let n = 0; n < tenantsKeptMax; n += 1) {
      deadlines.answered(`t${n}`, 'file', { tookMs: 1 });
    }
    assert.equal(tenants(), tenantsKeptMax);
    assert.ok(known('t0'), 'which makes t1 the least recently used');
    deadlines.answered('one more', 'file', { tookMs: 1 });
    assert.equal(tenants(), tenantsKeptMax);
    assert.deepEqual(['t0', 't1', 't2', 'one more'].map(known), [true, false, true, true]);
    assert.equal(deadlines.takeChanged().length, tenantsKeptMax);
  });

  test('the longest is that of any company, and never less than a new one would get', () => {
    const deadlines = makeLearntDeadlines();
    assert.equal(deadlines.longestMs(), 10_000);
    assert.equal(deadlines.longestMs(['look_up']), 5_000);
    deadlines.answered('a', 'look_up', { tookMs: 1 });
    assert.equal(deadlines.longestMs(['look_up']), 5_000);
    deadlines.answered('b', 'look_up', { tookMs: 3_000 });
    deadlines.timedOut('c', 'create', { startedAtMs: 0, nowMs: 1 });
    assert.equal(deadlines.longestMs(['look_up']), 9_000);
    assert.equal(deadlines.longestMs(['look_up', 'file']), 10_000);
    assert.equal(deadlines.longestMs(), 20_000);
  });

  test('the report has each kind with its shortest and longest deadline', () => {
    const deadlines = makeLearntDeadlines();
    deadlines.answered('a', 'create', { tookMs: 2_000.2 });
    deadlines.answered('b', 'create', { tookMs: 1 });
    assert.deepEqual(deadlines.report().slice(0, 2), [
      { kind: 'create', tenants: 2, shortest_ms: 4_000, longest_ms: 6_001 },
      { kind: 'look_up', tenants: 0, shortest_ms: 5_000, longest_ms: 5_000 },
    ]);
  });
});

/**
 * Five in flight all the time, 1,000 calls begun at 0.1 s, 1,000 at 3 s, 1,000 at 0.1 s, each
 * ±20%. FacturAPI would answer every one of them, so each timeout is a needless one.
 */
function stepThere(kind: WaitKind, seed: number) {
  const levelsMs = [100, 3_000, 100];
  const deadlines = makeLearntDeadlines();
  const random = seededRandom(seed);
  const needless = [0, 0, 0];
  let started = 0;
  let beforeMs = 0;
  let sinceSlow = 0;
  let callsUntilBack = 0;

  function start(startedAtMs: number) {
    const level = Math.min(2, Math.floor(started / 1_000));
    started += 1;
    const tookMs = levelsMs[level]! * (0.8 + 0.4 * random());
    const timeoutMs = deadlines.timeoutMs('a', kind);
    const endMs = startedAtMs + Math.min(tookMs, timeoutMs);
    return { level, startedAtMs, endMs, isCut: tookMs > timeoutMs };
  }

  const flying = [0, 7, 14, 21, 28].map(start);
  while (started < 3_000) {
    flying.sort((a, b) => a.endMs - b.endMs);
    const { level, startedAtMs, endMs, isCut } = flying.shift()!;
    if (isCut) {
      needless[level]! += 1;
      deadlines.timedOut('a', kind, { startedAtMs, nowMs: endMs });
    } else deadlines.answered('a', kind, { tookMs: endMs - startedAtMs });
    const nowMs = deadlines.timeoutMs('a', kind);
    if (started === 1_000) beforeMs = nowMs;
    if (started > 2_000) {
      sinceSlow = level === 1 ? 0 : sinceSlow + 1;
      if (Math.abs(nowMs - beforeMs) > 0.1 * beforeMs) callsUntilBack = sinceSlow;
    }
    flying.push(start(endMs + 0.01));
  }
  return { needless, callsUntilBack };
}

describe('when FacturAPI slows from 0.1 s to 3 s and recovers', () => {
  const seeds = Array.from({ length: 50 }, (_, n) => n + 1);
  for (const kind of kinds) {
    const runs = seeds.map((seed) => stepThere(kind, seed));

    test(`${kind}: less than 1% of the calls at each level are cut off needlessly`, () => {
      for (const level of [0, 1, 2]) {
        const cut = runs.reduce((sum, run) => sum + run.needless[level]!, 0);
        assert.ok(cut < 0.01 * 1_000 * runs.length, `${cut / runs.length} of 1,000 at ${level}`);
      }
    });

    test(`${kind}: it is back within 100 calls of the last slow answer`, () => {
      const calls = Math.max(...runs.map((run) => run.callsUntilBack));
      assert.ok(calls > 0 && calls <= 100, `${calls} calls`);
    });
  }
});
