import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { binary } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Location } from './location.ts';
import { runAs, serverEnvironment, spawnIdentity } from './server-user.ts';

export const adminRole = 'timbra_admin';

/** The major version the data was made by; undefined before the first start. */
export async function clusterVersion(data: string): Promise<string | undefined> {
  try {
    return (await readFile(path.join(data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EmbeddedPostgresError(
      `cannot read ${data}; was it made by another user, or by root?`,
      { cause: error },
    );
  }
}

/**
 * Makes the data directory under another name and renames it when it is complete and on disk, so
 * that a killed initdb leaves only a folder which the next start removes. It takes a third of a
 * second; syncfs flushes its thousand files with one call, where macOS needs one for each.
 */
export async function initializeCluster(location: Location, adminPassword: string): Promise<void> {
  const { data, user, binaries } = location;
  await removeUnfinished(data);
  const draft = `${data}-init-${randomBytes(4).toString('hex')}`;
  const passwordFile = path.join(draft, 'password');
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, `${adminPassword}\n`, { mode: 0o600 });
  if (user !== undefined) {
    await chown(passwordFile, user.uid, user.gid);
    await chown(draft, user.uid, user.gid);
  }
  const outcome = await runAs(user, binary(binaries, 'initdb'), [
    `--pgdata=${path.join(draft, 'data')}`,
    `--username=${adminRole}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built into the server, so it sorts alike on every system and needs no OS locale.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
    ...(process.platform === 'linux' ? ['--sync-method=syncfs'] : []),
  ]);
  if (!outcome.ok) {
    await rm(draft, { recursive: true, force: true });
    throw new EmbeddedPostgresError(`initdb failed: ${outcome.reason}`);
  }
  await rename(path.join(draft, 'data'), data);
  await syncFolder(path.dirname(data));
  await rm(draft, { recursive: true, force: true });
}

/**
 * The passwords live in postgres.json; when that file was lost, PostgreSQL's single-user mode is
 * the way to give the bootstrap superuser a new one. No server may run meanwhile.
 */
export async function resetAdminPassword(location: Location, password: string): Promise<void> {
  const { data, user, binaries } = location;
  const statement = `ALTER ROLE ${adminRole} PASSWORD '${password}';\n`;
  await new Promise<void>((resolve, reject) => {
    const child = execFile(
      binary(binaries, 'postgres'),
      ['--single', '-D', data, 'postgres'],
      { env: serverEnvironment, cwd: '/', ...spawnIdentity(user) },
      (error, _stdout, stderr) => {
        if (error === null) resolve();
        else reject(new EmbeddedPostgresError(`single-user mode failed: ${stderr}`));
      },
    );
    child.stdin?.on('error', () => {}).end(statement);
  });
}

async function removeUnfinished(data: string): Promise<void> {
  const parent = path.dirname(data);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${path.basename(data)}-init-`)) continue;
    // The killed starter's initdb may still be writing for a moment.
    await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}
