import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cleanupsOfTest } from '../../test/support/cleanups.ts';
import { startInstallation } from '../../test/support/installation.ts';
import { until } from '../../test/support/until.ts';

test('while PostgreSQL is frozen the health is a 503 within 2 s, and it recovers by itself', async (test) => {
  const t = cleanupsOfTest(test);
  const timbra = await startInstallation(t);
  const health = () =>
    fetch(`${timbra.url}/api/cluster/health`, { signal: AbortSignal.timeout(10_000) });
  await until(async () => (await health()).status === 200);
  const postmaster = await timbra.pidOf('postgres');
  const backends = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  const frozen = [postmaster, ...backends.trim().split(' ').map(Number)];
  const thaw = () => {
    for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
  };
  t.after(thaw);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  // What was found out a moment ago may still be told.
  await until(async () => (await health()).status === 503, 4_000);
  for (const _ of [1, 2, 3]) {
    const askedMs = performance.now();
    const answer = await health();
    const tookMs = performance.now() - askedMs;
    assert.equal(answer.status, 503);
    assert.ok(tookMs < 2_000, `it took ${Math.round(tookMs)} ms`);
    assert.equal(((await answer.json()) as any).checks.database, 'down');
  }
  thaw();
  await until(async () => (await health()).status === 200);
});
