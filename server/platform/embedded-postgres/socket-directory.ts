import { randomBytes } from 'node:crypto';
import { chown, lstat, mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { ServerUser } from './server-user.ts';

export const socketPort = 5432;

/** sun_path holds 103 bytes on macOS and 107 on Linux; the rest is `/.s.PGSQL.5432`. */
const pathBytesMax = 103 - `/.s.PGSQL.${socketPort}`.length;

/**
 * A directory of our own for the socket, so that no other installation can be in the way. It is
 * closed to everyone but the server's user (and root), and has the recorded name where possible:
 * connection strings stay valid across restarts.
 */
export async function ensureSocketDirectory(
  recorded: string | undefined,
  user: ServerUser,
): Promise<string> {
  const name = `timbra-${randomBytes(5).toString('hex')}`;
  const fresh = parents(user).map((parent) => path.join(parent, name));
  for (const folder of recorded === undefined ? fresh : [recorded, ...fresh]) {
    if (Buffer.byteLength(folder) <= pathBytesMax && (await makePrivate(folder, user))) {
      return folder;
    }
  }
  throw new EmbeddedPostgresError(
    `no place for PostgreSQL's socket: tried ${fresh.map((folder) => path.dirname(folder))}`,
  );
}

/**
 * Before each start, when no server of ours is left: PostgreSQL would refuse a socket of a killed
 * one when its pid has been given to another process since. Makes the directory again if it was
 * swept away, under the same name, because connection strings are already in use.
 */
export async function clearSocketDirectory(folder: string, user: ServerUser): Promise<void> {
  if (!(await makePrivate(folder, user))) {
    throw new EmbeddedPostgresError(`${folder} is not a private directory of PostgreSQL's user`);
  }
  const socket = path.join(folder, `.s.PGSQL.${socketPort}`);
  await rm(socket, { force: true });
  await rm(`${socket}.lock`, { force: true });
}

/** Root's TMPDIR may be closed to the server's user, and /tmp is swept by some systems. */
function parents(user: ServerUser): string[] {
  return user === undefined ? [os.tmpdir(), '/tmp'] : ['/run', '/tmp'];
}

async function makePrivate(folder: string, user: ServerUser): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  // In a directory such as /tmp anyone could have taken the name meanwhile.
  const present = await lstat(folder);
  const owner = user?.uid ?? process.getuid?.();
  return present.isDirectory() && present.uid === owner && (present.mode & 0o077) === 0;
}
