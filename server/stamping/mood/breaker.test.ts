import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../sandbox/faults/seeded-random.ts';
import { type Breaker, makeBreaker, probeMsMax } from './breaker.ts';

const withoutJitter = () => makeBreaker({ random: () => 0 });

function fail(breaker: Breaker, times: number, nowMs: number) {
  for (let n = 0; n < times; n += 1) breaker.failed(nowMs);
}

/** Open since 0, until 5,000. */
function opened(): Breaker {
  const breaker = withoutJitter();
  fail(breaker, 5, 0);
  return breaker;
}

/** The lengths for which it opens, when every probe fails at once. */
function intervalsMs(breaker: Breaker, count: number): number[] {
  let nowMs = 0;
  fail(breaker, 5, nowMs);
  return Array.from({ length: count }, () => {
    const untilMs = breaker.openUntilMs()!;
    const lengthMs = untilMs - nowMs;
    nowMs = untilMs;
    assert.ok(breaker.started(nowMs));
    breaker.failed(nowMs);
    return lengthMs;
  });
}

describe('a closed breaker', () => {
  test('stays closed one failure below the limit, and opens at it', () => {
    const breaker = withoutJitter();
    fail(breaker, 4, 10);
    assert.deepEqual(breaker.report(10), { state: 'closed', open_until_ms: null, failures: 4 });
    assert.ok(breaker.started(10));
    breaker.failed(10);
    assert.deepEqual(breaker.report(10), { state: 'open', open_until_ms: 5_010, failures: 5 });
    assert.equal(breaker.started(10), false);
  });

  test('lets calls start, and counts failures in a row only', () => {
    const breaker = withoutJitter();
    for (let n = 0; n < 100; n += 1) {
      assert.ok(breaker.mayStart(n) && breaker.started(n));
      fail(breaker, 4, n);
      breaker.succeeded(n);
    }
    assert.equal(breaker.state(100), 'closed');
  });

  test('opens at the first failure that counts at once', () => {
    const breaker = withoutJitter();
    breaker.failed(0, { countsAtOnce: true });
    assert.equal(breaker.state(0), 'open');
  });
});

describe('an open breaker', () => {
  test('lets no call start before its time, and at its time just one', () => {
    const breaker = opened();
    assert.equal(breaker.state(4_999), 'open');
    assert.equal(breaker.mayStart(4_999) || breaker.started(4_999), false);
    assert.equal(breaker.state(5_000), 'probing');
    for (const may of [breaker.mayStart(5_000), breaker.mayStart(5_000)]) assert.ok(may);
    assert.ok(breaker.started(5_000));
    assert.equal(breaker.mayStart(5_000) || breaker.started(5_000), false);
  });

  test('is not kept open longer by failures of calls that were in flight', () => {
    const breaker = opened();
    fail(breaker, 100, 4_999);
    breaker.failed(4_999, { countsAtOnce: true });
    assert.equal(breaker.openUntilMs(), 5_000);
    assert.equal(breaker.report(5_000).failures, 5);
  });

  test('is not closed by a success of a call that was in flight', () => {
    const breaker = opened();
    breaker.succeeded(1);
    assert.equal(breaker.state(1), 'open');
    breaker.succeeded(5_000);
    assert.equal(breaker.state(5_000), 'probing', 'nor at its time, before there is a probe');
  });
});

describe('a probe', () => {
  test('that succeeds closes it, and the next time it opens for the shortest interval', () => {
    const breaker = opened();
    breaker.started(5_000);
    breaker.failed(5_001);
    assert.equal(breaker.openUntilMs(), 15_001);
    breaker.started(15_001);
    breaker.succeeded(15_002);
    assert.deepEqual(breaker.report(15_002), { state: 'closed', open_until_ms: null, failures: 0 });
    assert.equal(breaker.openUntilMs(), undefined);
    fail(breaker, 5, 20_000);
    assert.equal(breaker.openUntilMs(), 25_000);
  });

  test('that fails opens it for twice as long, up to the longest interval', () => {
    const lengthsMs = intervalsMs(withoutJitter(), 7);
    assert.deepEqual(lengthsMs, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  test('comes up to a fifth later, never sooner', () => {
    const latest = intervalsMs(makeBreaker({ random: () => 1 }), 5);
    assert.deepEqual(latest, [6_000, 12_000, 24_000, 48_000, 72_000]);
  });

  test('without a word is given up at its limit and not before, and one other may start', () => {
    const breaker = opened();
    breaker.started(5_000);
    assert.equal(breaker.mayStart(5_000 + probeMsMax - 1), false);
    assert.equal(breaker.state(5_000 + probeMsMax), 'probing');
    assert.ok(breaker.started(5_000 + probeMsMax));
    assert.equal(breaker.mayStart(5_000 + probeMsMax), false);
  });

  test('that was given back leaves room for one other, unless that has started', () => {
    const breaker = opened();
    breaker.started(5_000);
    breaker.gaveBack(4_999);
    assert.equal(breaker.mayStart(5_001), false, 'an older call has no probe to give back');
    breaker.gaveBack(5_000);
    assert.ok(breaker.started(5_001));
    breaker.gaveBack(5_000);
    assert.equal(breaker.mayStart(5_002), false);
    breaker.succeeded(5_003, { startedAtMs: 5_001 });
    breaker.gaveBack(5_001);
    breaker.failed(5_004, { startedAtMs: 5_000, countsAtOnce: true });
    assert.equal(breaker.state(5_004), 'closed', 'what it told before stands');
  });

  test('that was given up still counts, unless another has started', () => {
    const late = 5_000 + probeMsMax;
    const alone = opened();
    alone.started(5_000);
    alone.succeeded(late, { startedAtMs: 5_000 });
    assert.equal(alone.state(late), 'closed');
    const followed = opened();
    followed.started(5_000);
    followed.started(late);
    followed.succeeded(late, { startedAtMs: 5_000 });
    assert.equal(followed.state(late), 'probing');
    followed.succeeded(late, { startedAtMs: late });
    assert.equal(followed.state(late), 'closed');
  });

  test('is not taken for an older call, neither while it is out nor after it closed it', () => {
    const breaker = opened();
    breaker.started(5_000);
    breaker.succeeded(5_001, { startedAtMs: 4_999 });
    breaker.failed(5_001, { startedAtMs: 4_999 });
    assert.deepEqual([breaker.state(5_001), breaker.mayStart(5_001)], ['probing', false]);
    breaker.succeeded(5_002, { startedAtMs: 5_000 });
    breaker.failed(5_003, { startedAtMs: 4_999, countsAtOnce: true });
    assert.equal(breaker.state(5_003), 'closed');
    breaker.failed(5_004, { startedAtMs: 5_003, countsAtOnce: true });
    assert.equal(breaker.state(5_004), 'open');
  });
});

describe('opened from outside', () => {
  test('it lets no call start before its time, and at its time just one, without jitter', () => {
    const breaker = makeBreaker({ random: () => 1 });
    breaker.openFor(30_000, 100);
    assert.equal(breaker.started(30_099), false);
    assert.ok(breaker.started(30_100));
    assert.equal(breaker.started(30_100), false);
  });

  test('a shorter time does not shorten a longer one', () => {
    const breaker = withoutJitter();
    breaker.openFor(30_000, 0);
    breaker.openFor(10_000, 1);
    assert.equal(breaker.openUntilMs(), 30_000);
    breaker.openFor(30_000, 1);
    assert.equal(breaker.openUntilMs(), 30_001);
  });

  test('a probe that is told to wait ends, and the interval stays as it was', () => {
    const breaker = opened();
    breaker.started(5_000);
    breaker.openFor(1_000, 5_100);
    breaker.failed(5_200);
    assert.deepEqual([breaker.openUntilMs(), breaker.intervalMs()], [6_100, 5_000]);
    assert.ok(breaker.started(6_100));
  });
});

describe('restored', () => {
  test('it goes on where another left it', () => {
    const first = withoutJitter();
    intervalsMs(first, 2);
    const untilMs = first.openUntilMs()!;
    const second = withoutJitter();
    second.restore({ untilMs, intervalMs: first.intervalMs() });
    assert.equal(second.started(untilMs - 1), false);
    assert.ok(second.started(untilMs));
    second.failed(untilMs);
    assert.equal(second.openUntilMs(), untilMs + 40_000);
  });

  test('an interval outside the bounds is brought within them', () => {
    const breaker = withoutJitter();
    const taken = [4_999, 60_001].map((intervalMs) => {
      breaker.restore({ untilMs: 0, intervalMs });
      return breaker.intervalMs();
    });
    assert.deepEqual(taken, [5_000, 60_000]);
  });
});

describe('an outage of five minutes with 50 calls a second', () => {
  const outageMs = 300_000;

  /** Calls that come every 20 ms and fail after `failMs`; when each started and ended. */
  function outage(breaker: Breaker, failMs: number) {
    const flying: number[] = [];
    const startsMs: number[] = [];
    const probesMs: number[] = [];
    let nowMs = 0;
    for (; nowMs < outageMs || breaker.state(nowMs) !== 'closed'; nowMs += 20) {
      while (flying.length > 0 && flying[0]! + failMs <= nowMs) {
        const startedAtMs = flying.shift()!;
        if (nowMs < outageMs) breaker.failed(nowMs, { startedAtMs });
        else breaker.succeeded(nowMs, { startedAtMs });
      }
      if (flying.length >= 5 || !breaker.started(nowMs)) continue;
      flying.push(nowMs);
      (breaker.state(nowMs) === 'probing' ? probesMs : startsMs).push(nowMs);
    }
    return { startsMs, probesMs, closedAtMs: nowMs };
  }

  /** The first after 5 s, the others after 10, 20, 40, and then 60 s from the end of the last. */
  function isOneAnInterval(probesMs: readonly number[]) {
    const shortestMs = [5_000, 10_000, 20_000, 40_000, ...Array(20).fill(60_000)];
    for (const [n, atMs] of probesMs.entries()) {
      assert.ok(atMs - (probesMs[n - 1] ?? 0) >= shortestMs[n]!, `probes at ${probesMs} ms`);
    }
  }

  for (const failMs of [20, 100, 10_000]) {
    test(`that fail after ${failMs} ms costs one probe an interval`, () => {
      const { startsMs, probesMs, closedAtMs } = outage(withoutJitter(), failMs);
      assert.ok(startsMs.length <= 10, `${startsMs.length} calls until it opened`);
      isOneAnInterval(probesMs);
      assert.ok(probesMs.length <= 8, `${probesMs.length} probes`);
      assert.ok(closedAtMs <= outageMs + 60_000 + failMs + 40, 'it closes with the next probe');
    });
  }

  test('with jitter the intervals are no shorter', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const { probesMs } = outage(makeBreaker({ random: seededRandom(seed) }), 100);
      isOneAnInterval(probesMs);
      assert.ok(probesMs.length >= 5 && probesMs.length <= 8, `${probesMs.length} probes`);
    }
  });
});

test('whatever happens, one probe is out at the most, and no call starts before its time', () => {
  const anyStep = fc.record({
    passMs: fc.oneof(fc.nat(10), fc.nat(20_000), fc.nat(2 * probeMsMax)),
    what: fc.constantFrom('start', 'start', 'start', 'succeed', 'fail', 'fail', 'openFor'),
    which: fc.nat(20),
    ms: fc.nat(90_000),
  });
  const run = fc.property(fc.array(anyStep, { maxLength: 200, size: 'max' }), (steps) => {
    const breaker = makeBreaker({ random: seededRandom(1), failuresMax: 2 });
    const flying: number[] = [];
    let nowMs = 0;
    let notBeforeMs = 0;
    let probeAtMs: number | undefined;
    for (const { passMs, what, which, ms } of steps) {
      // Strictly later, so that a call is known by its start.
      nowMs += passMs + 1;
      if (what === 'start') {
        const before = breaker.state(nowMs);
        const may = breaker.mayStart(nowMs);
        assert.equal(breaker.started(nowMs), may);
        if (!may) continue;
        assert.ok(nowMs >= notBeforeMs, `${nowMs} of ${notBeforeMs}`);
        if (before === 'probing') {
          const isOut = probeAtMs !== undefined && flying.includes(probeAtMs);
          assert.ok(!isOut || nowMs >= probeAtMs! + probeMsMax, 'two probes');
          probeAtMs = nowMs;
        } else assert.equal(before, 'closed');
        flying.push(nowMs);
      } else if (what === 'openFor') {
        breaker.openFor(ms, nowMs);
        notBeforeMs = Math.max(notBeforeMs, nowMs + ms);
        probeAtMs = undefined;
      } else if (flying.length > 0) {
        const [startedAtMs] = flying.splice(which % flying.length, 1) as [number];
        const before = breaker.state(nowMs);
        if (what === 'succeed') breaker.succeeded(nowMs, { startedAtMs });
        else breaker.failed(nowMs, { startedAtMs });
        const after = breaker.state(nowMs);
        if (before === 'open') assert.equal(after, 'open');
        if (before === 'closed' && what === 'succeed') assert.equal(after, 'closed');
        const isOfProbe = startedAtMs === probeAtMs;
        const told = what === 'succeed' ? 'closed' : 'open';
        if (before === 'probing') assert.equal(after, isOfProbe ? told : 'probing');
        if (after === 'open' && before !== 'open') {
          notBeforeMs = nowMs + 5_000;
          probeAtMs = undefined;
        }
      }
    }
  });
  fc.assert(run, { numRuns: 500 });
});
