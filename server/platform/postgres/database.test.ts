import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { testClient, testPool } from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { freePort } from '../../cluster/ports.ts';
import {
  inTransaction,
  isDatabaseUnavailable,
  ping,
  pingMsMax,
  poolWaitMsMax,
} from './database.ts';

describe('the database', () => {
  const cleanups = cleanupsOfBlock();
  let database: TestDatabase;
  let admin: pg.Pool;
  before(async () => {
    database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    await admin.query('create table notes (words text)');
  });
  const errorOf = (work: Promise<unknown>) =>
    work.then(
      () => assert.fail('it should have failed'),
      (error: Error) => error,
    );
  const notes = async () =>
    (await admin.query('select words from notes order by 1')).rows.map((row) => row.words);

  test('whoever signs in as the owner of all works as the role that was asked for', async (t) => {
    for (const role of ['timbra_app', 'timbra_stamper'] as const) {
      const pool = testPool(t, { ...database.admin, role });
      const who = () => pool.query('select current_user as who');
      const answers = await Promise.all(Array.from({ length: 8 }, who));
      assert.ok(answers.every(({ rows }) => rows[0].who === role));
    }
  });

  test('ids and folios are numbers, money stays text', async () => {
    const { rows } = await admin.query(
      `select 7::bigint as id, 1234567890.123456::numeric as total`,
    );
    assert.deepEqual(rows[0], { id: 7, total: '1234567890.123456' });
  });

  test('a transaction is written as a whole', async () => {
    const result = await inTransaction(admin, async (client) => {
      await client.query(`insert into notes values ('a'), ('b')`);
      return 'done';
    });
    assert.equal(result, 'done');
    assert.deepEqual(await notes(), ['a', 'b']);
  });

  test('a transaction that throws leaves nothing, and its connection is used again', async (t) => {
    const pool = testPool(t, database.admin, 1);
    const earlier = await notes();
    const failure = new Error('a rule');
    const work = inTransaction(pool, async (client) => {
      await client.query(`insert into notes values ('never')`);
      throw failure;
    });
    assert.equal(await errorOf(work), failure);
    assert.deepEqual(await notes(), earlier);
    assert.equal(pool.totalCount, 1);
    await pool.query('select 1');
  });

  for (const [name, sql] of [
    ['in a query', 'select pg_sleep(60)'],
    ['between two queries', undefined],
  ] as const) {
    test(`a connection that dies ${name} of a transaction ends it and nothing else`, async (t) => {
      const pool = testPool(t, database.admin, 1);
      // As the process would learn of it: an 'error' event that nobody listens to is thrown.
      const unheard: Error[] = [];
      pool.on('connect', (client) => {
        const { emit } = client;
        client.emit = function (this: typeof client, event: string, ...rest: unknown[]) {
          if (event !== 'error' || client.listenerCount('error') > 0) {
            return emit.call(this, event, ...rest);
          }
          unheard.push(rest[0] as Error);
          return false;
        } as typeof emit;
      });
      const work = inTransaction(pool, async (client) => {
        const running = sql === undefined ? undefined : errorOf(client.query(sql));
        await admin.query('select pg_terminate_backend($1)', [backendOf(client)]);
        if (running) throw await running;
        await until(() => isEnded(client));
        await client.query('select 1');
      });
      assert.equal(isDatabaseUnavailable(await errorOf(work)), true);
      assert.deepEqual(unheard, []);
      await pool.query('select 1');
    });
  }

  test('a query that its caller gave up is unavailable, and its connection is not used again', async (t) => {
    const pool = testPool(t, database.admin, 1);
    const giveUp = (client: pg.PoolClient) =>
      errorOf(client.query({ text: 'select pg_sleep(5)', query_timeout: 100 } as pg.QueryConfig));
    // As Kysely releases: without a word about what happened.
    const client = await pool.connect();
    assert.equal(isDatabaseUnavailable(await giveUp(client)), true);
    client.release();
    assert.equal(pool.idleCount, 0);
    const startedMs = performance.now();
    const work = inTransaction(pool, async (held) => {
      throw await giveUp(held);
    });
    assert.equal(isDatabaseUnavailable(await errorOf(work)), true);
    await pool.query('select 1');
    // Neither the rollback nor the next query waited for the sleeper.
    assert.ok(performance.now() - startedMs < 4_000);
  });

  test('a probe gets its answer in time, also from a pool that is used up', async (t) => {
    const pool = testPool(t, database.app, 1);
    await ping(pool);
    const held = await pool.connect();
    const startedMs = performance.now();
    await errorOf(ping(pool));
    held.release();
    assert.ok(performance.now() - startedMs < pingMsMax + 400);
    await ping(pool);
  });

  test('a server that does not answer is unavailable', async () => {
    const port = await freePort();
    const client = new pg.Client({ connectionString: `postgres://x@127.0.0.1:${port}/x` });
    assert.equal(isDatabaseUnavailable(await errorOf(client.connect())), true);
  });

  test('a statement that took too long is unavailable', async (t) => {
    const client = await testClient(t, database.admin);
    await client.query('set statement_timeout = 20');
    assert.equal(isDatabaseUnavailable(await errorOf(client.query('select pg_sleep(60)'))), true);
  });

  test('a session that was ended is unavailable, in the query and after it', async (t) => {
    const client = await testClient(t, database.app);
    const query = errorOf(client.query('select pg_sleep(60)'));
    await admin.query('select pg_terminate_backend($1)', [backendOf(client)]);
    assert.equal(isDatabaseUnavailable(await query), true);
    assert.equal(isDatabaseUnavailable(await errorOf(client.query('select 1'))), true);
  });

  test('a pool that is used up is unavailable after its wait, not for ever', async (t) => {
    const pool = testPool(t, database.app, 1);
    const held = await pool.connect();
    const startedMs = performance.now();
    const error = await errorOf(pool.query('select 1'));
    held.release();
    assert.equal(isDatabaseUnavailable(error), true);
    assert.ok(performance.now() - startedMs >= poolWaitMsMax - 50);
  });

  test('wrong SQL, a broken rule and a fault of ours are not taken for it', async () => {
    for (const sql of ['selec 1', 'select 1/0', `insert into tenants (id) values (null)`]) {
      assert.equal(isDatabaseUnavailable(await errorOf(admin.query(sql))), false, sql);
    }
    for (const other of [new TypeError('x is undefined'), 'ECONNREFUSED', undefined]) {
      assert.equal(isDatabaseUnavailable(other), false);
    }
  });

  test('a host name that cannot be looked up for a moment is unavailable', () => {
    for (const code of ['EAI_AGAIN', 'ENETUNREACH']) {
      const error = Object.assign(new Error(`getaddrinfo ${code}`), { code });
      assert.equal(isDatabaseUnavailable(error), true, code);
    }
  });
});

/** A session that is busy cannot tell its own pid. */
function backendOf(client: pg.ClientBase): number {
  return (client as unknown as { processID: number }).processID;
}

function isEnded(client: pg.ClientBase): boolean {
  return (client as unknown as { _ended: boolean })._ended;
}
