import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HistoryEntry, toldEntries, toneOf } from './told-entries.ts';

const attempt = (attempt: number, detail: string, outcome = 'unavailable'): HistoryEntry => ({
  type: 'attempt',
  at: `2026-01-01T00:00:0${attempt}.000Z`,
  kind: 'create_invoice',
  attempt,
  outcome,
  http_status: null,
  code: null,
  log_id: null,
  started_at: `2026-01-01T00:00:0${attempt}.000Z`,
  took_ms: 5,
  detail,
});
const decision: HistoryEntry = {
  type: 'decision',
  at: '2026-01-01T00:00:03.000Z',
  decision: 'look_again',
  why: 'porque',
  by: 'Ana',
  detail: 'Ana pidió buscarla otra vez en FacturAPI: porque',
};

test('attempts in a row that say the same are told once, from the first to the last', () => {
  const told = toldEntries([attempt(1, 'a'), attempt(2, 'a'), attempt(3, 'b')]);
  assert.deepEqual(
    told.map(({ entry, times, firstAt }) => [entry.at.at(-6), firstAt.at(-6), times]),
    [
      ['2', '1', 2],
      ['3', '3', 1],
    ],
  );
});

test('what stands between two alike keeps them apart, and decisions are never put together', () => {
  assert.equal(toldEntries([attempt(1, 'a'), decision, attempt(4, 'a')]).length, 3);
  assert.equal(toldEntries([decision, decision]).length, 2);
});

test('an outcome that the console has never heard of has a tone all the same', () => {
  assert.equal(toneOf(attempt(1, 'a', 'tomorrow')), 'quiet');
  assert.equal(toneOf(attempt(1, 'a', 'stamped')), 'good');
  assert.equal(toneOf(decision), 'person');
});
