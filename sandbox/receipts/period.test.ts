import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantsOf, lastPeriod, monthsCode, type Periodicity } from './period.ts';

test('the last period is the one that is over on the clocks of the place', () => {
  const cases: [Periodicity, string, string, string][] = [
    ['day', '2026-03-01T18:00:00Z', '2026-02-28', '2026-02-28'],
    // Still the last of February in the centre of Mexico.
    ['day', '2026-03-01T05:59:59Z', '2026-02-27', '2026-02-27'],
    ['week', '2026-05-04T18:00:00Z', '2026-04-27', '2026-05-03'],
    ['week', '2026-05-10T18:00:00Z', '2026-04-27', '2026-05-03'],
    ['fortnight', '2026-05-16T18:00:00Z', '2026-05-01', '2026-05-15'],
    ['fortnight', '2026-03-15T18:00:00Z', '2026-02-16', '2026-02-28'],
    ['month', '2026-01-31T18:00:00Z', '2025-12-01', '2025-12-31'],
    ['two_months', '2026-03-01T18:00:00Z', '2026-01-01', '2026-02-28'],
    ['two_months', '2026-02-28T18:00:00Z', '2025-11-01', '2025-12-31'],
  ];
  for (const [periodicity, now, first, last] of cases) {
    assert.deepEqual(lastPeriod(periodicity, new Date(now), '06000'), { first, last }, now);
  }
});

test('a period spans its days from midnight to midnight of the place', () => {
  const centre = instantsOf({ first: '2026-05-01', last: '2026-05-31' }, '06000');
  assert.equal(centre.from.toISOString(), '2026-05-01T06:00:00.000Z');
  assert.equal(centre.to.toISOString(), '2026-06-01T05:59:59.999Z');
  // Tijuana follows California: its clocks changed on 8 March 2026 at two in the morning.
  const border = instantsOf({ first: '2026-03-08', last: '2026-03-08' }, '22000');
  assert.equal(border.from.toISOString(), '2026-03-08T08:00:00.000Z');
  assert.equal(border.to.toISOString(), '2026-03-09T06:59:59.999Z');
});

test("two months have SAT's code of their own", () => {
  assert.equal(monthsCode('month', '2026-05-31'), '05');
  assert.equal(monthsCode('two_months', '2026-02-28'), '13');
  assert.equal(monthsCode('two_months', '2025-12-31'), '18');
});
