import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../server/cluster/ports.ts';
import { type Cleanups, cleanupsOfTest } from './support/cleanups.ts';
import {
  assertConsecutiveFolios,
  assertOneCfdiEach,
  facturapiSide,
} from './support/facturapi-side.ts';
import { startInstallation } from './support/installation.ts';
import { someInvoice } from './support/person.ts';
import { until } from './support/until.ts';

/** A PostgreSQL of the system, which Debian keeps out of the PATH. */
const binaries = globSync('/usr/lib/postgresql/15/bin/postgres')[0]?.replace(/\/postgres$/, '');
const skip = binaries ? false : 'no PostgreSQL 15 of the system is installed: NOT TESTED here';

describe('with a PostgreSQL 15 of one’s own', { skip }, () => {
  test('two machines that start together on it set it up once and share one queue', async (test) => {
    const t = cleanupsOfTest(test);
    const databaseUrl = await privatePostgres(t);
    const sandbox = await startInstallation(t);
    const env = {
      DATABASE_URL: databaseUrl,
      TIMBRA_DEMO: '1',
      FACTURAPI_URL: sandbox.facturapiUrl,
      TIMBRA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    const side = facturapiSide(sandbox.facturapiUrl);
    await side.settings({ latency_ms: 80 });
    const machines = await Promise.all([
      startInstallation(t, { env }),
      startInstallation(t, { env }),
    ]);
    const [first, second] = machines as [(typeof machines)[0], (typeof machines)[0]];

    const person = await first.person();
    const invoice = someInvoice((await person.customer('robotica')).id);
    const elsewhere = person.at(second.url);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? person : elsewhere).issue(invoice, { prefer: 'wait=30' }),
      ),
    );
    assert.deepEqual([...new Set(answers.map((one) => one.status))], [201]);
    const issued = answers.map((answer) => answer.body);
    assertConsecutiveFolios(issued);
    assertOneCfdiEach(issued, await side.invoices());
    assert.ok((await side.counters()).max_in_flight <= 5);
    const leaders = machines.map((one) =>
      one.log.filter((record) => record.msg === 'leads the lane'),
    );
    assert.equal(leaders.flat().length, 1, 'one stamper of the two makes every call');

    const pdf = await elsewhere.bytes(`/api/invoices/${issued[0].id}/pdf`);
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');

    // The leader's machine goes; the other one takes the lane over.
    const [leading, standby] = leaders[0]!.length === 1 ? [first, second] : [second, first];
    assert.equal(await leading!.stop(), 0);
    const { body: next } = await person.at(standby!.url).issue(invoice, { prefer: 'wait=30' });
    assert.equal(next.status, 'valid');
    assert.equal(next.folio_number, 41);
  });
});

/** In a folder and on a port of its own; as root it runs as the user that Debian made for it. */
async function privatePostgres(t: Cleanups): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'timbra-pg15-'));
  const isRoot = process.getuid?.() === 0;
  const id = isRoot
    ? Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }))
    : undefined;
  const identity = id === undefined ? {} : { uid: id, gid: id };
  chmodSync(folder, 0o755);
  if (id !== undefined) chownSync(folder, id, id);
  const data = join(folder, 'data');
  const options = { cwd: folder, env: { LC_ALL: 'C' }, ...identity };
  execFileSync(
    join(binaries!, 'initdb'),
    ['-D', data, '-U', 'boss', '-A', 'trust', '-E', 'UTF8', '-N'],
    options,
  );
  const port = await freePort();
  const settings = [
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'listen_addresses=127.0.0.1',
  ];
  const server = spawn(
    join(binaries!, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  t.after(async () => {
    server.kill('SIGQUIT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const { default: pg } = await import('pg');
  const url = `postgresql://boss@127.0.0.1:${port}/postgres`;
  await until(async () => {
    const client = new pg.Client({ connectionString: url });
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  });
  return url;
}
