/**
 * How many calls a second the sandbox answers on one core, so that it is never the bottleneck of
 * a load run. The server is pinned to one core and the driver to another (Linux, taskset); beside
 * it, in the same run, a bare Fastify route on that same core is the limit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Rate, rateOf, tableOf, writeResult } from './measure.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const targetPerSecond = 2_000;
const seconds = 5;
const connections = 50;
const headers = { authorization: 'Bearer sk_test_bench' };
const serverCore = '0';
const driverCore = '1';

if (process.env.TIMBRA_BENCH_PINNED !== '1') {
  const env = { ...process.env, TIMBRA_BENCH_PINNED: '1' };
  const args = ['-c', driverCore, process.execPath, ...process.argv.slice(1)];
  const child = spawn('taskset', args, { stdio: 'inherit', env });
  process.exitCode = await new Promise<number>((done) =>
    child.once('exit', (code) => done(code ?? 1)),
  );
} else {
  await measure();
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'timbra-bench-'));
  const bare = await pinned(['bench/bare-route.ts'], {});
  const sandbox = await pinned(['sandbox/main.ts'], {
    SANDBOX_PORT: '0',
    SANDBOX_LATENCY_MS: '0',
    SANDBOX_DATA: folder,
  });
  try {
    const base = `${sandbox.url}/v2`.replace('/v2/v2', '/v2');
    const invoice = await firstInvoice(base);
    const load = { connections, seconds, headers };
    const limit = await progress({ ...load, name: 'a bare Fastify route', url: bare.url });
    const rates: Rate[] = [limit];
    for (const [name, path] of [
      ['GET /check', '/check'],
      ['GET /invoices/ID', `/invoices/${invoice.id}`],
      ['GET /invoices?external_id=', `/invoices?external_id=${invoice.external_id}`],
      ['GET /customers?limit=10', '/customers?limit=10'],
    ] as const) {
      rates.push(await progress({ ...load, name, url: base + path }));
    }
    const slowest = Math.min(...rates.slice(1).map((rate) => rate.per_second));
    const verdict =
      `Target ${targetPerSecond} a second on one core: ` +
      `${slowest >= targetPerSecond ? 'met' : 'MISSED'} (the slowest read made ${slowest}).\n`;
    writeResult(
      'sandbox-reads',
      { target_per_second: targetPerSecond, rates },
      tableOf(rates, limit) + verdict,
    );
  } finally {
    bare.child.kill('SIGTERM');
    sandbox.child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function progress(load: Parameters<typeof rateOf>[0]): Promise<Rate> {
  process.stdout.write(`${load.name} ... `);
  const rate = await rateOf(load);
  console.log(`${rate.per_second} a second`);
  return rate;
}

async function firstInvoice(base: string): Promise<{ id: string; external_id: string }> {
  const answer = await fetch(`${base}/invoices`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      customer: {
        legal_name: 'UNIVERSIDAD ROBOTICA ESPAÑOLA',
        tax_id: 'URE180429TM6',
        tax_system: '601',
        address: { zip: '86991' },
      },
      items: [{ product: { description: 'Medición', product_key: '84111506', price: 116 } }],
      use: 'G03',
      payment_form: '03',
      external_id: 'bench-1',
    }),
  });
  if (!answer.ok) throw new Error(`the sandbox refused an invoice: ${await answer.text()}`);
  return (await answer.json()) as { id: string; external_id: string };
}

/** A server on its own core; its address is the first one that it prints. */
async function pinned(
  program: string[],
  env: Record<string, string>,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn('taskset', ['-c', serverCore, process.execPath, ...program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url) return { child, url };
  }
  throw new Error(`${program.join(' ')} did not say where it listens`);
}
