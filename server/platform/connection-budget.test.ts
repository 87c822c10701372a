import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DB_POOL_TOTAL_MAX,
  DB_POOL_TOTAL_MIN,
  WEB_WORKERS_MAX,
  WEB_WORKERS_MIN,
} from '../config.ts';
import { connectionBudget } from './connection-budget.ts';

function spent(total: number, workers: number): number {
  const { listen, stamperLeader, stamperPool, webPool } = connectionBudget(total, workers);
  return listen + stamperLeader + stamperPool + webPool * workers;
}

test('the documented table of 20 is what is given', () => {
  for (const [workers, webPool] of [
    [2, 8],
    [4, 4],
    [8, 2],
  ] as const) {
    assert.deepEqual(connectionBudget(20, workers), {
      listen: 1,
      stamperLeader: 1,
      stamperPool: 2,
      webPool,
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

test('the smallest total that may be configured is enough for the most workers, one less is not', () => {
  assert.equal(connectionBudget(DB_POOL_TOTAL_MIN, WEB_WORKERS_MAX).webPool, 1);
  assert.throws(() => connectionBudget(DB_POOL_TOTAL_MIN - 1, WEB_WORKERS_MAX), /DB_POOL_TOTAL/);
});
