/**
 * Decides where data and binaries live and which user runs them.
 *
 * An ordinary user: data in `<dataDir>/postgres`, binaries in node_modules. Root: the same as far
 * as the unprivileged user of the server can get there; what it cannot reach, as below /root,
 * goes to `/var/lib/timbra/<id>`. The id is random and known only to `<dataDir>/postgres.json`,
 * so a checkout that was deleted and made again never finds the data of the former one. The
 * user's own directories keep their modes.
 */
import { chmod, chown, cp, lchown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Binaries, binary, lacksLibraryLinks, unusable } from './binaries.ts';
import { copyBinaries } from './copy-binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { LogEvent } from './log-event.ts';
import { canEnter, chooseServerUser, runAs, type ServerUser } from './server-user.ts';

export interface Location {
  /** PostgreSQL's data directory; it may not exist yet, its parent does */
  data: string;
  binaries: Binaries;
  /** as in `18` */
  major: string;
  user: ServerUser;
}

const relocationRoot = '/var/lib/timbra';

export async function chooseLocation(options: {
  dataDir: string;
  id: string;
  packaged: Binaries;
  log: LogEvent;
}): Promise<Location> {
  const { dataDir, id, packaged, log } = options;
  const inPlace = path.join(dataDir, 'postgres');
  const relocation = path.join(relocationRoot, id);
  const relocated = path.join(relocation, 'postgres');
  const user = await chooseServerUser([relocated, inPlace]);

  if (user === undefined) {
    if (await exists(relocated)) {
      throw new EmbeddedPostgresError(
        `the database of ${dataDir} was made by root and lives in ${relocated}; start as root`,
      );
    }
    const lacking = await lacksLibraryLinks(packaged);
    const binaries = lacking ? await copyBinaries(packaged, dataDir) : packaged;
    return { data: inPlace, user, binaries, major: await requireMajor(binaries, user) };
  }

  const [reachable, runnable, moved] = await Promise.all([
    canEnter(user, dataDir),
    probeMajor(packaged, user),
    exists(relocated),
  ]);
  const data = reachable && !moved ? inPlace : relocated;
  if (data === relocated || !runnable.ok) await makeRelocation(relocation, user);
  if (data === relocated && !moved && (await exists(inPlace))) await moveFolder(inPlace, relocated);
  if (data === relocated) log({ level: 'info', msg: 'PostgreSQL data is relocated', data });
  await giveTo(user, data);
  if (runnable.ok) return { data, user, binaries: packaged, major: runnable.major };
  const binaries = await copyBinaries(packaged, relocation);
  return { data, user, binaries, major: await requireMajor(binaries, user) };
}

async function requireMajor(binaries: Binaries, user: ServerUser): Promise<string> {
  const probe = await probeMajor(binaries, user);
  if (!probe.ok) throw unusable(binaries, probe.reason);
  return probe.major;
}

/** Running it is the only sure sign: paths, modes, libraries and the C library all count. */
async function probeMajor(
  binaries: Binaries,
  user: ServerUser,
): Promise<{ ok: true; major: string } | { ok: false; reason: string }> {
  const outcome = await runAs(user, binary(binaries, 'postgres'), ['--version']);
  if (!outcome.ok) return outcome;
  const major = /(\d+)\.\d+/.exec(outcome.stdout)?.[1];
  return major === undefined ? { ok: false, reason: outcome.stdout } : { ok: true, major };
}

/** Only folders made here get a mode: the umask would close them to the server's user. */
async function makeRelocation(relocation: string, user: ServerUser): Promise<void> {
  for (const folder of [relocationRoot, relocation]) {
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) await chmod(folder, 0o755);
  }
  if (!(await canEnter(user, relocation))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and the user ${user?.uid} cannot enter ${relocation}; ` +
        'start as an ordinary user or set DATABASE_URL',
    );
  }
}

/** Appears at the target only when complete, so that a killed move starts over. */
async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const draft = `${to}.tmp`;
    await rm(draft, { recursive: true, force: true });
    await cp(from, draft, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await rename(draft, to);
    await rm(from, { recursive: true, force: true });
  }
}

/** Data copied or restored by root belongs to root, and PostgreSQL insists on its own. */
async function giveTo(user: { uid: number; gid: number }, data: string): Promise<void> {
  const owner = await stat(data).catch(() => undefined);
  if (owner === undefined || owner.uid === user.uid) return;
  for (const entry of await readdir(data, { withFileTypes: true, recursive: true })) {
    await lchown(path.join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  // Last, since it is what tells that the rest is done.
  await chown(data, user.uid, user.gid);
  await chmod(data, 0o700);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
