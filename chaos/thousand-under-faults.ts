import { issueMany } from './load.ts';
import { openRig, type Rig } from './rig.ts';
import { countOutcomes } from './rig-store.ts';
import { exactly, type Figure, noted, type Run, type Scenario } from './scenario.ts';
import { accounts, inFlight, nothingRefused, settle } from './settle.ts';

const invoices = 1_000;
const latencyMs = 50;
const listLagMs = 1_000;
const settleMsPerInvoice = 2_500;
const settleMsMin = 120_000;
const variants = ['replay', 'conflict', 'forget'] as const;

/** Of the creations alone; what each rule leaves over the next one draws from. */
const match = { method: 'POST', path: '/invoices' };
const faults = [
  { match, fault: 'hang_after', probability: 0.2, seed: 11 },
  { match, fault: 'reset_after', probability: 0.05, seed: 12 },
  { match, fault: 'reset_before', probability: 0.05, seed: 13 },
  { match, fault: 'status', status: 500, code: 'internal_error', probability: 0.05, seed: 14 },
  {
    match,
    fault: 'status_after',
    status: 500,
    code: 'internal_error',
    probability: 0.05,
    seed: 15,
  },
];

export const thousandUnderFaults: Scenario = {
  name: 'thousand-under-faults',
  promise: 'A third of the creations loses its answer: one CFDI each, however keys behave.',
  async run(run) {
    const count = run.size ?? (run.quick ? invoices / 2 : invoices);
    // Each has a database and a sandbox of its own, and waits most of the time.
    const found = await Promise.all(variants.map((keys) => underFaults(run, count, keys)));
    return found.flat();
  },
};

async function underFaults(
  run: Run,
  count: number,
  idempotency: (typeof variants)[number],
): Promise<Figure[]> {
  run.say(`${count} invoices, keys behave as "${idempotency}"`);
  const rig = await openRig(run, { machines: 1, latencyMs, companies: ['uno'] });
  const found = await struckBy(rig, count, idempotency);
  for (const machine of rig.machines) await machine.stop();
  return found.map((one) => ({ ...one, name: `${idempotency}: ${one.name}` }));
}

async function struckBy(
  rig: Rig,
  count: number,
  idempotency: (typeof variants)[number],
): Promise<Figure[]> {
  const { side } = rig;
  await side.settings({ idempotency, list_lag_ms: listLagMs });
  for (const fault of faults) await side.fault(fault);
  const begunMs = Date.now();
  const load = await issueMany(rig, rig.companies[0]!, count);
  await settle(rig, Math.max(settleMsMin, count * settleMsPerInvoice));
  const tookMs = Date.now() - begunMs;
  rig.run.say(`attempts: ${JSON.stringify(await countOutcomes(rig.db))}`);
  const cfdis = new Set((await side.cfdis()).map((one) => one.external_id)).size;
  return [
    exactly('invoices with a CFDI', cfdis, count),
    ...(await accounts(rig, load.accepted)),
    await inFlight(rig),
    nothingRefused([load]),
    noted('seconds until all were stamped', tookMs / 1_000),
  ];
}
