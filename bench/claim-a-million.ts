/**
 * What a claim costs in a table that has been used: a million calls, of which 100,000 are queued
 * over 300 companies. Claims of five, as the leader makes them, each with its commit; in turn with
 * each a bare update of five rows by their key, which is the least that it can be. Then the plan of
 * one more claim: it must reach stamping_calls through its indexes alone.
 */
import pg from 'pg';
import { percentile } from '../chaos/scenario.ts';
import { clientConfig } from '../server/platform/postgres/database.ts';
import { migrate } from '../server/platform/postgres/migrate.ts';
import { makeGovernor } from '../server/stamping/mood/governor.ts';
import { claimCalls } from '../server/stamping/queue/stamping-queue.ts';
import { bareUpdate, fillQueue, planOf } from './claim-a-million-store.ts';
import { writeResult } from './measure.ts';
import { onPrivatePostgres } from './stamping-rig.ts';

const sizes = { total: 1_000_000, queued: 100_000, companies: 300 };
const claims = 200;
const warmUp = 20;
const count = 5;
const p99MsMax = 10;
const fresh = makeGovernor({ limit: count, inFlight: () => 0, random: Math.random });
const claim = { lane: 0, epoch: 1, count, promises: fresh.promisesMs(performance.now()) };

await onPrivatePostgres(async (run) => {
  const { urls } = run.postgres;
  await migrate({ url: urls.admin });
  const scale = run.quick ? 10 : 1;
  const rows = { ...sizes, total: sizes.total / scale, queued: sizes.queued / scale };
  const client = new pg.Client(clientConfig({ url: urls.admin }, 'bench'));
  client.on('error', () => {});
  await client.connect();
  run.cleanups.after(() => client.end());
  run.say(`writing ${rows.total} calls`);
  await fillQueue(client, rows);
  await client.query('set role timbra_stamper');
  const claimMs: number[] = [];
  const bareMs: number[] = [];
  for (let i = 0; i < warmUp + claims; i += 1) {
    run.signal.throwIfAborted();
    const begunMs = performance.now();
    const claimed = await claimCalls(client, claim);
    const claimedMs = performance.now();
    if (claimed.length !== count) throw new Error(`a claim of ${count} brought ${claimed.length}`);
    await bareUpdate(client, { first: i * count, count });
    const updatedMs = performance.now();
    if (i < warmUp) continue;
    claimMs.push(claimedMs - begunMs);
    bareMs.push(updatedMs - claimedMs);
  }
  const plan = await planOf(client, () => claimCalls(client, claim));
  report(rows, { claimMs, bareMs, plan });
});

function report(
  rows: typeof sizes,
  o: { claimMs: readonly number[]; bareMs: readonly number[]; plan: readonly string[] },
): void {
  const [p50, p99] = [percentile(o.claimMs, 0.5), percentile(o.claimMs, 0.99)];
  const bare = { p50: percentile(o.bareMs, 0.5), p99: percentile(o.bareMs, 0.99) };
  const scans = o.plan.filter((line) => line.includes('stamping_calls'));
  const sequential = scans.filter((line) => line.includes('Seq Scan'));
  const met = p99 < p99MsMax && scans.length > 0 && sequential.length === 0;
  const table = [
    `${rows.total} calls, ${rows.queued} of them queued over ${rows.companies} companies.`,
    '',
    `| ${claims} of each, in turns | p50 ms | p99 ms |`,
    '|---|---|---|',
    `| a claim of ${count} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`,
    `| a bare update of ${count} rows | ${bare.p50.toFixed(1)} | ${bare.p99.toFixed(1)} |`,
    `| ratio | ${(p50 / bare.p50).toFixed(1)} | ${(p99 / bare.p99).toFixed(1)} |`,
    '',
    'How the plan reaches `stamping_calls`, and how often:',
    '',
    ...scans.map((line) => `- ${line}`),
    '',
    `With the commit. Target p99 < ${p99MsMax} ms and no sequential scan: ${met ? 'met' : 'MISSED'}.`,
    '',
  ].join('\n');
  writeResult('claim-a-million', { rows, p50, p99, bare, plan: o.plan }, table);
}
