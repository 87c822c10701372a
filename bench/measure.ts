import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

/** What every result says of where and on what it was measured. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memory_gb: number };
}

const root = fileURLToPath(new URL('..', import.meta.url));

export function circumstances(): Circumstances {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' + changes';
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short', 'HEAD') + changed,
    node: process.version,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory_gb: Math.round(totalmem() / 2 ** 30),
    },
  };
}

export interface Rate {
  readonly name: string;
  readonly per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly errors: number;
}

export interface Load {
  readonly name: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly connections: number;
  readonly seconds: number;
}

const warmUpSeconds = 2;

/** Closed loops of requests at one route: what it can do at the most, after a warm-up. */
export async function rateOf(load: Load): Promise<Rate> {
  const options = { url: load.url, connections: load.connections, headers: load.headers ?? {} };
  await autocannon({ ...options, duration: warmUpSeconds });
  const result = await autocannon({ ...options, duration: load.seconds });
  return {
    name: load.name,
    per_second: Math.round(result.requests.average),
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
    errors: result.errors + result.timeouts + result.non2xx,
  };
}

/** A result as JSON for programs and as a table for people, side by side in bench/results. */
export function writeResult(name: string, result: object, table: string): void {
  const where = circumstances();
  mkdirSync(`${root}bench/results`, { recursive: true });
  const file = `${root}bench/results/${where.date}-${name}`;
  writeFileSync(`${file}.json`, `${JSON.stringify({ ...where, ...result }, null, 2)}\n`);
  const { machine } = where;
  const place = `${machine.cores} cores of ${machine.cpu}, ${machine.memory_gb} GB, Node ${where.node}`;
  writeFileSync(
    `${file}.md`,
    `# ${name}\n\n${where.date}, commit ${where.commit}, ${place}.\n\n${table}`,
  );
  console.log(`\n${table}\nwritten to bench/results/${where.date}-${name}.{json,md}`);
}

export function tableOf(rates: readonly Rate[], limit: Rate): string {
  const rows = rates.map(
    (rate) =>
      `| ${rate.name} | ${rate.per_second} | ${(rate.per_second / limit.per_second).toFixed(2)} | ` +
      `${rate.p50_ms} | ${rate.p99_ms} | ${rate.errors} |`,
  );
  return [
    `| route | per second | of ${limit.name} | p50 ms | p99 ms | errors |`,
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
