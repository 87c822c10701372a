import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestSandbox } from '../support/test-sandbox.ts';
import { isLatency, type Latency, latencySource } from './latency.ts';

const many = (latency: Latency) => {
  const next = latencySource(latency);
  return Array.from({ length: 10_000 }, next);
};
const at = (values: number[], quantile: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * quantile)]!;

test('the same seed gives the same latencies, another seed others', () => {
  const tail = { distribution: 'lognormal', median: 100, sigma: 1, max: 9_000 } as const;
  assert.deepEqual(many({ ...tail, seed: 7 }), many({ ...tail, seed: 7 }));
  assert.notDeepEqual(many({ ...tail, seed: 7 }), many({ ...tail, seed: 8 }));
});

test('a uniform latency fills its span and never leaves it', () => {
  const values = many({ distribution: 'uniform', min: 50, max: 150 });
  assert.ok(values.every((value) => value >= 50 && value < 150));
  assert.ok(Math.abs(at(values, 0.5) - 100) < 5);
});

test('a heavy tail has its median, its far tail, and its cap', () => {
  const lognormal = many({ distribution: 'lognormal', median: 100, sigma: 1, max: 2_000 });
  assert.ok(Math.abs(at(lognormal, 0.5) - 100) < 5);
  assert.ok(at(lognormal, 0.99) > 800, `p99 ${at(lognormal, 0.99)}`);
  assert.equal(Math.max(...lognormal), 2_000);
  const pareto = many({ distribution: 'pareto', min: 40, shape: 1.2, max: 5_000 });
  assert.ok(Math.min(...pareto) >= 40);
  assert.ok(Math.abs(at(pareto, 0.5) - 40 * 2 ** (1 / 1.2)) < 5);
  assert.equal(Math.max(...pareto), 5_000);
});

test('a latency with a missing, misspelt or negative part is refused', async (t) => {
  for (const bad of [
    -1,
    600_001,
    'lento',
    null,
    {},
    { distribution: 'normal', min: 1, max: 2 },
    { distribution: 'uniform', min: 1 },
    { distribution: 'uniform', min: 1, max: 2, maximo: 3 },
    { distribution: 'pareto', min: 1, max: 2, shape: 0 },
    { distribution: 'uniform', min: 1, max: 2, seed: 0.5 },
  ]) {
    assert.equal(isLatency(bad), false, JSON.stringify(bad));
  }
  const sandbox = await startTestSandbox(t);
  const body = { latency_ms: { distribution: 'uniform', min: 5 } };
  assert.equal((await sandbox.control('/settings', { body })).status, 400);
});

test('a drawn latency can be set for all calls, for planned ones, and for one', async (t) => {
  const sandbox = await startTestSandbox(t);
  const tail = { distribution: 'lognormal', median: 1, sigma: 0.5, max: 5, seed: 3 };
  const { body } = await sandbox.control('/settings', { body: { latency_ms: tail } });
  assert.deepEqual(body.latency_ms, tail);
  assert.equal((await sandbox.call('/check')).status, 200);
  const planned = { fault: 'slow', latency_ms: tail, match: { path: '/check' } };
  assert.equal((await sandbox.control('/faults', { body: planned })).status, 201);
  assert.equal((await sandbox.call('/check')).status, 200);
  const header = { 'x-sandbox-fault': JSON.stringify({ fault: 'slow', latency_ms: tail }) };
  assert.equal((await sandbox.call('/check', { headers: header })).status, 200);
});
