import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ChildLink } from './cluster/child-link.ts';
import type {
  ChildSettings,
  SetUpSettings,
  StamperSettings,
  WebSettings,
} from './cluster/messages.ts';
import { forgetSecrets, readConfig } from './config.ts';
import { makeLogger } from './platform/logging.ts';

/**
 * The composition root: the only file that imports everything. Each role loads what it uses, so
 * that a process is no larger than its work.
 */

export async function composeSupervisor() {
  const config = readConfig();
  forgetSecrets();
  const log = makeLogger({
    format: config.logFormat,
    level: config.logLevel,
    process: 'supervisor',
  });
  const startedMs = performance.now();
  await mkdir(config.dataDir, { recursive: true });
  const { startSupervisor } = await import('./cluster/supervisor.ts');
  const secretKey = config.secretKey ?? (await keptSecret(join(config.dataDir, 'secret-key')));
  const supervisor = startSupervisor({
    config,
    machineId: machineId(config.dataDir),
    secretKey,
    log,
    startPostgres: config.databaseUrl
      ? undefined
      : async () => {
          const { startEmbeddedPostgres } = await import(
            './platform/embedded-postgres/embedded-postgres.ts'
          );
          return startEmbeddedPostgres({
            dataDir: config.dataDir,
            log: ({ level, msg, pid, ...rest }) => log[level]({ ...rest, postgresPid: pid }, msg),
          });
        },
  });
  const { greeting } = await import('./cluster/greeting.ts');
  const ready = supervisor.ready.then((where) =>
    greeting({ config, ...where, log, tookMs: performance.now() - startedMs }),
  );
  return { ready, stop: supervisor.stop };
}

export async function composeSetUp(link: ChildLink<SetUpSettings>): Promise<void> {
  const settings = await link.settings;
  const log = loggerOf(settings, 'set-up');
  const { migrate } = await import('./platform/postgres/migrate.ts');
  const applied = await migrate(settings.database.admin);
  if (applied.length > 0) log.info({ applied }, 'the database was brought to this version');
  const { makePool } = await import('./platform/postgres/database.ts');
  const { moveCallsToLanes } = await import('./stamping/queue/lanes.ts');
  const { newId } = await import('./platform/clock.ts');
  const { secretBox } = await import('./platform/secret-box.ts');
  const { ensureDemo } = await import('./tenants/demo.ts');
  const { isLoopback } = await import('./platform/loopback.ts');
  const { seedEmptyDirectory } = await import('./customers/seed/seed-customers.ts');
  const pool = makePool({ access: settings.database.admin, max: 1, name: 'set-up', log });
  try {
    const moved = await moveCallsToLanes(pool, settings.facturapiLimitScope);
    if (moved > 0) log.info({ calls: moved }, 'the queue follows FACTURAPI_LIMIT_SCOPE');
    if (!settings.demo) return;
    const secrets = secretBox(Buffer.from(settings.secretKey, 'base64'));
    const tenantId = await ensureDemo(pool, { secrets, newId, host: settings.host });
    const made = await seedEmptyDirectory(pool, tenantId, { count: demoCustomers, seed: 1, newId });
    if (!isLoopback(settings.host)) {
      log.warn(
        { host: settings.host },
        'bound beyond loopback: the demo people have no known password',
      );
    }
    if (made > 0) log.info({ customers: made }, 'made the demo company');
  } finally {
    await pool.end();
  }
}

const demoCustomers = 3_000;
const removeExpiredEveryMs = 10 * 60_000;

export async function composeStamper(
  link: ChildLink<StamperSettings>,
): Promise<() => Promise<void>> {
  const settings = await link.settings;
  const log = loggerOf(settings, 'stamper');
  const { makePool } = await import('./platform/postgres/database.ts');
  const { secretBox } = await import('./platform/secret-box.ts');
  const { makeCounters } = await import('./cluster/counters.ts');
  const { facturapiClient } = await import('./facturapi/facturapi-client.ts');
  const { startStamper } = await import('./stamping/stamper.ts');
  const { openFacturapiKey } = await import('./tenants/facturapi-key.ts');
  const secrets = secretBox(Buffer.from(settings.secretKey, 'base64'));
  const pool = makePool({
    access: settings.database.stamper,
    max: settings.stamperPoolMax,
    name: 'stamper',
    log,
  });
  const stamper = startStamper({
    facturapi: facturapiClient({
      url: settings.facturapiUrl,
      // With a lane for each organization there is no limit over all of them.
      connectionsMax:
        settings.facturapiLimitScope === 'installation' ? settings.facturapiInFlightMax : undefined,
    }),
    openKey: (tenantId, sealed) => {
      try {
        return openFacturapiKey(secrets, tenantId, sealed);
      } catch (error) {
        log.error({ err: error, tenant: tenantId }, 'the FacturAPI key does not open');
        return undefined;
      }
    },
    pool,
    leaderAccess: settings.database.stamperDirect,
    inFlightMax: settings.facturapiInFlightMax,
    limitScope: settings.facturapiLimitScope,
    name: `${settings.machineId}/${process.pid}`,
    log,
  });
  link.onNotification((_channel, lane) => stamper.wake(Number(lane)));
  link.onLookAgain(() => stamper.wake());
  link.pushCounters(makeCounters(), () => poolState([pool]));
  link.ready();
  return async () => {
    await stamper.stop();
    await pool.end();
  };
}

export async function composeWeb(link: ChildLink<WebSettings>): Promise<() => Promise<void>> {
  const settings = await link.settings;
  const log = loggerOf(settings, `web ${process.pid}`);
  const { makePool } = await import('./platform/postgres/database.ts');
  const { makeInvoiceSignals } = await import('./invoices/invoice-signals.ts');
  const { makeImportSignals } = await import('./customers/import/import-signals.ts');
  const { startImportWorker } = await import('./customers/import/import-worker.ts');
  const { newId } = await import('./platform/clock.ts');
  const { makeWebServer } = await import('./web-server.ts');
  const { makeCounters } = await import('./cluster/counters.ts');
  const { sessionStore } = await import('./sessions/session-store.ts');
  const { cachedSessions } = await import('./sessions/session-cache.ts');
  const { removeOldEvents } = await import('./webhooks/webhooks-store.ts');
  const { foldCustomerUses, foldUsesEveryMs } = await import(
    './customers/search/customer-uses-store.ts'
  );
  const { makeSearchPool, searchMsMax } = await import('./platform/postgres/search-pool.ts');
  const counters = makeCounters();
  const signals = makeInvoiceSignals();
  const importSignals = makeImportSignals();
  const pool = makePool({
    access: settings.database.app,
    max: settings.webPoolMax,
    name: 'web',
    log,
  });
  const ownSearchPool =
    settings.searchPoolMax > 0
      ? makePool({
          access: settings.database.app,
          max: settings.searchPoolMax,
          name: 'search',
          log,
          statementMsMax: searchMsMax,
        })
      : undefined;
  const searchPool = makeSearchPool(ownSearchPool ?? pool);
  const sessions = cachedSessions(sessionStore(pool), { hears: link.hears });
  const server = await makeWebServer({
    log,
    pool,
    searchPool,
    sessions,
    counters,
    signals,
    importSignals,
    cookieKey: settings.cookieKey,
    metricsToken: settings.metricsToken,
    webhookKey: settings.webhookKey,
    facturapiInFlightMax: settings.facturapiInFlightMax,
    facturapiLimitScope: settings.facturapiLimitScope,
    machineState: () => link.machineState(),
  });
  link.onNotification((channel, payload) => {
    if (channel === 'timbra_invoices') signals.received(payload);
    if (channel === 'timbra_sessions') sessions.changed(payload);
    if (channel === 'timbra_customer_imports') importSignals.received(payload);
  });
  link.onLookAgain(() => {
    signals.lookAgain();
    importSignals.lookAgain();
    sessions.clear();
  });
  link.pushCounters(counters, () => poolState([pool, ownSearchPool], searchPool.waiting()));
  const folding = setInterval(() => {
    foldCustomerUses(pool).catch((error) => log.warn({ err: error }, 'the ranking grows old'));
  }, foldUsesEveryMs);
  const cleaning = setInterval(() => {
    sessions.removeExpired().catch((error) => log.warn({ err: error }, 'old sessions remain'));
    removeOldEvents(pool).catch((error) => log.warn({ err: error }, 'old events remain'));
  }, removeExpiredEveryMs);
  await server.listen({ host: settings.host, port: settings.port });
  const imports = startImportWorker({
    pool,
    newId,
    log,
    name: `${settings.machineId}/${process.pid}`,
  });
  importSignals.onWork(imports.wake);
  link.ready();
  return async () => {
    clearInterval(cleaning);
    clearInterval(folding);
    await Promise.all([server.close(), imports.stop()]);
    await Promise.all([pool.end(), ownSearchPool?.end()]);
  };
}

function loggerOf(settings: Pick<ChildSettings, 'logFormat' | 'logLevel'>, name: string) {
  return makeLogger({ format: settings.logFormat, level: settings.logLevel, process: name });
}

interface PoolCounts {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** `waiting` on top: what waits before a pool and not in it. */
function poolState(pools: ReadonlyArray<PoolCounts | undefined>, waiting = 0) {
  const sum = (count: (pool: PoolCounts) => number) =>
    pools.reduce((total, pool) => total + (pool ? count(pool) : 0), 0);
  return {
    total: sum((pool) => pool.totalCount),
    inUse: sum((pool) => pool.totalCount - pool.idleCount),
    waiting: waiting + sum((pool) => pool.waitingCount),
  };
}

/** Made once and kept beside the data it protects; production names its own instead. */
async function keptSecret(path: string): Promise<Buffer> {
  try {
    await writeFile(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from((await readFile(path, 'utf8')).trim(), 'base64');
}

function machineId(dataDir: string): string {
  const place = createHash('sha256').update(dataDir).digest('hex').slice(0, 6);
  return `${hostname()}-${place}`;
}
