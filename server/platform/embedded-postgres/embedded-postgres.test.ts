import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { findBinaries } from './binaries.ts';
import { copyBinaries } from './copy-binaries.ts';
import { connectionUrl } from './database-roles.ts';
import { DataDirectoryInUseError, startEmbeddedPostgres } from './embedded-postgres.ts';
import { runAs } from './server-user.ts';
import {
  atEnd,
  type Event,
  freshDataDir,
  hasServer,
  installationId,
  isGone,
  queryOnce,
  startSupervisor,
} from './test-supervisor.ts';

const isRoot = process.getuid?.() === 0;
const silent = (): void => {};

async function start(dataDir: string, log: (event: Event) => void = silent) {
  return startEmbeddedPostgres({ dataDir, log });
}

test('the first start makes the roles, and each URL signs in as its own', async (t) => {
  const database = await start(await freshDataDir(t));
  atEnd(t, database.stop);
  for (const [role, url] of Object.entries(database.urls)) {
    const row = await queryOnce(url, 'SELECT current_user AS who, current_database() AS db');
    assert.deepEqual(row, { who: `timbra_${role}`, db: 'timbra' });
    const { mighty } = await queryOnce(
      url,
      `SELECT rolsuper OR rolbypassrls OR rolcreaterole AS mighty
       FROM pg_roles WHERE rolname = current_user`,
    );
    assert.equal(mighty, role === 'admin', role);
  }
  await queryOnce(database.urls.owner, 'CREATE EXTENSION pg_trgm');
  await assert.rejects(queryOnce(database.urls.app, 'CREATE TABLE public.x ()'), { code: '42501' });
});

test('the server is durable, checks its pages and listens on no TCP port', async (t) => {
  const database = await startEmbeddedPostgres({
    dataDir: await freshDataDir(t),
    log: silent,
    settings: { work_mem: '6MB', listen_addresses: '*' },
  });
  atEnd(t, database.stop);
  const settings = await queryOnce(
    database.urls.app,
    `SELECT json_object_agg(name, setting) AS all FROM pg_settings WHERE name IN ('fsync',
     'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses', 'TimeZone',
     'work_mem', 'server_encoding', 'max_connections', 'jit')`,
  );
  assert.deepEqual(settings.all, {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    data_checksums: 'on',
    listen_addresses: '',
    TimeZone: 'UTC',
    work_mem: '6144',
    server_encoding: 'UTF8',
    max_connections: '50',
    jit: 'off',
  });
  const sorted = await queryOnce(
    database.urls.app,
    "SELECT lower('ÁÑ') AS lower, 'ñandú' ~ '^\\w+$' AS words",
  );
  assert.deepEqual(sorted, { lower: 'áñ', words: true });
});

test('the secrets can be read by the supervisor alone, and a wrong password is refused', async (t) => {
  const dataDir = await freshDataDir(t);
  const database = await start(dataDir);
  atEnd(t, database.stop);
  const { mode } = await stat(path.join(dataDir, 'postgres.json'));
  assert.equal(mode & 0o777, 0o600);
  const url = new URL(database.urls.app.replace('@/', '@x/'));
  const socketDir = url.searchParams.get('host') ?? '';
  assert.equal((await stat(socketDir)).mode & 0o777, 0o700);
  const wrong = connectionUrl(socketDir, 'app', 'wrong');
  await assert.rejects(queryOnce(wrong, 'SELECT'), { code: '28P01' });
});

test('a second start keeps the data and the URLs; stop leaves no process', async (t) => {
  const dataDir = await freshDataDir(t);
  const first = await start(dataDir);
  await queryOnce(first.urls.owner, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  await first.stop();
  assert.equal(await hasServer(dataDir), false);

  let ready: Event | undefined;
  const second = await start(dataDir, (event) => {
    if (event.msg === 'PostgreSQL is ready') ready = event;
  });
  atEnd(t, second.stop);
  assert.deepEqual(second.urls, first.urls);
  assert.deepEqual(await queryOnce(second.urls.owner, 'TABLE kept'), { answer: 42 });
  await second.stop();
  assert.equal(await hasServer(dataDir), false);
  assert.ok(isGone(Number(ready?.watchdogPid)), 'the watchdog ends, too');
});

test('a directory in use is refused in the same process as well', async (t) => {
  const dataDir = await freshDataDir(t);
  const database = await start(dataDir);
  atEnd(t, database.stop);
  await assert.rejects(start(dataDir), (error) => {
    assert.ok(error instanceof DataDirectoryInUseError);
    assert.equal(error.pid, process.pid);
    assert.ok(error.message.includes(dataDir) && error.message.includes(String(process.pid)));
    return true;
  });
});

test('a lost postgres.json costs no data', async (t) => {
  const dataDir = await freshDataDir(t);
  const first = await start(dataDir);
  await queryOnce(first.urls.owner, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  if (!(await readdir(dataDir)).includes('postgres')) return t.skip('the data is relocated');
  await rm(path.join(dataDir, 'postgres.json'));
  const second = await start(dataDir);
  atEnd(t, second.stop);
  assert.deepEqual(await queryOnce(second.urls.owner, 'TABLE kept'), { answer: 42 });
});

test('a copied data directory runs beside its original', async (t) => {
  const [dataDir, copy] = [await freshDataDir(t), await freshDataDir(t)];
  const original = await start(dataDir);
  await original.stop();
  await cp(dataDir, copy, { recursive: true });
  const again = await start(dataDir);
  atEnd(t, again.stop);
  const copied = await start(copy);
  atEnd(t, copied.stop);
  assert.notEqual(await installationId(copy), await installationId(dataDir));
  await queryOnce(copied.urls.owner, 'CREATE TABLE only_here ()');
  await assert.rejects(queryOnce(again.urls.owner, 'TABLE only_here'), { code: '42P01' });
});

test('data of another major version is refused with a clear error', async (t) => {
  const dataDir = await freshDataDir(t);
  await mkdir(path.join(dataDir, 'postgres'), { recursive: true });
  await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  await assert.rejects(start(dataDir), /was made by PostgreSQL 17 and this is 18/);
});

test('a platform without binaries is told to set DATABASE_URL', async () => {
  await assert.rejects(findBinaries('sunos', 'sparc'), /sunos-sparc.*set DATABASE_URL/);
});

test('binaries without the links of their libraries run from a copy', async (t) => {
  const packaged = await findBinaries();
  const folder = await freshDataDir(t);
  await mkdir(folder);
  const bare = { root: path.join(folder, 'native'), version: packaged.version };
  await cp(packaged.root, bare.root, { recursive: true, verbatimSymlinks: true });
  const lib = path.join(bare.root, 'lib');
  for (const entry of await readdir(lib, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(path.join(lib, entry.name));
  }
  const run = (root: string): string =>
    execFileSync(path.join(root, 'bin', 'postgres'), ['--version'], { stdio: 'pipe' }).toString();
  assert.throws(() => run(bare.root));
  assert.match(run((await copyBinaries(bare, folder)).root), /PostgreSQL\) 18/);
});

test('below a closed directory, root gets the data relocated and the modes untouched', async (t) => {
  if (!isRoot) return t.skip('needs root');
  const dataDir = await freshDataDir(t, { closed: true });
  const first = await start(dataDir);
  await queryOnce(first.urls.owner, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  assert.equal((await stat(path.dirname(dataDir))).mode & 0o777, 0o700);
  const id = await installationId(dataDir);
  const version = await readFile(`/var/lib/timbra/${id}/postgres/PG_VERSION`, 'utf8');
  assert.equal(version, '18\n');

  const second = await start(dataDir);
  assert.deepEqual(await queryOnce(second.urls.owner, 'TABLE kept'), { answer: 42 });
  await second.stop();
  atEnd(t, () => rm(`/var/lib/timbra/${id}`, { recursive: true, force: true }));
  await rm(dataDir, { recursive: true });
  const remade = await start(dataDir);
  atEnd(t, remade.stop);
  await assert.rejects(queryOnce(remade.urls.owner, 'TABLE kept'), { code: '42P01' });
});

test('an ordinary user can start it as well', async (t) => {
  if (!isRoot) return t.skip('every other test has shown it');
  const nobody = Number(execFileSync('id', ['-u', 'nobody']).toString());
  const dataDir = await freshDataDir(t);
  await mkdir(dataDir);
  execFileSync('chown', [String(nobody), dataDir]);
  const identity = { uid: nobody | 0, gid: nobody | 0 };
  const node = await runAs({ uid: nobody, gid: nobody }, process.execPath, [
    '--eval',
    `require('node:fs').readFileSync(${JSON.stringify(import.meta.filename)})`,
  ]);
  if (!node.ok) return t.skip('this checkout is closed to other users');
  const supervisor = startSupervisor(t, dataDir, identity);
  assert.equal((await queryOnce((await supervisor.urls()).app, 'SELECT 1 AS one')).one, 1);
  assert.equal((await stat(path.join(dataDir, 'postgres'))).uid, nobody);
  await supervisor.stop();
});
