import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { testPool } from '../../test/support/records.ts';
import { type QueueReport, readQueueReport } from './queue-report.ts';

describe('the queue report', () => {
  const t = cleanupsOfBlock();
  let pool: pg.Pool;
  before(async () => {
    const database = await testDatabase(t);
    // One connection, for what `enqueue` sets on it.
    pool = testPool(t, database.admin, 1);
  });

  test('before the first leader there is none, and nothing waits', async () => {
    const report = await readQueueReport(pool);
    assert.equal(report.leader, null);
    assert.equal(report.leader_heard_ms, undefined);
    assert.deepEqual(await report.counts(), {
      queued: 0,
      delayed: 0,
      dead: 0,
      by_priority: { read: 0, interactive: 0, batch: 0, housekeeping: 0, history: 0 },
    });
  });

  test('it counts each state, and by priority what waits', async () => {
    await pool.query(`insert into stamping_lanes (lane, leader, heartbeat_at, in_flight)
      values (0, 'machine/1', now() - interval '3 s', 2)`);
    await enqueue('queued', 1, 3);
    await enqueue('delayed', 1, 1);
    await enqueue('queued', 2, 2);
    await enqueue('dead', 0, 4);
    await enqueue('done', 0, 5);
    const report = await readQueueReport(pool);
    assert.equal(report.leader, 'machine/1');
    assert.equal(report.in_flight, 2);
    assert.ok(report.leader_heard_ms! >= 3_000);
    assert.deepEqual(await report.counts(), {
      queued: 5,
      delayed: 1,
      dead: 4,
      by_priority: { read: 0, interactive: 4, batch: 2, housekeeping: 0, history: 0 },
    });
  });

  test('the health reads the lanes alone, and the counts never scan what is done', async () => {
    await enqueue('done', 0, 20_000);
    await pool.query('vacuum analyze stamping_calls');
    const asked: string[] = [];
    const spy = {
      query: (query: { text: string }) => {
        asked.push(query.text);
        return pool.query(query);
      },
    } as unknown as Pick<pg.Pool, 'query'>;
    const report: QueueReport = await readQueueReport(spy);
    assert.equal(asked.length, 1);
    assert.doesNotMatch(asked[0]!, /stamping_calls/);
    await report.counts();
    const plan = await pool.query(`explain ${asked[1]}`);
    const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.doesNotMatch(lines, /Seq Scan/, lines);
  });

  async function enqueue(state: string, priority: number, count: number): Promise<void> {
    // The invoices behind the calls do not matter here.
    await pool.query('set session_replication_role = replica');
    await pool.query(
      `insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, state)
       select 0, gen_random_uuid(), gen_random_uuid(), 'create_invoice', $2, $1
         from generate_series(1, $3::int)`,
      [state, priority, count],
    );
    await pool.query('reset session_replication_role');
  }
});
