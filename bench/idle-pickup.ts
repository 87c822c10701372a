/**
 * How soon an accepted invoice is on its way when nothing else is. Single invoices, one after
 * another, each issued over HTTP once the last one and its XML are done. Measured from the moment
 * of acceptance, `now()` of the accepting transaction (before its commit), to the arrival of the
 * creation at the sandbox, as its log has it; both are the machine's own clock. It holds the
 * statement's own work, its commit with fsync, NOTIFY, the supervisor's message to the stamper, the
 * claim with its commit, and the call's way over loopback.
 *
 * Beside it, in turns, the same way without Timbra: bare-pickup-store.ts.
 */
import { Pool } from 'undici';
import { issue } from '../chaos/load.ts';
import { openRig, type Rig } from '../chaos/rig.ts';
import { countOpenCalls, readAcceptedMs } from '../chaos/rig-store.ts';
import { isCreation } from '../chaos/sandbox-side.ts';
import { percentile } from '../chaos/scenario.ts';
import { until } from '../test/support/until.ts';
import { barePickup } from './bare-pickup-store.ts';
import { writeResult } from './measure.ts';
import { onPrivatePostgres } from './stamping-rig.ts';

const latencyMs = 20;
const invoices = 300;
const warmUp = 20;
const p50MsMax = 10;
const p99MsMax = 50;
const idleMsMax = 30_000;
const bareRoute = '/check';

await onPrivatePostgres(async (run) => {
  const rig = await openRig(run, { machines: 1, latencyMs, companies: ['uno'] });
  const { origin, pathname } = new URL(rig.sandbox.url);
  const client = new Pool(origin, { connections: 1 });
  run.cleanups.after(() => client.close());
  const bare = await barePickup(rig.databaseUrl, async (mark) => {
    const headers = { authorization: 'Bearer sk_test_bare' };
    const path = `${pathname}${bareRoute}?mark=${mark}`;
    await (await client.request({ method: 'GET', path, headers })).body.dump();
  });
  run.cleanups.after(() => bare.close());

  const ids: string[] = [];
  const bareMs = new Map<string, number>();
  const count = run.quick ? invoices / 2 : invoices;
  for (let i = 0; i < warmUp + count; i += 1) {
    const answer = await issue(rig, rig.companies[0]!);
    if (typeof answer === 'string') throw new Error(answer);
    await until(async () => (await countOpenCalls(rig.db)) === 0, idleMsMax);
    const writtenMs = await bare.once(String(i));
    if (i >= warmUp) {
      ids.push(answer.id);
      bareMs.set(`${bareRoute}?mark=${i}`, writtenMs);
    }
    if (i % 100 === 99) run.say(`${i + 1} invoices`);
  }
  report(await pickUpsMs(rig, ids), await barePickUpsMs(rig, bareMs));
});

async function pickUpsMs(rig: Rig, ids: readonly string[]): Promise<number[]> {
  const creations = (await rig.side.calls()).filter(isCreation);
  const startedMs = new Map(creations.map((call) => [call.external_id, call.started_ms]));
  return Promise.all(
    ids.map(async (id) => startedMs.get(id)! - (await readAcceptedMs(rig.db, id))),
  );
}

async function barePickUpsMs(rig: Rig, writtenMs: ReadonlyMap<string, number>): Promise<number[]> {
  const calls = await rig.side.calls();
  return calls.flatMap((call) => {
    const written = writtenMs.get(call.url);
    return written === undefined ? [] : [call.started_ms - written];
  });
}

function report(ms: readonly number[], bareMs: readonly number[]): void {
  const shares = [0.5, 0.9, 0.99, 1];
  const figures = (values: readonly number[]) => shares.map((share) => percentile(values, share));
  const [own, bare] = [figures(ms), figures(bareMs)];
  const met = own[0]! < p50MsMax && own[2]! < p99MsMax;
  const row = (name: string, values: readonly number[]) =>
    `| ${name} | ${values.map((one) => one.toFixed(1)).join(' | ')} |`;
  const table = [
    `| ${ms.length} of each, in turns | p50 ms | p90 ms | p99 ms | longest ms |`,
    '|---|---|---|---|---|',
    row('an invoice, accepted to arrived', own),
    row('a bare row, written to arrived', bare),
    `| ratio | ${own.map((one, i) => (one / bare[i]!).toFixed(2)).join(' | ')} |`,
    '',
    'From `now()` of the writing transaction to the arrival of the call at the sandbox, with an idle',
    `queue. Target p50 < ${p50MsMax} ms and p99 < ${p99MsMax} ms: ${met ? 'met' : 'MISSED'}.`,
    '',
  ].join('\n');
  writeResult('idle-pickup', { count: ms.length, shares, own, bare }, table);
}
