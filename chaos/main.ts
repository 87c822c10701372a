/**
 * `npm run chaos`: the promises of stamping, tried on whole installations that are being broken.
 * What counts is counted at FacturAPI's side, in the sandbox. Names narrow the scenarios, --quick
 * halves them, --size=N says how many invoices where a scenario has a number of them:
 *
 *   npm run chaos -- never-above-five whole-stop --quick
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres/embedded-postgres.ts';
import { neverAboveFive } from './never-above-five.ts';
import { oneTenantsTenThousand } from './one-tenants-ten-thousand.ts';
import { outage } from './outage.ts';
import { rateLimitStorm } from './rate-limit-storm.ts';
import { type Outcome, writeResults } from './results.ts';
import type { Run, Scenario } from './scenario.ts';
import { slowAndBack } from './slow-and-back.ts';
import { thousandUnderFaults } from './thousand-under-faults.ts';
import { wholeStop } from './whole-stop.ts';

const all: readonly Scenario[] = [
  neverAboveFive,
  wholeStop,
  oneTenantsTenThousand,
  rateLimitStorm,
  outage,
  slowAndBack,
  thousandUnderFaults,
];
const runMsMax = 90 * 60_000;

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const sizes = args.flatMap((arg) => /^--size=(\d{1,6})$/.exec(arg)?.[1] ?? []);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const unknown = wanted.filter((name) => !all.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  throw new Error(`no scenario ${unknown.join(', ')}: ${all.map((one) => one.name).join(', ')}`);
}
const scenarios = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

const stopping = new AbortController();
const stop = (why: string) => () => stopping.abort(new Error(why));
process.on('SIGINT', stop('stopped by Ctrl-C'));
process.on('SIGTERM', stop('stopped'));
const late = setTimeout(stop(`not done within ${runMsMax / 60_000} minutes`), runMsMax);

const folder = mkdtempSync(join(tmpdir(), 'timbra-chaos-'));
// For root, PostgreSQL and its clients run as different users, who must all get in.
chmodSync(folder, 0o755);
let postgresData = '';
const postgres = await startEmbeddedPostgres({
  dataDir: join(folder, 'postgres'),
  log: ({ level, msg, data }) => {
    if (typeof data === 'string') postgresData = data;
    if (level !== 'info') console.log(`  ${msg.slice(0, 100)}`);
  },
  settings: { max_connections: '200' },
});
const outcomes: Outcome[] = [];
try {
  for (const scenario of scenarios) {
    if (stopping.signal.aborted) break;
    outcomes.push(await runOne(scenario));
  }
} finally {
  clearTimeout(late);
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
const complete = outcomes.length === scenarios.length && !stopping.signal.aborted;
if (outcomes.length > 0) writeResults(outcomes, { quick, complete });
const passed = complete && outcomes.every((one) => one.failure === undefined && one.passed);
process.exitCode = stopping.signal.aborted ? 130 : passed ? 0 : 1;

async function runOne(scenario: Scenario): Promise<Outcome> {
  const { name, promise } = scenario;
  console.log(`\n${name}: ${promise}`);
  const begunMs = performance.now();
  const undos: Array<() => unknown> = [];
  const seconds = () => Math.round((performance.now() - begunMs) / 1_000);
  const run: Run = {
    postgres,
    postgresData,
    folder,
    quick,
    signal: stopping.signal,
    size: sizes[0] === undefined ? undefined : Number(sizes[0]),
    cleanups: { after: (undo) => undos.push(undo) },
    say: (line) => console.log(`  ${String(seconds()).padStart(4)} s  ${line}`),
  };
  const aborted = new Promise<never>((_, reject) => {
    stopping.signal.addEventListener('abort', () => reject(stopping.signal.reason), { once: true });
  });
  aborted.catch(() => {});
  try {
    const figures = await Promise.race([scenario.run(run), aborted]);
    const passed = figures.every((figure) => figure.ok);
    console.log(`  ${passed ? 'PASS' : 'FAIL'} after ${seconds()} s`);
    return { name, promise, passed, figures, seconds: seconds() };
  } catch (error) {
    console.log(`  FAIL after ${seconds()} s: ${(error as Error).message}`);
    const failure = String((error as Error).stack ?? error);
    return { name, promise, passed: false, figures: [], seconds: seconds(), failure };
  } finally {
    for (const undo of undos.reverse()) {
      await Promise.resolve(undo()).catch((error) => console.log(`  not undone: ${error}`));
    }
  }
}
