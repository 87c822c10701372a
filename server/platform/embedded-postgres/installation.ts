import { randomBytes } from 'node:crypto';
import { readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

export const roles = ['admin', 'owner', 'app', 'stamper'] as const;
export type Role = (typeof roles)[number];

/** What `<dataDir>/postgres.json` keeps between starts. */
export interface Installation {
  /** names the processes, and the folder of data that had to live elsewhere */
  id: string;
  home: Home;
  /** absent until the first start has made it */
  socketDir?: string;
  passwords: Record<Role, string>;
  /** false until a start has ended well: only then the data surely knows the passwords */
  settled: boolean;
}

interface Home {
  path: string;
  device: string;
  inode: string;
}

/** Reads the installation of this data directory, or makes one; the caller holds the lock. */
export async function openInstallation(
  dataDir: string,
): Promise<{ installation: Installation; copied: boolean }> {
  const home = await locate(dataDir);
  const known = await readInstallation(dataDir);
  if (known === undefined) {
    const passwords = { admin: secret(), owner: secret(), app: secret(), stamper: secret() };
    const installation = { id: newId(), home, passwords, settled: false };
    await saveInstallation(dataDir, installation);
    return { installation, copied: false };
  }
  if (isSame(known.home, home)) {
    return { installation: known, copied: false };
  }
  // The folder was moved, or copied. A copy must share neither socket nor processes nor
  // relocated data with its original, but its data knows the passwords.
  const original = known.home.path === home.path ? undefined : await locate(known.home.path);
  const copied = original !== undefined && isSame(original, known.home);
  const { socketDir: _, ...kept } = known;
  const installation = copied ? { ...kept, id: newId(), home } : { ...known, home };
  await saveInstallation(dataDir, installation);
  return { installation, copied };
}

/** Replaced whole, since half a file would lose the passwords. */
export async function saveInstallation(dataDir: string, installation: Installation): Promise<void> {
  const file = installationFile(dataDir);
  const draft = `${file}.tmp`;
  await writeFile(draft, `${JSON.stringify(installation, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  await rename(draft, file);
}

/** Undefined before the first start. */
export async function readInstallation(dataDir: string): Promise<Installation | undefined> {
  const file = installationFile(dataDir);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EmbeddedPostgresError(`cannot read ${file}`, { cause: error });
  }
  const parsed = parse(text);
  const complete =
    typeof parsed?.id === 'string' &&
    typeof parsed.home?.path === 'string' &&
    roles.every((role) => typeof parsed.passwords?.[role] === 'string');
  if (!complete) throw new EmbeddedPostgresError(`${file} is damaged; restore it from a backup`);
  return parsed as Installation;
}

function parse(text: string): Partial<Installation> | undefined {
  try {
    return JSON.parse(text) as Partial<Installation>;
  } catch {
    return undefined;
  }
}

async function locate(folder: string): Promise<Home> {
  try {
    // Inodes exceed 2^53 on some file systems.
    const { dev, ino } = await stat(folder, { bigint: true });
    return { path: await realpath(folder), device: String(dev), inode: String(ino) };
  } catch {
    return { path: folder, device: '', inode: '' };
  }
}

function isSame(a: Home, b: Home): boolean {
  return a.device === b.device && a.inode === b.inode;
}

function installationFile(dataDir: string): string {
  return path.join(dataDir, 'postgres.json');
}

/** Twelve digits exactly: process names are compared by their beginning. */
function newId(): string {
  return randomBytes(6).toString('hex');
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
