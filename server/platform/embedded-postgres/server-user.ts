import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** The unprivileged user that runs the server; undefined means the present one, not root. */
export type ServerUser = { uid: number; gid: number } | undefined;

const run = promisify(execFile);
const candidates = ['postgres', '_postgres', 'nobody'];

/** No variable of ours may steer the server (PGDATA, LD_LIBRARY_PATH, LC_ALL, ...). */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * PostgreSQL refuses to run as root. Data that an ordinary user made keeps that user, so that
 * one start with sudo does not take the data away from them.
 */
export async function chooseServerUser(places: readonly string[]): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return undefined;
  for (const place of places) {
    const owner = await stat(place).catch(() => undefined);
    if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  }
  for (const name of candidates) {
    const user = await lookUp(name);
    if (user !== undefined && user.uid !== 0) return user;
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root and this system has neither a user postgres nor nobody; ' +
      'start as an ordinary user or set DATABASE_URL',
  );
}

/** `id` asks the system's own directory, which is not always /etc/passwd. */
async function lookUp(name: string): Promise<ServerUser> {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', name], { env: serverEnvironment }),
      run('id', ['-g', name], { env: serverEnvironment }),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** uid_t is unsigned, but spawn takes a signed number (nobody is 4294967294 on macOS). */
export function spawnIdentity(user: ServerUser): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid | 0, gid: user.gid | 0 };
}

/** Found by trying: mode bits alone leave out access lists, noexec mounts and the like. */
export async function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  if (user === undefined) return true;
  const outcome = await runAs(user, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]);
  return outcome.ok;
}

export async function runAs(
  user: ServerUser,
  file: string,
  args: readonly string[],
): Promise<{ ok: true; stdout: string } | { ok: false; reason: string }> {
  try {
    const { stdout } = await run(file, args, {
      env: serverEnvironment,
      // The present directory may be closed to that user.
      cwd: '/',
      ...spawnIdentity(user),
    });
    return { ok: true, stdout };
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string };
    return { ok: false, reason: (stderr?.trim() || message).replaceAll('\n', ' ') };
  }
}
