/**
 * Whom the search finds: labelled queries about customers of a large and of a small company, made
 * from the directory with a fixed seed, and whether the meant one is the first, among the first five
 * or among the first twenty. Asked about anybody, and about those whom the company invoices: there
 * the ranking helps. Misspelt words beside the same words spelt right, which is the most that any
 * correction can reach: many customers share a surname, and no search knows which of them is meant.
 */
import pg from 'pg';
import { foldCustomerUses } from '../server/customers/search/customer-uses-store.ts';
import {
  type Known,
  type MadeUpQuery,
  madeUpQueries,
  queryKinds,
  typoKinds,
} from '../server/customers/search/made-up-queries.ts';
import { type Find, finder } from '../server/customers/search/test-customer-search.ts';
import { clientConfig } from '../server/platform/postgres/database.ts';
import { migrate } from '../server/platform/postgres/migrate.ts';
import type { TenantId } from '../server/tenants/tenants.ts';
import {
  fillCompany,
  makeCompany,
  noteUses,
  someCustomers,
  tidyUp,
} from './customer-search-store.ts';
import { writeResult } from './measure.ts';
import { onPrivatePostgres } from './stamping-rig.ts';

const sizes = { large: 200_000, small: 2_000 };
const queriesOfEach = 400;
const invoicedShare = 0.05;
const floors = { typo_one_word: 24, typo_two_words: 69 };

interface Row {
  readonly company: string;
  readonly about: string;
  readonly kind: string;
  readonly queries: number;
  readonly at1: number;
  readonly at5: number;
  readonly at20: number;
  /** With the right spelling; only where something was misspelt. */
  readonly bound20?: number;
}

await onPrivatePostgres(async (run) => {
  const { urls } = run.postgres;
  await migrate({ url: urls.admin });
  const admin = new pg.Pool({ ...clientConfig({ url: urls.admin }, 'bench'), max: 1 });
  const app = new pg.Pool({ ...clientConfig({ url: urls.app }, 'bench'), max: 2 });
  run.cleanups.after(() => Promise.all([admin.end(), app.end()]));
  const find = finder(app);
  const each = run.quick ? queriesOfEach / 4 : queriesOfEach;
  const rows: Row[] = [];
  for (const [company, size] of Object.entries(sizes)) {
    const count = run.quick && company === 'large' ? size / 10 : size;
    run.say(`a company of ${count}`);
    const tenantId = await makeCompany(admin, company);
    await fillCompany(admin, tenantId, { count, seed: 31, signal: run.signal });
    const anybody = await someCustomers(admin, tenantId, count);
    const invoiced = anybody.slice(0, Math.round(count * invoicedShare));
    // Zipf: few are invoiced every week, most now and then.
    const uses = invoiced.map(({ id }, i) => ({
      id,
      times: Math.max(1, Math.round(40 / (i + 1))),
    }));
    await noteUses(admin, tenantId, uses);
    while ((await foldCustomerUses(admin)).uses > 0) run.signal.throwIfAborted();
    while ((await foldCustomerUses(admin)).turned > 0) run.signal.throwIfAborted();
    await tidyUp(admin);
    for (const [about, known] of [
      ['anybody', anybody],
      ['invoiced', invoiced],
    ] as const) {
      rows.push(
        ...(await ask({ find, tenantId, company, about, known, each, signal: run.signal })),
      );
    }
  }
  report(rows);
});

async function ask(o: {
  find: Find;
  tenantId: TenantId;
  company: string;
  about: string;
  known: readonly Known[];
  each: number;
  signal: AbortSignal;
}): Promise<Row[]> {
  const asked: Array<{ query: MadeUpQuery; place: number; right: number }> = [];
  for (const query of madeUpQueries(o.known, 7, o.each)) {
    o.signal.throwIfAborted();
    const place = await placeOf(o, query.typed, query.meant);
    const right = query.mistake ? await placeOf(o, query.right, query.meant) : place;
    asked.push({ query, place, right });
  }
  const row = (kind: string, some: typeof asked): Row => {
    const share = (n: number, of: (one: (typeof asked)[number]) => number) =>
      Math.round((1000 * some.filter((one) => of(one) < n).length) / some.length) / 10;
    const place = (one: (typeof asked)[number]) => one.place;
    return {
      company: o.company,
      about: o.about,
      kind,
      queries: some.length,
      at1: share(1, place),
      at5: share(5, place),
      at20: share(20, place),
      ...(some[0]?.query.mistake ? { bound20: share(20, (one) => one.right) } : {}),
    };
  };
  return [
    ...queryKinds.map((kind) =>
      row(
        kind,
        asked.filter(({ query }) => query.kind === kind),
      ),
    ),
    ...typoKinds.map((kind) =>
      row(
        `typo_one_word: ${kind}`,
        asked.filter(({ query }) => query.kind === 'typo_one_word' && query.mistake === kind),
      ),
    ),
  ];
}

/** 0 for the first, Infinity for one that is not among the first twenty. */
async function placeOf(
  o: { find: Find; tenantId: TenantId },
  typed: string,
  meant: string,
): Promise<number> {
  const place = (await o.find(o.tenantId, typed)).findIndex(({ id }) => id === meant);
  return place < 0 ? Number.POSITIVE_INFINITY : place;
}

function report(rows: readonly Row[]): void {
  const lines = rows.map((row) =>
    [
      row.company,
      row.about,
      row.kind,
      row.queries,
      row.at1,
      row.at5,
      row.at20,
      row.bound20 ?? '',
    ].join(' | '),
  );
  const reached = Object.entries(floors).map(([kind, floor]) => {
    const row = rows.find(
      (one) => one.company === 'large' && one.about === 'anybody' && one.kind === kind,
    )!;
    return `${kind} ${row.at20} (more than ${floor}): ${row.at20 > floor ? 'met' : 'MISSED'}`;
  });
  const table = [
    '| company | about | query | queries | first | in 5 | in 20 | in 20, spelt right |',
    '|---|---|---|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
    '',
    'Shares of 100. The last column is what a perfect correction would reach.',
    `Targets in the large company, about anybody: ${reached.join('; ')}.`,
    '',
  ].join('\n');
  writeResult('customer-search-recall', { sizes, rows }, table);
}
