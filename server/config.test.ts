import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Config,
  ConfigError,
  DB_POOL_TOTAL_MAX,
  DB_POOL_TOTAL_MIN,
  FACTURAPI_IN_FLIGHT_MAX,
  FACTURAPI_LIVE_URL,
  readConfig,
  WEB_WORKERS_MAX,
  WEB_WORKERS_MIN,
} from './config.ts';

type Env = Readonly<Record<string, string>>;

const databaseUrl = 'postgres://timbra:s3cr3t-word@db.example.com/timbra';
const secretKey = Buffer.alloc(32, 7).toString('base64');
const production = { NODE_ENV: 'production', TIMBRA_SECRET_KEY: secretKey };

/** The one line that somebody reads whose server does not start. */
function complaint(env: Env): string {
  try {
    readConfig(env, false);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  assert.fail(`${JSON.stringify(env)} was accepted`);
}

const good: ReadonlyArray<readonly [Env, Partial<Config>]> = [
  [{}, { port: 3000, portIsFixed: false, host: '127.0.0.1', demo: true, production: false }],
  [{}, { databaseUrl: undefined, redisUrl: undefined, facturapiUrl: undefined }],
  [{}, { dbPoolTotal: 20, facturapiInFlightMax: 5, facturapiLimitScope: 'installation' }],
  [{}, { secretKey: undefined, metricsToken: undefined, logFormat: 'json', logLevel: 'info' }],
  [{ PORT: '1' }, { port: 1, portIsFixed: true }],
  [{ PORT: ' 65535 ' }, { port: 65_535 }],
  [{ PORT: '' }, { port: 3000, portIsFixed: false }],
  [{ HOST: '10.1.2.3' }, { host: '10.1.2.3' }],
  [
    { ...production, DATABASE_URL: databaseUrl },
    { host: '0.0.0.0', demo: false },
  ],
  [{ DATABASE_URL: databaseUrl }, { databaseUrl, databaseDirectUrl: databaseUrl, demo: false }],
  [{ DATABASE_URL: databaseUrl }, { facturapiUrl: FACTURAPI_LIVE_URL }],
  [
    { DATABASE_URL: databaseUrl, TIMBRA_DEMO: '1' },
    { demo: true, facturapiUrl: undefined },
  ],
  [
    { DATABASE_URL: databaseUrl, DATABASE_DIRECT_URL: 'postgresql://direct/timbra' },
    { databaseUrl, databaseDirectUrl: 'postgresql://direct/timbra' },
  ],
  [{ REDIS_URL: 'rediss://cache:6380/1' }, { redisUrl: 'rediss://cache:6380/1' }],
  [{ FACTURAPI_URL: 'http://localhost:8080/v2/' }, { facturapiUrl: 'http://localhost:8080/v2' }],
  [{ FACTURAPI_MAX_IN_FLIGHT: '1' }, { facturapiInFlightMax: 1 }],
  [
    { FACTURAPI_MAX_IN_FLIGHT: String(FACTURAPI_IN_FLIGHT_MAX) },
    { facturapiInFlightMax: FACTURAPI_IN_FLIGHT_MAX },
  ],
  [{ FACTURAPI_LIMIT_SCOPE: 'installation' }, { facturapiLimitScope: 'installation' }],
  [{ WEB_CONCURRENCY: String(WEB_WORKERS_MIN) }, { webWorkers: WEB_WORKERS_MIN }],
  [{ WEB_CONCURRENCY: String(WEB_WORKERS_MAX) }, { webWorkers: WEB_WORKERS_MAX }],
  [{ DB_POOL_TOTAL: String(DB_POOL_TOTAL_MIN) }, { dbPoolTotal: DB_POOL_TOTAL_MIN }],
  [{ DB_POOL_TOTAL: String(DB_POOL_TOTAL_MAX) }, { dbPoolTotal: DB_POOL_TOTAL_MAX }],
  [{ RATE_LIMITS: 'search=1200, issue=1' }, { rateLimits: { search: 1_200, issue: 1 } }],
  [{ TIMBRA_DATA_DIR: '/var/lib/timbra' }, { dataDir: '/var/lib/timbra' }],
  [{ TIMBRA_DEMO: '0' }, { demo: false, facturapiUrl: FACTURAPI_LIVE_URL }],
  [{ TIMBRA_SECRET_KEY: secretKey }, { secretKey: Buffer.alloc(32, 7) }],
  [{ METRICS_TOKEN: 'short' }, { metricsToken: 'short' }],
  [{ LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
];

const bad: ReadonlyArray<readonly [string, Env]> = [
  ...['0', '65536', 'http', '-1', '3000.5', '0x10', '1e3'].map(
    (PORT) => ['PORT', { PORT }] as const,
  ),
  ['DATABASE_URL', { DATABASE_URL: 'mysql://root:s3cr3t-word@db/timbra' }],
  ['DATABASE_URL', { DATABASE_URL: 's3cr3t-word' }],
  ['DATABASE_DIRECT_URL', { DATABASE_DIRECT_URL: databaseUrl }],
  ['DATABASE_DIRECT_URL', { DATABASE_URL: databaseUrl, DATABASE_DIRECT_URL: 'http://s3cr3t-word' }],
  ['REDIS_URL', { REDIS_URL: 'http://:s3cr3t-word@cache' }],
  ['FACTURAPI_URL', { FACTURAPI_URL: 'https://www.facturapi.io' }],
  ['FACTURAPI_URL', { FACTURAPI_URL: 'https://www.facturapi.io/v1' }],
  ['FACTURAPI_URL', { FACTURAPI_URL: 'ftp://www.facturapi.io/v2' }],
  ['FACTURAPI_MAX_IN_FLIGHT', { FACTURAPI_MAX_IN_FLIGHT: '0' }],
  ['FACTURAPI_MAX_IN_FLIGHT', { FACTURAPI_MAX_IN_FLIGHT: String(FACTURAPI_IN_FLIGHT_MAX + 1) }],
  ['FACTURAPI_LIMIT_SCOPE', { FACTURAPI_LIMIT_SCOPE: 'process' }],
  ['WEB_CONCURRENCY', { WEB_CONCURRENCY: String(WEB_WORKERS_MIN - 1) }],
  ['WEB_CONCURRENCY', { WEB_CONCURRENCY: String(WEB_WORKERS_MAX + 1) }],
  ['DB_POOL_TOTAL', { DB_POOL_TOTAL: String(DB_POOL_TOTAL_MIN - 1) }],
  ['DB_POOL_TOTAL', { DB_POOL_TOTAL: String(DB_POOL_TOTAL_MAX + 1) }],
  ['RATE_LIMITS', { RATE_LIMITS: 'search' }],
  ['RATE_LIMITS', { RATE_LIMITS: 'search=0' }],
  ['RATE_LIMITS', { RATE_LIMITS: 'search=1200,,issue=600' }],
  ['RATE_LIMITS', { RATE_LIMITS: 'anything=5' }],
  ['TIMBRA_DEMO', { TIMBRA_DEMO: 'yes' }],
  ['TIMBRA_SECRET_KEY', { TIMBRA_SECRET_KEY: 's3cr3t-word' }],
  ['TIMBRA_SECRET_KEY', { TIMBRA_SECRET_KEY: Buffer.alloc(31).toString('base64') }],
  ['TIMBRA_SECRET_KEY', { TIMBRA_SECRET_KEY: Buffer.alloc(33).toString('base64') }],
  ['TIMBRA_SECRET_KEY', { NODE_ENV: 'production', DATABASE_URL: databaseUrl }],
  ['FACTURAPI_URL', production],
  ['METRICS_TOKEN', { ...production, DATABASE_URL: databaseUrl, METRICS_TOKEN: 's3cr3t-word' }],
  ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
];

describe('the environment', () => {
  for (const [env, expected] of good) {
    test(`${JSON.stringify(env)} gives ${JSON.stringify(expected)}`, () => {
      const config = readConfig(env, false);
      for (const [name, value] of Object.entries(expected)) {
        assert.deepEqual(config[name as keyof Config], value, name);
      }
    });
  }

  for (const [name, env] of bad) {
    test(`${JSON.stringify(env)} stops the start with one line that names ${name}`, () => {
      const message = complaint(env);
      assert.ok(message.startsWith(name), message);
      assert.doesNotMatch(message, /\n/);
      assert.doesNotMatch(message, /s3cr3t-word/);
    });
  }

  test('the limit is the installation’s unless each organisation is to have its own', () => {
    assert.equal(readConfig({}, false).facturapiLimitScope, 'installation');
    const scoped = readConfig({ FACTURAPI_LIMIT_SCOPE: 'organization' }, false);
    assert.equal(scoped.facturapiLimitScope, 'organization');
    assert.match(complaint({ FACTURAPI_LIMIT_SCOPE: 'company' }), /^FACTURAPI_LIMIT_SCOPE/);
  });

  test('in a terminal the log is for people', () => {
    assert.equal(readConfig({}, true).logFormat, 'line');
  });

  test('the number of workers fits the machine when it is not said', () => {
    const { webWorkers } = readConfig({}, false);
    assert.ok(webWorkers >= WEB_WORKERS_MIN && webWorkers <= WEB_WORKERS_MAX);
  });

  test('nobody changes the configuration after it was read', () => {
    const config = readConfig({ RATE_LIMITS: 'search=1' }, false);
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.rateLimits));
  });

  const names = [...new Set([...bad.map(([name]) => name), 'HOST', 'TIMBRA_DATA_DIR', 'NODE_ENV'])];
  const words = fc.string({ unit: 'grapheme-ascii' });
  const environments = fc.dictionary(fc.constantFrom(...names), words);

  test('whatever it holds, it is read, or refused in one line that names a variable', () => {
    fc.assert(
      fc.property(environments, (env) => {
        try {
          readConfig(env, false);
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
          assert.ok(names.some((name) => error.message.startsWith(name)));
          assert.doesNotMatch(error.message, /\n/);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('a line break in a value makes no second line of the message', () => {
    const hostile = '7\nready at http://elsewhere';
    for (const name of ['LOG_LEVEL', 'PORT', 'RATE_LIMITS']) {
      assert.doesNotMatch(complaint({ [name]: hostile }), /\n/, name);
    }
  });
});
