import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../server/cluster/ports.ts';
import type { Cleanups } from './support/cleanups.ts';
import { failedStart, startInstallation } from './support/installation.ts';
import { interruptedStart } from './support/interrupted-start.ts';

test('a bad value stops the start with one line that names its variable', async () => {
  const bad = {
    PORT: '70000',
    DATABASE_URL: 'mysql://x:secret@host/db',
    REDIS_URL: 'host:6379',
    FACTURAPI_URL: 'http://127.0.0.1:3999',
    WEB_CONCURRENCY: '9',
    DB_POOL_TOTAL: '3',
    FACTURAPI_MAX_IN_FLIGHT: '0',
    FACTURAPI_LIMIT_SCOPE: 'tenant',
    RATE_LIMITS: 'search=fast',
    TIMBRA_DEMO: 'perhaps',
    TIMBRA_SECRET_KEY: 'c2hvcnQ=',
  };
  const starts = Object.entries(bad).map(async ([name, value]) => {
    const { code, said } = await failedStart({ [name]: value });
    assert.equal(code, 1, `${name}: ${said}`);
    assert.equal(said.split('\n').length, 1, said);
    assert.match(said, new RegExp(`^timbra: .*${name}`));
    assert.doesNotMatch(said, /secret@/);
  });
  await Promise.all(starts);
  const { said } = await failedStart({ NODE_ENV: 'production', DATABASE_URL: 'postgres://h/d' });
  assert.match(said, /^timbra: TIMBRA_SECRET_KEY is required in production/);
});

test('a database that cannot be reached is said in one line, and nothing stays behind', async () => {
  const folder = dataFolder();
  const port = await freePort();
  const { code, said } = await failedStart({
    TIMBRA_DATA_DIR: folder,
    DATABASE_URL: `postgresql://nobody@127.0.0.1:${port}/none`,
  });
  rmSync(folder, { recursive: true });
  assert.equal(code, 1);
  assert.match(said, /timbra: .*DATABASE_URL/);
});

test('a second start on the same data is refused and the first goes on', async (t) => {
  const first = await startInstallation(t);
  const { code, said } = await failedStart({
    TIMBRA_DATA_DIR: first.dataDir,
    PORT: String(await freePort()),
  });
  assert.equal(code, 1);
  assert.match(said, new RegExp(`${first.dataDir}.*${first.supervisorPid}|${first.supervisorPid}`));
  assert.equal((await fetch(`${first.url}/readyz`)).status, 200);
});

test('a PORT that is taken is said in one line', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const folder = dataFolder();
  const { code, said } = await failedStart({ TIMBRA_DATA_DIR: folder, PORT: String(port) });
  rmSync(folder, { recursive: true, force: true });
  taken.close();
  assert.equal(code, 1);
  assert.match(said, new RegExp(`timbra: .*PORT=?\\s?${port}`));
});

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'timbra-data-'));
  chmodSync(folder, 0o755);
  return folder;
}

test('a start that is stopped at any moment ends within 15 s and leaves no process behind', async (t) => {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  // On an empty folder PostgreSQL's data is made first; on the same folder again, the children
  // start within the second.
  const rounds = [
    { moments: [200, 700, 1_200, 1_700, 1_700, 1_200, 2_400, 3_000], again: false },
    { moments: [600, 850, 1_100, 1_350, 1_350, 1_100, 1_600, 2_000], again: true },
  ];
  for (const { moments, again } of rounds) {
    // Two at a time, one for each signal.
    const kept = [dataFolder(), dataFolder()];
    if (again) await Promise.all(kept.map((folder) => madeData(t, folder)));
    for (let i = 0; i < moments.length; i += 2) {
      const starts = signals.map(async (signal, j) => {
        const afterMs = moments[i + j]!;
        const dataDir = again ? kept[j]! : dataFolder();
        const { code, left, said } = await interruptedStart(t, {
          dataDir,
          signal,
          afterMs,
          msMax: 15_000,
        });
        const when = `${signal} after ${afterMs} ms${again ? ', data made before' : ''}`;
        assert.notEqual(code, undefined, `${when}: the supervisor goes on:\n${said}`);
        assert.deepEqual(left, [], when);
        if (!again) rmSync(dataDir, { recursive: true, force: true });
      });
      await Promise.all(starts);
    }
    for (const folder of kept) rmSync(folder, { recursive: true, force: true });
  }
});

async function madeData(t: Cleanups, dataDir: string): Promise<void> {
  const timbra = await startInstallation(t, { dataDir });
  assert.equal(await timbra.stop(), 0);
}

test('opened to the network, the demo no longer takes its known password; back home it does', async (t) => {
  const first = await startInstallation(t);
  const cookie = (await first.person('admin@demo.mx')).cookie;
  assert.equal(await first.stop(), 0);

  const open = await startInstallation(t, { dataDir: first.dataDir, env: { HOST: '0.0.0.0' } });
  await assert.rejects(open.person('admin@demo.mx'), /401/);
  const { status } = await fetch(`${open.url}/api/auth/me`, { headers: { cookie } });
  assert.equal(status, 401, 'sessions of the known password end with it');
  assert.equal(await open.stop(), 0);

  const home = await startInstallation(t, { dataDir: first.dataDir });
  await home.person('admin@demo.mx');
});

test('the web workers hold neither the key of FacturAPI keys nor a secret in their environment', async (t) => {
  const secret = Buffer.alloc(32, 9).toString('base64');
  const timbra = await startInstallation(t, { env: { TIMBRA_SECRET_KEY: secret } });
  for (const child of ['web-1', 'web-2', 'stamper']) {
    const environment = readFileSync(`/proc/${await timbra.pidOf(child)}/environ`, 'utf8');
    assert.ok(environment.includes('TIMBRA_ROLE'));
    assert.ok(!environment.includes(secret), child);
  }
});
