import { hkdfSync } from 'node:crypto';
import type { Config } from '../config.ts';
import { connectionBudget } from '../platform/connection-budget.ts';
import type { EmbeddedPostgres } from '../platform/embedded-postgres/embedded-postgres.ts';
import type { DatabaseAccess } from '../platform/postgres/database.ts';
import type { SetUpSettings, StamperSettings, WebSettings } from './messages.ts';

export interface ChildSettingsOptions {
  readonly config: Config;
  readonly machineId: string;
  readonly secretKey: Buffer;
  readonly postgres: EmbeddedPostgres | undefined;
  readonly port: number;
  readonly sandboxPort: number | undefined;
}

/** A part for each role, and nothing in it that its process does not use. */
export interface SettingsByRole {
  readonly web: WebSettings;
  readonly stamper: StamperSettings;
  readonly setUp: SetUpSettings;
  /** For the machine's LISTEN connection, which is the supervisor's own. */
  readonly listen: DatabaseAccess;
}

export function settingsByRole(o: ChildSettingsOptions): SettingsByRole {
  const { config } = o;
  const budget = connectionBudget(config.dbPoolTotal, config.webWorkers);
  const access = databaseAccess(config, o.postgres);
  const secretKey = o.secretKey.toString('base64');
  const { facturapiInFlightMax, facturapiLimitScope } = config;
  const common = {
    production: config.production,
    demo: config.demo,
    host: config.host,
    port: o.port,
    logFormat: config.logFormat,
    logLevel: config.logLevel,
    machineId: o.machineId,
    facturapiLimitScope,
  };
  return {
    web: {
      ...common,
      cookieKey: derivedKey(o.secretKey, 'timbra session cookie'),
      webhookKey: derivedKey(o.secretKey, 'timbra webhook secrets'),
      metricsToken: config.metricsToken,
      database: { app: access.app },
      webPoolMax: budget.webPool,
      searchPoolMax: budget.searchPool,
      facturapiInFlightMax,
    },
    stamper: {
      ...common,
      secretKey,
      database: { stamper: access.stamper, stamperDirect: access.stamperDirect },
      stamperPoolMax: budget.stamperPool,
      facturapiUrl: config.facturapiUrl ?? `http://127.0.0.1:${o.sandboxPort}/v2`,
      facturapiInFlightMax,
    },
    setUp: { ...common, secretKey, database: { admin: access.admin } },
    listen: access.appDirect,
  };
}

function databaseAccess(
  config: Config,
  postgres: EmbeddedPostgres | undefined,
): Record<'admin' | 'app' | 'appDirect' | 'stamper' | 'stamperDirect', DatabaseAccess> {
  if (postgres) {
    const { urls } = postgres;
    return {
      admin: { url: urls.admin },
      app: { url: urls.app },
      appDirect: { url: urls.app },
      stamper: { url: urls.stamper },
      stamperDirect: { url: urls.stamper },
    };
  }
  const url = config.databaseUrl!;
  const direct = config.databaseDirectUrl ?? url;
  return {
    admin: { url: direct },
    app: { url, role: 'timbra_app' },
    appDirect: { url: direct, role: 'timbra_app' },
    stamper: { url, role: 'timbra_stamper' },
    stamperDirect: { url: direct, role: 'timbra_stamper' },
  };
}

export function sandboxEnvironment(config: Config, port: number): Record<string, string> {
  return {
    SANDBOX_PORT: String(port),
    SANDBOX_HOST: '127.0.0.1',
    SANDBOX_DATA: `${config.dataDir}/sandbox`,
  };
}

/** RFC 5869: one secret to keep, and a key of its own for each use. */
function derivedKey(secret: Buffer, use: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', use, 32)).toString('base64');
}
