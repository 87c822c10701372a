/** PostgreSQL from npm packages, run beside Timbra when there is no DATABASE_URL. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Binaries, binary, findBinaries } from './binaries.ts';
import { clusterVersion, initializeCluster, resetAdminPassword } from './cluster-files.ts';
import { acquireDataDirectoryLock } from './data-directory-lock.ts';
import { acceptsConnections, connectionUrl, ensureDatabase } from './database-roles.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { type Installation, openInstallation, saveInstallation } from './installation.ts';
import { chooseLocation, type Location } from './location.ts';
import type { LogEvent } from './log-event.ts';
import { startPostmaster } from './postmaster.ts';
import { removeStalePidFile, stopLeftoverServer } from './recover-leftovers.ts';
import { rotateServerLog } from './server-log.ts';
import { serverArguments } from './server-settings.ts';
import { clearSocketDirectory, ensureSocketDirectory } from './socket-directory.ts';
import { keepWatchdog } from './watchdog-keeper.ts';

export interface EmbeddedPostgres {
  /** connection strings for pg, one a role; Unix socket + password */
  urls: { admin: string; owner: string; app: string; stamper: string };
  /** fast shutdown, waits until the server is gone; second call is harmless */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** TIMBRA_DATA_DIR; made when it is missing */
  dataDir: string;
  log: LogEvent;
  /** PostgreSQL settings that replace the launcher's */
  settings?: Record<string, string>;
}

/** Another living process runs the database of this directory. */
export class DataDirectoryInUseError extends EmbeddedPostgresError {
  override readonly name = 'DataDirectoryInUseError';
  readonly pid: number;

  constructor(dataDir: string, pid: number) {
    super(`${dataDir} is in use by another Timbra (pid ${pid}); stop it or set TIMBRA_DATA_DIR`);
    this.pid = pid;
  }
}

/**
 * Starts the server, or throws an EmbeddedPostgresError (DataDirectoryInUseError when another
 * process has the directory) and leaves nothing running. Afterwards the server is started again
 * whenever it dies, and is stopped by its watchdog when this process does.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log } = options;
  const begin = performance.now();
  const packaged = await findBinaries();
  const dataDir = path.resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });

  // What is started is stopped in reverse order, by stop() or when a later step fails.
  await using undo = new AsyncDisposableStack();
  const lock = await acquireDataDirectoryLock(dataDir);
  if (lock.outcome === 'held') throw new DataDirectoryInUseError(dataDir, lock.pid);
  undo.defer(lock.release);

  const { installation, location, initMs } = await openDataDirectory(dataDir, packaged, log);
  const { passwords, socketDir, settled } = installation;
  undo.defer(() => rm(socketDir, { recursive: true, force: true }));

  const clusterName = `${clusterNamePrefix(installation)}${randomBytes(4).toString('hex')}`;
  const logFile = path.join(dataDir, 'postgres.log');
  await rotateServerLog(logFile);
  const watchdog = keepWatchdog(clusterName, log);
  undo.defer(watchdog.stop);
  const { data, user } = location;
  const settings = options.settings ?? {};
  const postmaster = await startPostmaster({
    program: binary(location.binaries, 'postgres'),
    args: serverArguments({ data, socketDir, clusterName, settings }),
    user,
    clusterName,
    logFile,
    log,
    prepare: async () => {
      await clearSocketDirectory(socketDir, user);
      await removeStalePidFile(data, log);
    },
    acceptsConnections: () => acceptsConnections({ socketDir, passwords }),
  });
  undo.defer(postmaster.stop);
  await ensureDatabase({ socketDir, passwords }, { resetPasswords: !settled });
  if (!settled) await saveInstallation(dataDir, { ...installation, settled: true });

  const ms = Math.round(performance.now() - begin);
  log({
    level: 'info',
    msg: 'PostgreSQL is ready',
    data,
    ms,
    initMs,
    pid: postmaster.pid,
    watchdogPid: watchdog.pid(),
  });
  const running = undo.move();
  let stopped: Promise<void> | undefined;
  return {
    urls: {
      admin: connectionUrl(socketDir, 'admin', passwords.admin),
      owner: connectionUrl(socketDir, 'owner', passwords.owner),
      app: connectionUrl(socketDir, 'app', passwords.app),
      stamper: connectionUrl(socketDir, 'stamper', passwords.stamper),
    },
    stop() {
      stopped ??= running.disposeAsync();
      return stopped;
    },
  };
}

/** Everything that must be in order before a server may run; the caller holds the lock. */
async function openDataDirectory(
  dataDir: string,
  packaged: Binaries,
  log: LogEvent,
): Promise<{
  installation: Installation & { socketDir: string };
  location: Location;
  initMs: number;
}> {
  const { installation, copied } = await openInstallation(dataDir);
  if (copied) log({ level: 'warn', msg: 'this data directory is a copy and got its own id' });
  await stopLeftoverServer(clusterNamePrefix(installation), log);
  const location = await chooseLocation({ dataDir, id: installation.id, packaged, log });
  const initMs = await ensureCluster(location, installation, log);
  const socketDir = await ensureSocketDirectory(installation.socketDir, location.user);
  if (socketDir !== installation.socketDir) {
    await saveInstallation(dataDir, { ...installation, socketDir });
  }
  return { installation: { ...installation, socketDir }, location, initMs };
}

/** Makes the data on the first start; answers with the milliseconds that took. */
async function ensureCluster(
  location: Location,
  installation: Installation,
  log: LogEvent,
): Promise<number> {
  const begin = performance.now();
  const version = await clusterVersion(location.data);
  if (version === undefined) {
    await initializeCluster(location, installation.passwords.admin);
  } else if (version !== location.major) {
    throw new EmbeddedPostgresError(
      `the data in ${location.data} was made by PostgreSQL ${version} and this is ` +
        `${location.major}: restore a backup into a new TIMBRA_DATA_DIR`,
    );
  } else if (!installation.settled) {
    // postgres.json was lost and made again, or the first start was killed.
    log({ level: 'warn', msg: 'giving the database new passwords' });
    await removeStalePidFile(location.data, log);
    await resetAdminPassword(location, installation.passwords.admin);
  }
  return Math.round(performance.now() - begin);
}

function clusterNamePrefix({ id }: Installation): string {
  return `timbra-${id}-`;
}
