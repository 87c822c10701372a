/**
 * A company imports 100,000 customers, of which each hundredth is bad, once as CSV and once as
 * .xlsx, on one machine, while people of another company search. What is counted: the rows that
 * came in, those in the file of errors, the time and the memory of it, and how long the others'
 * searches took before and meanwhile, from the moment that a key was pressed.
 */
import { readFileSync } from 'node:fs';
import { type Company, openRig, type Rig } from '../chaos/rig.ts';
import { percentile } from '../chaos/scenario.ts';
import { csvOfCustomers, xlsx } from '../server/customers/import/test-imports.ts';
import { madeUpCustomers } from '../server/customers/seed/made-up-customers.ts';
import { seedCustomers } from '../server/customers/seed/seed-customers.ts';
import { newId } from '../server/platform/clock.ts';
import { writeResult } from './measure.ts';
import { onPrivatePostgres } from './stamping-rig.ts';
import { type Typist, typeAway } from './typing-load.ts';

const rows = 100_000;
const badEvery = 100;
const directoryRows = 20_000;
const typists = 10;
const keysPerSecond = 5;
const quietSeconds = 20;
const busySeconds = 5;
const importMsMax = 30 * 60_000;
const lookEveryMs = 500;

interface Measured {
  readonly kind: string;
  readonly file_mb: number;
  readonly seconds: number;
  readonly imported: number;
  readonly rejected: number;
  readonly errors_in_file: number;
  readonly customers: number;
  readonly web_rss_mb_before: number;
  readonly web_rss_mb_most: number;
  readonly searches: number;
  readonly search_errors: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

await onPrivatePostgres(async (run) => {
  const names = ['csv', 'xlsx', 'otra'];
  const rig = await openRig(run, { machines: 1, latencyMs: 20, companies: names });
  const [one, two, other] = rig.companies as [Company, Company, Company];
  run.say(`${directoryRows} customers for the company that searches`);
  await rig.db.query('delete from customers where tenant_id = $1', [other.tenantId]);
  await seedCustomers(rig.db, other.tenantId, { count: directoryRows, seed: 4, newId });

  const quiet = await searches(rig, other, quietSeconds);
  const count = run.quick ? rows / 10 : rows;
  const file = csvOfCustomers({ seed: 7, rows: count, badEvery });
  const lines = file.text
    .split('\r\n')
    .slice(0, -1)
    .map((line) => line.split(','));
  const measured = [
    await importWhileOthersSearch(rig, one, other, 'CSV', Buffer.from(file.text)),
    await importWhileOthersSearch(rig, two, other, '.xlsx', await xlsx(lines.slice(1), lines[0])),
  ];
  report(count, quiet, measured);
});

async function importWhileOthersSearch(
  rig: Rig,
  company: Company,
  other: Company,
  kind: string,
  content: Buffer,
): Promise<Measured> {
  rig.run.say(`${kind}: ${(content.length / 2 ** 20).toFixed(1)} MB`);
  const pids = await webPids(rig);
  const before = await customersOf(rig, company);
  const rssBefore = rssMb(pids);
  const startedMs = performance.now();
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(content)]), 'clientes');
  const { url, cookie } = company.person;
  const sent = await fetch(`${url}/api/customers/imports`, {
    method: 'POST',
    headers: { cookie },
    body: form,
  });
  const { id } = (await sent.json()) as { id: string };
  let most = rssBefore;
  let endedMs = 0;
  const watching = setInterval(() => {
    most = Math.max(most, rssMb(pids));
  }, lookEveryMs);
  const ended = (async () => {
    while (endedMs === 0) {
      rig.run.signal.throwIfAborted();
      if (performance.now() - startedMs > importMsMax) throw new Error('the import does not end');
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      const { status } = (await company.person.get(`/api/customers/imports/${id}`)).body;
      if (status !== 'running') endedMs = performance.now();
    }
  })();
  const latencies: number[] = [];
  let errors = 0;
  while (endedMs === 0) {
    const part = await searches(rig, other, busySeconds);
    if (endedMs > 0 && latencies.length > 0) break;
    latencies.push(...part.latencies);
    errors += part.errors;
  }
  await ended;
  clearInterval(watching);
  const state = (await company.person.get(`/api/customers/imports/${id}`)).body;
  const told = (await company.person.bytes(`/api/customers/imports/${id}/errors`)).toString();
  return {
    kind,
    file_mb: Math.round((content.length / 2 ** 20) * 10) / 10,
    seconds: Math.round((endedMs - startedMs) / 1000),
    imported: state.imported,
    rejected: state.rejected,
    errors_in_file: told.split('\r\n').length - 2,
    customers: (await customersOf(rig, company)) - before,
    web_rss_mb_before: rssBefore,
    web_rss_mb_most: most,
    searches: latencies.length,
    search_errors: errors,
    p50_ms: percentile(latencies, 0.5),
    p99_ms: percentile(latencies, 0.99),
  };
}

async function searches(
  rig: Rig,
  company: Company,
  seconds: number,
): Promise<{ latencies: readonly number[]; errors: number }> {
  const typed = [...madeUpCustomers(4, 500)].map(({ legal_name }) => legal_name.toLowerCase());
  const people = Array.from({ length: typists }, (_, who): Typist => {
    let key = who * 17;
    return {
      cookie: company.person.cookie,
      next() {
        key += 1;
        const name = typed[(who * 31 + Math.floor(key / 8)) % typed.length]!;
        const q = encodeURIComponent(name.slice(0, 1 + (key % 8)));
        return `/api/customers?q=${q}&limit=20`;
      },
    };
  });
  const result = await typeAway({
    url: rig.machines[0]!.url,
    typists: people,
    ...{ keysPerSecond, seconds, warmUpSeconds: 1 },
  });
  const errors = Object.values(result.errors).reduce((sum, one) => sum + one, 0);
  return { latencies: result.latencies_ms, errors };
}

async function customersOf(rig: Rig, company: Company): Promise<number> {
  const { rows: found } = await rig.db.query(
    'select count(*)::int as n from customers where tenant_id = $1',
    [company.tenantId],
  );
  return found[0].n;
}

async function webPids(rig: Rig): Promise<number[]> {
  const timbra = rig.machines[0]!;
  return Promise.all(['web-1', 'web-2'].map((name) => timbra.pidOf(name)));
}

/** Of the larger one (Linux). */
function rssMb(pids: readonly number[]): number {
  const each = pids.map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  });
  return Math.round(Math.max(...each));
}

function report(
  count: number,
  quiet: { latencies: readonly number[] },
  measured: readonly Measured[],
): void {
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(quiet.latencies, share));
  const line = (name: string, value: (one: Measured) => string | number, before = '') =>
    `| ${name} | ${before} | ${measured.map((one) => String(value(one))).join(' | ')} |`;
  const table = [
    `| ${count} rows, each ${badEvery}th bad | before | ${measured.map(({ kind }) => kind).join(' | ')} |`,
    `|---|---|${measured.map(() => '---|').join('')}`,
    line('file, MB', (one) => one.file_mb),
    line('seconds, sending included', (one) => one.seconds),
    line('rows a second', (one) => Math.round(count / one.seconds)),
    line('imported', (one) => one.imported),
    line('customers more in the database', (one) => one.customers),
    line('rejected', (one) => one.rejected),
    line('lines in the file of errors', (one) => one.errors_in_file),
    line(
      'memory of the larger web worker, MB (most)',
      (one) => one.web_rss_mb_most,
      String(measured[0]!.web_rss_mb_before),
    ),
    line("another company's search p50 ms", (one) => one.p50_ms.toFixed(1), p50!.toFixed(1)),
    line("another company's search p99 ms", (one) => one.p99_ms.toFixed(1), p99!.toFixed(1)),
    line('searches that failed', (one) => `${one.search_errors} of ${one.searches}`, ''),
    '',
    `${typists} people of a company with ${directoryRows} customers press ${keysPerSecond} keys a`,
    'second each, driver and PostgreSQL on the same cores.',
    '',
  ].join('\n');
  writeResult(
    'customer-import',
    { rows: count, quiet_p50_ms: p50, quiet_p99_ms: p99, measured },
    table,
  );
}
