import { hkdfSync } from 'node:crypto';
import type { Config } from '../config.ts';
import { connectionBudget } from '../platform/connection-budget.ts';
import type { EmbeddedPostgres } from '../platform/embedded-postgres/embedded-postgres.ts';
import type { ChildSettings } from './messages.ts';

export interface ChildSettingsOptions {
  readonly config: Config;
  readonly machineId: string;
  readonly secretKey: Buffer;
  readonly postgres: EmbeddedPostgres | undefined;
  readonly port: number;
  readonly sandboxPort: number | undefined;
}

export function childSettings(o: ChildSettingsOptions): ChildSettings {
  const { config, port, sandboxPort } = o;
  const budget = connectionBudget(config.dbPoolTotal, config.webWorkers);
  return {
    production: config.production,
    demo: config.demo,
    host: config.host,
    port,
    secretKey: o.secretKey.toString('base64'),
    cookieKey: derivedKey(o.secretKey, 'timbra session cookie'),
    metricsToken: config.metricsToken,
    logFormat: config.logFormat,
    logLevel: config.logLevel,
    machineId: o.machineId,
    database: databaseAccess(config, o.postgres),
    webPoolMax: budget.webPool,
    stamperPoolMax: budget.stamperPool,
    facturapiUrl: config.facturapiUrl ?? `http://127.0.0.1:${sandboxPort}/v2`,
    facturapiInFlightMax: config.facturapiInFlightMax,
  };
}

function databaseAccess(
  config: Config,
  postgres: EmbeddedPostgres | undefined,
): ChildSettings['database'] {
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
