import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/**
 * The environment as one validated, frozen object. This is the only reader of process.env:
 * every other module receives what it uses. A bad value throws a ConfigError, whose message is
 * one line that names the variable.
 */
export interface Config {
  readonly production: boolean;
  /** Makes the demo company and people, and runs the sandbox when no FacturAPI is named. */
  readonly demo: boolean;
  readonly host: string;
  readonly port: number;
  /** False when PORT was left out: then a taken port moves to the next free one. */
  readonly portIsFixed: boolean;
  readonly dataDir: string;
  /** Absent: the embedded PostgreSQL in the data directory. */
  readonly databaseUrl: string | undefined;
  /** For what needs a session of its own (leader, LISTEN, migrations) behind a pooler. */
  readonly databaseDirectUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** Base with /v2. Absent: the sandbox, which demo mode alone may use. */
  readonly facturapiUrl: string | undefined;
  readonly facturapiInFlightMax: number;
  readonly facturapiLimitScope: 'installation' | 'organization';
  readonly webWorkers: number;
  /** Connections to PostgreSQL for this machine, all its processes together. */
  readonly dbPoolTotal: number;
  readonly rateLimits: Readonly<Partial<Record<RateLimitClass, number>>>;
  /** 32 bytes; absent: made and kept in the data directory (never in production). */
  readonly secretKey: Buffer | undefined;
  readonly metricsToken: string | undefined;
  readonly logFormat: 'line' | 'json';
  readonly logLevel: string;
}

export const RATE_LIMIT_CLASSES = [
  'read',
  'search',
  'write',
  'issue',
  'api_key',
  'strangers',
  'sign_in_account',
  'sign_in_ip',
] as const;
export type RateLimitClass = (typeof RATE_LIMIT_CLASSES)[number];

export const WEB_WORKERS_MIN = 2;
export const WEB_WORKERS_MAX = 8;
/** The smallest budget that gives 8 web workers one connection each (see connection-budget.ts). */
export const DB_POOL_TOTAL_MIN = 12;
export const DB_POOL_TOTAL_MAX = 500;
export const FACTURAPI_IN_FLIGHT_MAX = 100;
export const FACTURAPI_LIVE_URL = 'https://www.facturapi.io/v2';

export class ConfigError extends Error {
  override name = 'ConfigError';
}

const SECRETS = [
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'REDIS_URL',
  'TIMBRA_SECRET_KEY',
  'METRICS_TOKEN',
];

/** Once read, secrets leave the environment, which every child of the supervisor inherits. */
export function forgetSecrets(): void {
  for (const name of SECRETS) delete process.env[name];
}

type Env = Readonly<Record<string, string | undefined>>;

export function readConfig(env: Env = process.env, isTerminal = !!process.stdout.isTTY): Config {
  const production = env.NODE_ENV === 'production';
  const databaseUrl = postgresUrl(env, 'DATABASE_URL');
  const demo = flag(env, 'TIMBRA_DEMO') ?? databaseUrl === undefined;
  const facturapiUrl = httpUrl(env, 'FACTURAPI_URL');
  const secretKey = secret(env);
  if (production && !secretKey) {
    throw new ConfigError('TIMBRA_SECRET_KEY is required in production: 32 bytes in base64');
  }
  if (production && demo && !facturapiUrl) {
    throw new ConfigError(
      'FACTURAPI_URL is required when TIMBRA_DEMO=1 in production: the sandbox never runs there',
    );
  }
  return Object.freeze({
    production,
    demo,
    host: text(env, 'HOST') ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: integer(env, 'PORT', 1, 65_535) ?? 3000,
    portIsFixed: text(env, 'PORT') !== undefined,
    dataDir: resolve(text(env, 'TIMBRA_DATA_DIR') ?? '.timbra'),
    databaseUrl,
    databaseDirectUrl: directUrl(env, databaseUrl),
    redisUrl: redisUrl(env),
    facturapiUrl: facturapiUrl ?? (demo ? undefined : FACTURAPI_LIVE_URL),
    facturapiInFlightMax: integer(env, 'FACTURAPI_MAX_IN_FLIGHT', 1, FACTURAPI_IN_FLIGHT_MAX) ?? 5,
    facturapiLimitScope: limitScope(env),
    webWorkers:
      integer(env, 'WEB_CONCURRENCY', WEB_WORKERS_MIN, WEB_WORKERS_MAX) ??
      Math.min(WEB_WORKERS_MAX, Math.max(WEB_WORKERS_MIN, availableParallelism())),
    dbPoolTotal: integer(env, 'DB_POOL_TOTAL', DB_POOL_TOTAL_MIN, DB_POOL_TOTAL_MAX) ?? 20,
    rateLimits: rateLimits(env),
    secretKey,
    metricsToken: metricsToken(env, production),
    logFormat: isTerminal ? 'line' : 'json',
    logLevel: oneOf(env, 'LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'fatal']) ?? 'info',
  });
}

/** A variable that is set but blank counts as absent, as compose files and CI write them. */
function text(env: Env, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Escaped: a line break in a value would make a second line that looks like one of ours. */
function quoted(value: string): string {
  return JSON.stringify(value);
}

function integer(env: Env, name: string, min: number, max: number): number | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new ConfigError(
      `${name} must be a whole number from ${min} to ${max}, not ${quoted(value)}`,
    );
  }
  return number;
}

function oneOf<T extends string>(env: Env, name: string, values: readonly T[]): T | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const known = values.find((one) => one === value);
  if (!known) {
    throw new ConfigError(`${name} must be one of ${values.join(', ')}, not ${quoted(value)}`);
  }
  return known;
}

function flag(env: Env, name: string): boolean | undefined {
  const value = oneOf(env, name, ['0', '1', 'false', 'true']);
  return value === undefined ? undefined : value === '1' || value === 'true';
}

/** The value itself stays out of the message: a connection string may hold a password. */
function url(env: Env, name: string, protocols: readonly string[]): string | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const parsed = URL.parse(value);
  if (!parsed || !protocols.includes(parsed.protocol)) {
    throw new ConfigError(`${name} must be a URL that starts with ${protocols.join(' or ')}//`);
  }
  return value;
}

function postgresUrl(env: Env, name: string): string | undefined {
  return url(env, name, ['postgres:', 'postgresql:']);
}

function directUrl(env: Env, databaseUrl: string | undefined): string | undefined {
  const direct = postgresUrl(env, 'DATABASE_DIRECT_URL');
  if (direct && !databaseUrl) {
    throw new ConfigError('DATABASE_DIRECT_URL needs DATABASE_URL beside it');
  }
  return direct ?? databaseUrl;
}

function redisUrl(env: Env): string | undefined {
  return url(env, 'REDIS_URL', ['redis:', 'rediss:']);
}

function httpUrl(env: Env, name: string): string | undefined {
  const value = url(env, name, ['http:', 'https:']);
  if (value !== undefined && !/\/v2\/?$/.test(value)) {
    throw new ConfigError(`${name} must end in /v2, as FacturAPI's own address does`);
  }
  return value?.replace(/\/$/, '');
}

function limitScope(env: Env): 'installation' | 'organization' {
  return oneOf(env, 'FACTURAPI_LIMIT_SCOPE', ['installation', 'organization']) ?? 'installation';
}

function rateLimits(env: Env): Partial<Record<RateLimitClass, number>> {
  const value = text(env, 'RATE_LIMITS');
  const limits: Partial<Record<RateLimitClass, number>> = {};
  for (const pair of value?.split(',') ?? []) {
    const [, name, number] = /^\s*([a-z_]+)=(\d{1,9})\s*$/.exec(pair) ?? [];
    const known = RATE_LIMIT_CLASSES.find((one) => one === name);
    if (!known || !number || Number(number) < 1) {
      throw new ConfigError(
        `RATE_LIMITS must look like search=1200,issue=600 (${RATE_LIMIT_CLASSES.join(', ')}), ` +
          `not ${quoted(pair.trim())}`,
      );
    }
    limits[known] = Number(number);
  }
  return Object.freeze(limits);
}

function secret(env: Env): Buffer | undefined {
  const value = text(env, 'TIMBRA_SECRET_KEY');
  if (value === undefined) return undefined;
  const key = Buffer.from(value, 'base64');
  if (key.length !== 32 || key.toString('base64') !== value) {
    throw new ConfigError('TIMBRA_SECRET_KEY must be exactly 32 bytes in base64');
  }
  return key;
}

function metricsToken(env: Env, production: boolean): string | undefined {
  const value = text(env, 'METRICS_TOKEN');
  if (value !== undefined && production && value.length < 16) {
    throw new ConfigError('METRICS_TOKEN must have at least 16 characters in production');
  }
  return value;
}
