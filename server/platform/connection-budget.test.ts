import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DB_POOL_TOTAL_MAX,
  DB_POOL_TOTAL_MIN,
  WEB_WORKERS_MAX,
  WEB_WORKERS_MIN,
} from '../config.ts';
import { connectionBudget, searchConnectionsMax } from './connection-budget.ts';

function spent(total: number, workers: number): number {
  const { listen, stamperLeader, stamperPool, webPool, searchPool } = connectionBudget(
    total,
    workers,
  );
  return listen + stamperLeader + stamperPool + (webPool + searchPool) * workers;
}

test('the documented table of 20 is what is given', () => {
  for (const [workers, webPool, searchPool] of [
    [2, 6, 2],
    [4, 3, 1],
    [8, 1, 1],
  ] as const) {
    assert.deepEqual(connectionBudget(20, workers), {
      listen: 1,
      stamperLeader: 1,
      stamperPool: 2,
      webPool,
      searchPool,
    });
  }
});

test('all processes together never take more than the total, and leave less than one each', () => {
  const totals = fc.integer({ min: DB_POOL_TOTAL_MIN, max: DB_POOL_TOTAL_MAX });
  const workers = fc.integer({ min: WEB_WORKERS_MIN, max: WEB_WORKERS_MAX });
  fc.assert(
    fc.property(totals, workers, (total, count) => {
      const all = spent(total, count);
      assert.ok(all <= total && total - all < count, `${all} of ${total}`);
      assert.ok(connectionBudget(total, count).webPool >= 1);
    }),
  );
});

test('search has connections of its own as soon as a worker has two, and never more than it uses', () => {
  assert.equal(connectionBudget(4 + 2 * WEB_WORKERS_MAX, WEB_WORKERS_MAX).searchPool, 1);
  assert.equal(connectionBudget(4 + 2 * WEB_WORKERS_MAX - 1, WEB_WORKERS_MAX).searchPool, 0);
  assert.equal(connectionBudget(DB_POOL_TOTAL_MAX, 2).searchPool, searchConnectionsMax);
});

test('the smallest total that may be configured is enough for the most workers, one less is not', () => {
  const least = connectionBudget(DB_POOL_TOTAL_MIN, WEB_WORKERS_MAX);
  assert.deepEqual([least.webPool, least.searchPool], [1, 0]);
  assert.throws(() => connectionBudget(DB_POOL_TOTAL_MIN - 1, WEB_WORKERS_MAX), /DB_POOL_TOTAL/);
});
