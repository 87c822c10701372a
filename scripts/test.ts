/**
 * `npm test`: one private PostgreSQL for the whole run, migrated once into a template that each
 * test file clones; then node:test over every *.test.ts but the browser's. Arguments narrow the
 * files: `npm test -- server/cfdi`. The run has an outer deadline, since node:test waits for ever on a
 * leaked handle, and it fails when a process of the run is left behind.
 *
 * Most files share a process, where each module is loaded once; what starts whole installations
 * or ends processes runs afterwards, a process for each file.
 */
import { spawn } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres/embedded-postgres.ts';
import { migrate } from '../server/platform/postgres/migrate.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Some six minutes on two cores; a machine with other work is given more. */
const runMsMax = 14 * 60_000;
const filesAtOnce = 2;
const apart =
  /^(test|scripts|server\/cluster|server\/platform\/embedded-postgres)\/|^sandbox\/main/;
/** A process each, side by side; what none of them matches is one more. */
const groups = [/^(sandbox|console|server\/cfdi)\//, /^server\/stamping\//];

/** These want a chromium and minutes of their own: `npm run test:browser`. */
const browser = /^test\/browser\//;

const wanted = process.argv.slice(2);
const files = globSync('{server,sandbox,console/src,scripts,test}/**/*.test.ts', { cwd: root })
  .filter((file) =>
    wanted.length === 0 ? !browser.test(file) : wanted.some((start) => file.startsWith(start)),
  )
  .sort();
if (files.length === 0) throw new Error('no test file was found');

const folder = mkdtempSync(join(tmpdir(), 'timbra-test-'));
// For root, PostgreSQL runs as another user, who must get in; else its data moves elsewhere.
chmodSync(folder, 0o755);
const postgres = await startEmbeddedPostgres({
  dataDir: folder,
  log: ({ level, msg }) => {
    if (level !== 'info') console.error(msg);
  },
  // Tests check what was committed, not what survives a power cut.
  settings: { fsync: 'off', synchronous_commit: 'off', max_connections: '200' },
});
let failed = true;
try {
  // Cloned by name: a template with no session in it.
  await migrate({ url: postgres.urls.admin });
  failed = !(await runAll());
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
const left = processesOfThisRun();
for (const one of left) {
  console.error(`left behind: ${one}`);
  process.kill(Number(one.split(' ')[0]), 'SIGKILL');
}
process.exitCode = failed || left.length > 0 ? 1 : 0;

async function runAll(): Promise<boolean> {
  const signal = AbortSignal.timeout(runMsMax);
  const together = Object.groupBy(
    files.filter((file) => !apart.test(file)),
    (file) => groups.findIndex((group) => group.test(file)),
  );
  const passed = await Promise.all(
    Object.values(together).map((some) => runTests(some ?? [], ['--test-isolation=none'], signal)),
  );
  const rest = files.filter((file) => apart.test(file));
  passed.push(await runTests(rest, [`--test-concurrency=${filesAtOnce}`], signal));
  if (signal.aborted) console.error(`the tests did not end within ${runMsMax / 60_000} minutes`);
  return passed.every(Boolean);
}

function runTests(some: readonly string[], flags: string[], signal: AbortSignal): Promise<boolean> {
  if (some.length === 0 || signal.aborted) return Promise.resolve(!signal.aborted);
  const child = spawn(process.execPath, ['--test', ...flags, '--test-reporter=spec', ...some], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TIMBRA_TEST_RUN: folder,
      // Some hundred processes load the same files: each is compiled once.
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      TIMBRA_TEST_POSTGRES: JSON.stringify(postgres.urls),
    },
  });
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end);
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      signal.removeEventListener('abort', end);
      resolve(code === 0);
    });
  });
}

/** Every process that a test starts inherits TIMBRA_TEST_RUN (Linux only). */
function processesOfThisRun(): string[] {
  const found: string[] = [];
  for (const pid of process.platform === 'linux' ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (!environment.includes(`TIMBRA_TEST_RUN=${folder}\0`)) continue;
      found.push(`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`);
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}
