/**
 * What a search costs while people type, through HTTP as a browser asks: 200 people who press five
 * keys a second (1,000 searches a second, an open loop: each latency counts from the moment in which
 * the key was due) over a million customers in one large, four medium and thousands of small
 * companies. In the same run, by the same driver at the same rate: one customer by its primary key,
 * and the bare route of bare-route.ts, which shows what driver and connection cost.
 *
 * Before it, one person alone, one search after another, at 10,000 customers and at a million: how
 * the median grows with the directory.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { openRig, type Rig } from '../chaos/rig.ts';
import { percentile, type Run } from '../chaos/scenario.ts';
import { type Known, madeUpQueries } from '../server/customers/search/made-up-queries.ts';
import { mulberry32 } from '../server/customers/seed/made-up-customers.ts';
import type { TenantId } from '../server/tenants/tenants.ts';
import { cpuByProcess, cpuSince } from './cpu-by-process.ts';
import {
  countAll,
  fillCompany,
  makeCompany,
  signInPeople,
  sizesOf,
  someCustomers,
  tidyUp,
} from './customer-search-store.ts';
import { writeResult } from './measure.ts';
import { onPrivatePostgres } from './stamping-rig.ts';
import { type LoadResult, type Typist, typeAway } from './typing-load.ts';

const people = 200;
const keysPerSecond = 5;
const seconds = 60;
const warmUpSeconds = 10;
const alone = 600;
const p99MsMax = 50;
const growthMax = 3;
const knownOfEach = 300;
const plan = { large: 200_000, medium: [50_000, 50_000, 50_000, 50_000], small: 3_000, each: 200 };
const startShare = 0.01;

await onPrivatePostgres(async (run) => {
  const rig = await openRig(run, { machines: 1, latencyMs: 20, companies: [] });
  const scale = run.quick ? 0.1 : 1;
  const companies = await makeCompanies(rig, scale);
  await fill(rig, companies, startShare);
  const cookies = await signInPeople(rig.db, rig.machines[0]!.url, companiesOfPeople(companies));
  const few = await countAll(rig.db);
  const small = await onePerson(rig, companies, cookies);
  await fill(rig, companies, 1);
  const many = await countAll(rig.db);
  const large = await onePerson(rig, companies, cookies);

  const known = await knownOf(rig, companies);
  const load = { typists: [], keysPerSecond, warmUpSeconds, seconds: run.quick ? 15 : seconds };
  const phases: Phase[] = [];
  for (const [name, path] of [
    ['a search', typing],
    ['a customer by its id', byId],
  ] as const) {
    run.say(`${people} people: ${name}`);
    const typists = cookies.map((cookie, i) => ({ cookie, next: path(known[i]!, i) }));
    phases.push(await phase(name, { ...load, typists, url: rig.machines[0]!.url }));
  }
  run.say(`${people} people: a bare Fastify route`);
  const bareUrl = await bareRoute(run);
  const strangers = cookies.map((cookie): Typist => ({ cookie, next: () => '/' }));
  phases.push(await phase('a bare Fastify route', { ...load, typists: strangers, url: bareUrl }));
  report({ few, many, small, large, phases, sizes: await sizesOf(rig.db) });
});

interface Companies {
  readonly ids: readonly TenantId[];
  readonly sizes: readonly number[];
}

async function makeCompanies(rig: Rig, scale: number): Promise<Companies> {
  const sizes = [plan.large, ...plan.medium].map((size) => size * scale);
  const small = Math.round(plan.small * scale);
  const ids: TenantId[] = [];
  for (let i = 0; i < sizes.length + small; i += 1) ids.push(await makeCompany(rig.db, `C${i}`));
  return { ids, sizes: [...sizes, ...Array.from({ length: small }, () => plan.each)] };
}

/** To a share of its customers each company, the small ones a share of the companies. */
async function fill(rig: Rig, { ids, sizes }: Companies, share: number): Promise<void> {
  rig.run.say(`filling to ${Math.round(100 * share)} %`);
  const large = 1 + plan.medium.length;
  const filled = large + Math.round((ids.length - large) * share);
  for (let i = 0; i < filled; i += 1) {
    rig.run.signal.throwIfAborted();
    const count = i < large ? Math.round(sizes[i]! * share) : sizes[i]!;
    await fillCompany(rig.db, ids[i]!, { count, seed: 1_000 + i, signal: rig.run.signal });
  }
  await tidyUp(rig.db);
}

/** Half of the people work in the large company, a quarter in the medium ones. */
function companiesOfPeople({ ids }: Companies): TenantId[] {
  const large = 1 + plan.medium.length;
  const small = ids.slice(
    large,
    large + Math.max(1, Math.floor((ids.length - large) * startShare)),
  );
  return Array.from({ length: people }, (_, i) => {
    if (i % 2 === 0) return ids[0]!;
    if (i % 4 === 1) return ids[1 + ((i >> 2) % plan.medium.length)]!;
    return small[(i >> 2) % small.length]!;
  });
}

async function knownOf(rig: Rig, companies: Companies): Promise<ReadonlyArray<readonly Known[]>> {
  const byCompany = new Map<TenantId, Promise<Known[]>>();
  const of = (id: TenantId) => {
    if (!byCompany.has(id)) byCompany.set(id, someCustomers(rig.db, id, knownOfEach));
    return byCompany.get(id)!;
  };
  return Promise.all(companiesOfPeople(companies).map(of));
}

/**
 * Six of ten type a name from its start; the others a word of it, its words in another order, an RFC,
 * an e-mail, or a name with a mistake. Nobody types to the end: the customer is seen before.
 */
function typing(known: readonly Known[], seed: number): () => string {
  const random = mulberry32(seed);
  let text = '';
  let keys = 0;
  let keysMax = 0;
  return () => {
    if (keys >= keysMax) {
      text = someText(known, random);
      keys = 0;
      keysMax = Math.min(text.length, 6 + Math.floor(random() * 12));
    }
    keys += 1;
    return `/api/customers?q=${encodeURIComponent(text.slice(0, keys))}`;
  };
}

function someText(known: readonly Known[], random: () => number): string {
  if (random() < 0.6) return known[Math.floor(random() * known.length)]!.legal_name.toLowerCase();
  const queries = madeUpQueries(known, Math.floor(random() * 2 ** 31), 1);
  return queries[Math.floor(random() * queries.length)]!.right.toLowerCase();
}

function byId(known: readonly Known[], seed: number): () => string {
  const random = mulberry32(seed);
  return () => `/api/customers/${known[Math.floor(random() * known.length)]!.id}`;
}

/** The median of each, in turns, so that both see the same machine. */
async function onePerson(rig: Rig, companies: Companies, cookies: readonly string[]) {
  const known = await knownOf(rig, companies);
  const client = new Pool(rig.machines[0]!.url, { connections: 1 });
  const ms = { search: [] as number[], by_id: [] as number[] };
  const paths = known.map((some, i) => ({ search: typing(some, 7 + i), by_id: byId(some, 7 + i) }));
  try {
    for (let i = 0; i < alone * 2; i += 1) {
      rig.run.signal.throwIfAborted();
      const who = i % people;
      for (const kind of ['search', 'by_id'] as const) {
        const path = paths[who]![kind]();
        const begunMs = performance.now();
        const headers = { cookie: cookies[who]! };
        const { statusCode, body } = await client.request({ method: 'GET', path, headers });
        await body.dump();
        if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`);
        if (i >= alone) ms[kind].push(performance.now() - begunMs);
      }
    }
  } finally {
    await client.close();
  }
  return { search: percentile(ms.search, 0.5), by_id: percentile(ms.by_id, 0.5) };
}

interface Phase {
  readonly name: string;
  readonly result: Omit<LoadResult, 'latencies_ms'>;
  readonly ms: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
  /** Microseconds of CPU a request. */
  readonly cpu_us: Readonly<Record<string, number>>;
}

async function phase(name: string, load: Parameters<typeof typeAway>[0]): Promise<Phase> {
  const before = cpuByProcess();
  const { latencies_ms: latencies, ...result } = await typeAway(load);
  const requests = load.typists.length * load.keysPerSecond * (load.seconds + load.warmUpSeconds);
  const at = (share: number) => Math.round(percentile(latencies, share) * 10) / 10;
  return {
    name,
    result,
    ms: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
    cpu_us: cpuSince(before, requests),
  };
}

async function bareRoute(run: Run): Promise<string> {
  const program = fileURLToPath(new URL('bare-route.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  run.cleanups.after(() => child.kill('SIGTERM'));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error('the bare route did not say where it listens');
}

function report(o: {
  few: number;
  many: number;
  small: { search: number; by_id: number };
  large: { search: number; by_id: number };
  phases: readonly Phase[];
  sizes: Record<string, number>;
}): void {
  const [search, key] = o.phases as [Phase, Phase];
  const errors = (one: Phase) => Object.values(one.result.errors).reduce((a, b) => a + b, 0);
  const growth = o.large.search / o.small.search;
  const met = search.ms.p99 < p99MsMax && errors(search) === 0 && growth < growthMax;
  const ms = (value: number) => value.toFixed(2);
  const table = [
    `${o.many} customers; ${people} people, ${keysPerSecond} keys a second each, ` +
      `${search.result.offered_per_second} requests a second offered.`,
    '',
    '| route | answered | abandoned | errors | p50 ms | p95 ms | p99 ms | longest ms | bytes |',
    '|---|---|---|---|---|---|---|---|---|',
    ...o.phases.map(
      (one) =>
        `| ${one.name} | ${one.result.answered} | ${one.result.abandoned} | ${errors(one)} | ` +
        `${one.ms.p50} | ${one.ms.p95} | ${one.ms.p99} | ${one.ms.max} | ${one.result.bytes_mean} |`,
    ),
    `| a search to a customer by its id | | | | ${(search.ms.p50 / key.ms.p50).toFixed(1)} | ` +
      `${(search.ms.p95 / key.ms.p95).toFixed(1)} | ${(search.ms.p99 / key.ms.p99).toFixed(1)} | | |`,
    '',
    `| CPU in µs a request | ${o.phases.map((one) => one.name).join(' | ')} |`,
    `|---|${o.phases.map(() => '---|').join('')}`,
    ...Object.keys(search.cpu_us).map(
      (process) =>
        `| ${process} | ${o.phases.map((one) => one.cpu_us[process] ?? 0).join(' | ')} |`,
    ),
    '',
    '| one person, one after another: median ms | a search | a customer by its id |',
    '|---|---|---|',
    `| ${o.few} customers | ${ms(o.small.search)} | ${ms(o.small.by_id)} |`,
    `| ${o.many} customers | ${ms(o.large.search)} | ${ms(o.large.by_id)} |`,
    `| growth | ${growth.toFixed(2)} | ${(o.large.by_id / o.small.by_id).toFixed(2)} |`,
    '',
    `On disk, with indexes: ${Object.entries(o.sizes)
      .map(([name, mb]) => `\`${name}\` ${mb} MB`)
      .join(', ')}.`,
    `Target 0 errors, p99 < ${p99MsMax} ms, growth < ${growthMax}: ${met ? 'met' : 'MISSED'}.`,
    '',
  ].join('\n');
  writeResult('customer-search', o, table);
}
