import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import {
  assertWithin,
  atEnd,
  freshDataDir,
  hasServer,
  isGone,
  queryOnce,
  startSupervisor,
} from './test-supervisor.ts';

const orphanMsMax = 10_000;
const silent = (): void => {};

test('a killed supervisor leaves no server, and the next start finds what was committed', async (t) => {
  const dataDir = await freshDataDir(t);
  const supervisor = startSupervisor(t, dataDir);
  const { owner } = await supervisor.urls();
  const { watchdogPid } = await supervisor.event('PostgreSQL is ready');
  await queryOnce(owner, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await supervisor.kill();
  await assertWithin(orphanMsMax, 'the server ends', async () => !(await hasServer(dataDir)));
  await assertWithin(orphanMsMax, 'its watchdog ends', () => isGone(Number(watchdogPid)));

  const next = await startEmbeddedPostgres({ dataDir, log: silent });
  atEnd(t, next.stop);
  assert.deepEqual(await queryOnce(next.urls.owner, 'TABLE kept'), { answer: 42 });
});

test('a start right after a kill waits for the old server, so there are never two', async (t) => {
  const dataDir = await freshDataDir(t);
  const killed = startSupervisor(t, dataDir);
  const old = await killed.event('PostgreSQL is ready');
  await killed.kill();
  const next = startSupervisor(t, dataDir);
  const ready = await next.event('PostgreSQL is ready');
  assert.ok(isGone(Number(old.pid)));
  assert.notEqual(ready.pid, old.pid);
  // The old watchdog looks for 2 s; it must not take the new server for the old one.
  await assertWithin(orphanMsMax, 'the old watchdog ends', () => isGone(Number(old.watchdogPid)));
  assert.equal(isGone(Number(ready.pid)), false);
  await next.stop();
});

test('a server whose supervisor and watchdog were killed is ended by the next start', async (t) => {
  const dataDir = await freshDataDir(t);
  const killed = startSupervisor(t, dataDir);
  await queryOnce((await killed.urls()).owner, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const { pid, watchdogPid } = await killed.event('PostgreSQL is ready');
  process.kill(killed.pid, 'SIGKILL');
  process.kill(Number(watchdogPid), 'SIGKILL');
  await killed.kill();
  assert.equal(isGone(Number(pid)), false);
  const next = await startEmbeddedPostgres({ dataDir, log: silent });
  atEnd(t, next.stop);
  assert.ok(isGone(Number(pid)));
  assert.deepEqual(await queryOnce(next.urls.owner, 'TABLE kept'), { answer: 42 });
});

test('a busy backend does not outlive a killed supervisor and postmaster', async (t) => {
  const dataDir = await freshDataDir(t);
  const supervisor = startSupervisor(t, dataDir);
  const client = new pg.Client((await supervisor.urls()).app);
  client.on('error', silent);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const cut = assert.rejects(client.query('SELECT count(*) FROM generate_series(1, 1e12)'));
  const { pid } = await supervisor.event('PostgreSQL is ready');
  process.kill(Number(pid), 'SIGKILL');
  await supervisor.kill();
  await assertWithin(orphanMsMax, 'the backend ends', () => isGone(rows[0]?.pid ?? 0));
  await assertWithin(orphanMsMax, 'all end', async () => !(await hasServer(dataDir)));
  await cut;
});

test('a killed postmaster comes back at the same address, with what was committed', async (t) => {
  const supervisor = startSupervisor(t, await freshDataDir(t));
  const { owner } = await supervisor.urls();
  await queryOnce(owner, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const { pid } = await supervisor.event('PostgreSQL is ready');
  process.kill(Number(pid), 'SIGKILL');
  await supervisor.event('PostgreSQL is back');
  assert.deepEqual(await queryOnce(owner, 'TABLE kept'), { answer: 42 });
  await supervisor.stop();
});

test('a stop during the recovery of a killed postmaster leaves nothing', async (t) => {
  const dataDir = await freshDataDir(t);
  const supervisor = startSupervisor(t, dataDir);
  await supervisor.urls();
  const { pid } = await supervisor.event('PostgreSQL is ready');
  process.kill(Number(pid), 'SIGKILL');
  await supervisor.event('PostgreSQL died; starting it again');
  await supervisor.stop();
  assert.equal(await hasServer(dataDir), false);
});

test('a killed watchdog is replaced, and the new one does its work', async (t) => {
  const dataDir = await freshDataDir(t);
  const supervisor = startSupervisor(t, dataDir);
  await supervisor.urls();
  const { watchdogPid } = await supervisor.event('PostgreSQL is ready');
  process.kill(Number(watchdogPid), 'SIGKILL');
  const { pid } = await supervisor.event('the watchdog was replaced');
  assert.equal(isGone(Number(pid)), false);
  await supervisor.kill();
  await assertWithin(orphanMsMax, 'the server ends', async () => !(await hasServer(dataDir)));
});

test('signals to the group of the supervisor do not reach the server', async (t) => {
  const dataDir = await freshDataDir(t);
  const supervisor = startSupervisor(t, dataDir);
  const { app } = await supervisor.urls();
  const { pid, watchdogPid } = await supervisor.event('PostgreSQL is ready');
  const client = new pg.Client(app);
  await client.connect();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.kill(-supervisor.pid, signal);
    await supervisor.event(signal);
    assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1);
  }
  assert.equal(isGone(Number(pid)) || isGone(Number(watchdogPid)), false);
  await client.end();
  await supervisor.stop();
  assert.equal(await hasServer(dataDir), false);
});

test('of two starters at once one wins, and the other gets an error that names it', async (t) => {
  const dataDir = await freshDataDir(t);
  const starters = [startSupervisor(t, dataDir), startSupervisor(t, dataDir)] as const;
  const outcomes = await Promise.all(starters.map((one) => one.event('started', 'failed')));
  const loser = outcomes.findIndex(({ msg }) => msg === 'failed');
  const winner = starters[loser === 0 ? 1 : 0];
  assert.equal(outcomes.filter(({ msg }) => msg === 'failed').length, 1);
  assert.equal(outcomes[loser]?.name, 'DataDirectoryInUseError');
  const message = String(outcomes[loser]?.message);
  assert.ok(message.includes(dataDir) && message.includes(String(winner.pid)), message);
  await winner.stop();
});

test('a postmaster.pid whose pid now belongs to another process is no obstacle', async (t) => {
  const dataDir = await freshDataDir(t);
  let data = '';
  const log = (event: { msg: string; data?: unknown }): void => {
    if (event.msg === 'PostgreSQL is ready') data = String(event.data);
  };
  await (await startEmbeddedPostgres({ dataDir, log })).stop();
  const stale = `${process.ppid}\n${data}\n1700000000\n5432\n/nowhere\n\n  1 1\nready\n`;
  await writeFile(path.join(data, 'postmaster.pid'), stale);
  const database = await startEmbeddedPostgres({ dataDir, log });
  atEnd(t, database.stop);
  assert.equal((await queryOnce(database.urls.app, 'SELECT 1 AS one')).one, 1);
});

test('an initdb killed half-way is begun again', async (t) => {
  const dataDir = await freshDataDir(t);
  await mkdir(dataDir);
  const killed = startSupervisor(t, dataDir);
  const unfinished = async (): Promise<boolean> =>
    (await readdir(dataDir)).some((name) => name.startsWith('postgres-init-'));
  await assertWithin(5_000, 'initdb begins', unfinished);
  await killed.kill();
  const database = await startEmbeddedPostgres({ dataDir, log: silent });
  atEnd(t, database.stop);
  assert.equal((await queryOnce(database.urls.app, 'SELECT 1 AS one')).one, 1);
  assert.equal(await unfinished(), false);
});
