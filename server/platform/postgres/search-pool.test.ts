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
    const { waitMsMax, ...rest } = o;
    const pool = makePool({ access: database.app, name: 'search', log: silentLog, ...rest });
    cleanups.after(() => pool.end());
    return { pool, search: makeSearchPool(pool, waitMsMax === undefined ? {} : { waitMsMax }) };
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

  test('one that is abandoned while it waits is never sent, and answered at once', async () => {
    const { search } = poolOf({ max: 1 });
    const first = search.ask(sleep(0.2), forGood);
    await admin.query('create sequence sent');
    await admin.query('grant usage on sequence sent to timbra_app');
    const leaving = new AbortController();
    const asked = search.ask(statement(`select nextval('sent')`), leaving.signal);
    leaving.abort();
    assert.deepEqual(await asked, { kind: 'gone' });
    assert.equal((await first).kind, 'found');
    await found(search);
    const { rows } = await admin.query('select is_called from sent');
    assert.equal(rows[0].is_called, false);
  });

  test('the newest goes first', async () => {
    const { search } = poolOf({ max: 1 });
    const order: number[] = [];
    const first = search.ask(sleep(0.1), forGood);
    const asked = [1, 2, 3].map(async (n) => {
      await search.ask(one, forGood);
      order.push(n);
    });
    await Promise.all([first, ...asked]);
    assert.deepEqual(order, [3, 2, 1]);
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
    const search = makeSearchPool(pool, { waitMsMax: 20_000 });
    const leaving = new AbortController();
    const asked = search.ask(sleep(0.4), leaving.signal);
    const next = search.ask(sleep(0.5), forGood);
    await until(async () => (await sleeping()) === 1);
    leaving.abort();
    await relay.held;
    // The first one has ended by itself, and its cancellation is still on its way.
    await until(async () => (await sleeping()) === 0 || (await sleepsFor('0.5')));
    relay.release();
    assert.deepEqual([(await asked).kind, (await next).kind], ['gone', 'found']);
  });

  test('as many wait as may; with one more the oldest is told to try again', async () => {
    const { search } = poolOf({ max: 1, waitMsMax: 20_000 });
    const first = search.ask(sleep(0.2), forGood);
    const waiting = Array.from({ length: searchesWaitingMax + 1 }, () => search.ask(one, forGood));
    const kinds = (await Promise.all([first, ...waiting])).map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'found').length, searchesWaitingMax + 1);
    assert.equal(kinds[1], 'busy');
  });

  test('one that takes too long is ended, and one that waits too long is not begun', async () => {
    const { search } = poolOf({ max: 1, statementMsMax: 300, waitMsMax: 30 });
    const long = search.ask(sleep(60), forGood);
    assert.deepEqual(await search.ask(one, forGood), { kind: 'busy' });
    assert.deepEqual(await long, { kind: 'busy' });
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
