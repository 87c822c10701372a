import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { acquireDataDirectoryLock } from './data-directory-lock.ts';
import { identifyProcess } from './process-identity.ts';

async function freshFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'timbra-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that lived and is gone. */
async function formerProcess(): Promise<{ pid: number; startedAt: string }> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const identity = identifyProcess(child.pid ?? 0);
  child.stdin.end();
  await once(child, 'exit');
  assert.ok(identity);
  return identity;
}

test('of many starters that find a stale lock exactly one gets it', async (t) => {
  const folder = await freshFolder(t);
  const former = await formerProcess();
  for (let round = 1; round <= 20; round++) {
    await writeFile(path.join(folder, 'postgres.lock.1000'), JSON.stringify(former));
    const attempts = await Promise.all(
      Array.from({ length: 12 }, () => acquireDataDirectoryLock(folder)),
    );
    const winners = attempts.filter(({ outcome }) => outcome === 'acquired');
    assert.equal(winners.length, 1, `round ${round}`);
    for (const name of await readdir(folder)) await rm(path.join(folder, name));
  }
});

test('a lock whose pid was given to another process is stale', async (t) => {
  const folder = await freshFolder(t);
  const recycled = { pid: process.pid, startedAt: 'another time' };
  await writeFile(path.join(folder, 'postgres.lock.7'), JSON.stringify(recycled));
  assert.equal((await acquireDataDirectoryLock(folder)).outcome, 'acquired');
});

test('a held lock names its holder, and a released one is free', async (t) => {
  const folder = await freshFolder(t);
  const first = await acquireDataDirectoryLock(folder);
  assert.equal(first.outcome, 'acquired');
  assert.deepEqual(await acquireDataDirectoryLock(folder), { outcome: 'held', pid: process.pid });
  if (first.outcome === 'acquired') await first.release();
  assert.equal((await acquireDataDirectoryLock(folder)).outcome, 'acquired');
  assert.deepEqual(await readdir(folder), ['postgres.lock.2']);
});

test('a lock file that a power cut left empty is stale', async (t) => {
  const folder = await freshFolder(t);
  await writeFile(path.join(folder, 'postgres.lock.3'), '');
  assert.equal((await acquireDataDirectoryLock(folder)).outcome, 'acquired');
});
