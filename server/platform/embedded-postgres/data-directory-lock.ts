/**
 * One supervisor a data directory. The lock is a series of numbered files, `postgres.lock.<n>`;
 * whoever made the highest number owns the directory, as long as that process runs.
 *
 *   free -> held (n)      the file n is linked into place whole, so that only one can make it
 *   held -> free          the owner rewrites n as released; the file stays, so numbers only grow
 *   held -> stale         its process is gone: the next starter makes n + 1 and removes n
 *
 * A single file that is removed when stale would let two starters win: both find it stale, the
 * first replaces it, the second then removes the replacement.
 */
import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

export type LockAttempt =
  | { outcome: 'acquired'; release(): Promise<void> }
  | { outcome: 'held'; pid: number };

const attemptsMax = 100;
const released: ProcessIdentity = { pid: 0, startedAt: 'released' };

export async function acquireDataDirectoryLock(dataDir: string): Promise<LockAttempt> {
  const self = identifyProcess(process.pid);
  if (self === undefined)
    throw new EmbeddedPostgresError('the start time of this process is hidden');

  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const last = (await generations(dataDir)).at(-1) ?? 0;
    if (last > 0) {
      const holder = await readHolder(lockFile(dataDir, last));
      if (holder === 'removed') continue;
      if (holder !== 'unreadable' && isRunning(holder)) return { outcome: 'held', pid: holder.pid };
    }
    const own = last + 1;
    if (!(await createWhole(dataDir, own, self))) continue;

    // A starter that was slow may make a number that was used and removed long ago.
    const present = await generations(dataDir);
    if (present.some((n) => n > own)) {
      await rm(lockFile(dataDir, own), { force: true });
      continue;
    }
    for (const n of present) if (n < own) await rm(lockFile(dataDir, n), { force: true });
    return { outcome: 'acquired', release: () => replace(dataDir, own, released) };
  }
  throw new EmbeddedPostgresError(`could not lock ${dataDir}: too many starters at once`);
}

async function generations(dataDir: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir(dataDir)) {
    const match = /^postgres\.lock\.(\d+)$/.exec(name);
    if (match) found.push(Number(match[1]));
  }
  return found.sort((a, b) => a - b);
}

/** A power cut can leave an unreadable file; its process cannot have survived that. */
async function readHolder(file: string): Promise<ProcessIdentity | 'removed' | 'unreadable'> {
  try {
    const parsed = JSON.parse(await readFile(file, 'utf8')) as Partial<ProcessIdentity>;
    const { pid, startedAt } = parsed;
    if (typeof pid !== 'number' || typeof startedAt !== 'string') return 'unreadable';
    return { pid, startedAt };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'removed';
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

/** False when someone else made this number first. */
async function createWhole(dataDir: string, n: number, holder: ProcessIdentity): Promise<boolean> {
  const draft = await writeDraft(dataDir, holder);
  try {
    await link(draft, lockFile(dataDir, n));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** A data directory that was removed meanwhile has nothing to release. */
async function replace(dataDir: string, n: number, holder: ProcessIdentity): Promise<void> {
  try {
    await rename(await writeDraft(dataDir, holder), lockFile(dataDir, n));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function writeDraft(dataDir: string, holder: ProcessIdentity): Promise<string> {
  const draft = path.join(dataDir, `postgres.lock-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(draft, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o644 });
    return draft;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EROFS') throw cause;
    throw new EmbeddedPostgresError(
      `cannot write to ${dataDir}; was it made by another user, or by root?`,
      { cause },
    );
  }
}

function lockFile(dataDir: string, n: number): string {
  return path.join(dataDir, `postgres.lock.${n}`);
}
