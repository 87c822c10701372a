import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { silentLog, testPool } from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { isDatabaseUnavailable, makePool, statementMsMax } from './database.ts';
import { makeSearchPool, type SearchPool, searchesWaitingMax } from './search-pool.ts';

const forGood = new AbortController().signal;
const statement = (text: string, values: unknown[] = []) => ({ name: '', text, values });
const sleep = (seconds: number) => statement(`select pg_sleep(${seconds})`);
const one = statement('select 1 as n');

describe('the pool of searches', () => {
  const cleanups = cleanupsOfBlock();
  let database: TestDatabase;
  let admin: pg.Pool;
  before(async () => {
    database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
  });

  const poolOf = (o: { max: number; waitMsMax?: number; statementMsMax?: number }) => {
    const pool = makePool({ access: database.app, name: 'search', log: silentLog, ...o });
    cleanups.after(() => pool.end());
    return { pool, search: makeSearchPool(pool) };
  };
  const sleeping = async () => {
    const { rows } = await admin.query(
      `select pid from pg_stat_activity
        where datname = current_database() and state = 'active' and query like '%pg_sleep(%'
          and pid <> pg_backend_pid()`,
    );
    return rows.length;
  };
  const sleepsFor = async (seconds: string) => {
    const { rows } = await admin.query(
      `select from pg_stat_activity
        where datname = current_database() and state = 'active' and query like 'select pg_sleep(' || $1 || '%'`,
      [seconds],
    );
    return rows.length > 0;
  };
  const found = async (search: SearchPool) => {
    const searched = await search.ask<{ n: number }>(one, forGood);
    assert.deepEqual(searched, { kind: 'found', rows: [{ n: 1 }] });
  };

  test('one that is abandoned while it waits is never sent', async () => {
    const { pool, search } = poolOf({ max: 1 });
    const holder = await pool.connect();
    const leaving = new AbortController();
    await admin.query('create sequence sent');
    await admin.query('grant usage on sequence sent to timbra_app');
    const asked = search.ask(statement(`select nextval('sent')`), leaving.signal);
    leaving.abort();
    holder.release();
    assert.deepEqual(await asked, { kind: 'gone' });
    const { rows } = await admin.query('select is_called from sent');
    assert.equal(rows[0].is_called, false);
    await found(search);
  });

  test('one that is abandoned while it runs is cancelled, and its connection goes on', async () => {
    const { pool, search } = poolOf({ max: 1 });
    await found(search);
    const leaving = new AbortController();
    const asked = search.ask(sleep(60), leaving.signal);
    await until(async () => (await sleeping()) === 1);
    leaving.abort();
    // Sooner than statement_timeout would end it.
    await until(async () => (await sleeping()) === 0, statementMsMax / 2);
    assert.deepEqual(await asked, { kind: 'gone' });
    await found(search);
    assert.equal(pool.totalCount, 1);
  });

  test('a cancellation never hits the next search on the connection, however late it comes', async () => {
    const relay = await cancellationRelay(database.app.url);
    cleanups.after(relay.close);
    const pool = makePool({ access: { url: relay.url }, name: 'search', log: silentLog, max: 1 });
    cleanups.after(() => pool.end());
    const search = makeSearchPool(pool);
    const leaving = new AbortController();
    const asked = search.ask(sleep(0.1), leaving.signal);
    const next = search.ask(sleep(0.5), forGood);
    await until(async () => (await sleeping()) === 1);
    leaving.abort();
    await relay.held;
    // The first one has ended by itself, and its cancellation is still on its way.
    await until(async () => (await sleeping()) === 0 || (await sleepsFor('0.5')));
    relay.release();
    assert.deepEqual([(await asked).kind, (await next).kind], ['gone', 'found']);
  });

  test('whoever waits beyond the bound is told at once; at the bound they wait', async () => {
    const { pool, search } = poolOf({ max: 1, waitMsMax: 20_000 });
    const holder = await pool.connect();
    const waiting = Array.from({ length: searchesWaitingMax }, () => search.ask(one, forGood));
    assert.deepEqual(await search.ask(one, forGood), { kind: 'busy' });
    holder.release();
    const kinds = new Set((await Promise.all(waiting)).map(({ kind }) => kind));
    assert.deepEqual([...kinds], ['found']);
  });

  test('one that takes too long is ended, and one that waits too long is not begun', async () => {
    const { pool, search } = poolOf({ max: 1, statementMsMax: 30, waitMsMax: 400 });
    assert.deepEqual(await search.ask(sleep(60), forGood), { kind: 'busy' });
    const holder = await pool.connect();
    assert.deepEqual(await search.ask(one, forGood), { kind: 'busy' });
    holder.release();
    await found(search);
  });

  test('a mistake in the statement is thrown, and the pool goes on', async () => {
    const { search } = poolOf({ max: 1 });
    await assert.rejects(search.ask(statement('select nonsense'), forGood), { code: '42703' });
    await found(search);
  });

  test('a connection that the server ended is replaced', async () => {
    const { search } = poolOf({ max: 1 });
    const asked = search.ask(sleep(60), forGood);
    await until(async () => (await sleeping()) === 1);
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where query like '%pg_sleep(%' and pid <> pg_backend_pid() and datname = current_database()`,
    );
    await assert.rejects(asked, (error) => isDatabaseUnavailable(error));
    await found(search);
  });
});

/** Stands before PostgreSQL, passes all on, and holds cancellations back until they are released. */
async function cancellationRelay(url: string) {
  const socketDir = decodeURIComponent(/[?&]host=([^&]+)/.exec(url)![1]!);
  const portOfSocket = /[?&]port=(\d+)/.exec(url)![1]!;
  let heard = () => {};
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const sockets = new Set<Socket>();
  const server = createServer(async (from) => {
    sockets.add(from);
    from.on('error', () => {});
    const [first] = (await once(from, 'data')) as [Buffer];
    from.pause();
    if (first.length === 16 && first.readInt32BE(4) === 80_877_102) {
      heard();
      await released;
    }
    const to = connect(`${socketDir}/.s.PGSQL.${portOfSocket}`);
    sockets.add(to);
    to.on('error', () => {});
    to.write(first);
    from.pipe(to).pipe(from);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: url.replace(/@\/([^?]*)\?.*/, `@127.0.0.1:${port}/$1?sslmode=disable`),
    held,
    release: letGo,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
