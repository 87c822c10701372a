/**
 * `npm run first-invoice`: does what README.md tells a newcomer. Starts the server with
 * `npm start` on a free port and an empty data folder, runs the README's own shell lines against
 * it, and says how long each part took.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../server/cluster/ports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const startMsMax = 60_000;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const lines = /```sh first-invoice\n([\s\S]*?)```/.exec(readme)?.[1];
if (!lines) throw new Error('README.md has no block of lines marked first-invoice');

const folder = mkdtempSync(join(tmpdir(), 'timbra-first-'));
chmodSync(folder, 0o755);
const port = await freePort();
const server = spawn('npm', ['start', '--silent'], {
  cwd: root,
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, PORT: String(port), TIMBRA_DATA_DIR: join(folder, 'data') },
});
const startedMs = performance.now();
try {
  await ready();
  console.log(`ready in ${seconds(startedMs)}`);
  const walkMs = performance.now();
  const script = `set -euo pipefail\n${lines.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)}`;
  const { status } = spawnSync('bash', ['-c', script], { cwd: root, stdio: 'inherit' });
  console.log(`\nthe README's lines took ${seconds(walkMs)} and ended with ${status}`);
  process.exitCode = status ?? 1;
} finally {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  process.kill(-server.pid!, 'SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

function ready(): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('it did not start')), startMsMax);
    server.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)));
    createInterface({ input: server.stdout! }).on('line', (line) => {
      if (!line.includes('ready at')) return;
      clearTimeout(deadline);
      resolve();
    });
  });
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
