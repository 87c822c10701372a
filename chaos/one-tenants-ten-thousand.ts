import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../test/support/until.ts';
import { issue } from './load.ts';
import { openRig, type Rig } from './rig.ts';
import { copyToBacklog, countOpenInvoices, readAcceptedMs } from './rig-store.ts';
import { isCreation } from './sandbox-side.ts';
import {
  atLeast,
  atMost,
  exactly,
  type Figure,
  noted,
  percentile,
  type Scenario,
} from './scenario.ts';
import { inFlight } from './settle.ts';

const backlog = 10_000;
const latencyMs = 200;
const slots = 5;
const probes = 20;
const callLengthsMax = 2;
const startMsMax = 30_000;
/** Probes fall anywhere in a round of calls. */
const pauseMsMax = 900;

export const oneTenantsTenThousand: Scenario = {
  name: 'one-tenants-ten-thousand',
  promise: "One company's invoice does not wait behind ten thousand of another's.",
  async run(run) {
    const count = run.size ?? (run.quick ? backlog / 2 : backlog);
    const rig = await openRig(run, { machines: 1, latencyMs, companies: ['muchas', 'una'] });
    const [many, single] = rig.companies;
    const template = await issue(rig, many!);
    if (typeof template === 'string') throw new Error(template);
    await copyToBacklog(rig.db, template.id, count);
    run.say(`${count} of one company are queued; another one issues, ${probes} times`);
    const waitsMs: number[] = [];
    for (let i = 0; i < probes; i += 1) {
      await wait(Math.random() * pauseMsMax, undefined, { signal: run.signal });
      const answer = await issue(rig, single!);
      if (typeof answer === 'string') throw new Error(answer);
      waitsMs.push(await startedAfterMs(rig, answer.id));
    }
    return figures(rig, waitsMs);
  },
};

/** From the row's own time, which is before its commit, to the call's arrival at the sandbox. */
async function startedAfterMs(rig: Rig, invoiceId: string): Promise<number> {
  const acceptedMs = await readAcceptedMs(rig.db, invoiceId);
  let startedMs: number | undefined;
  await until(async () => {
    const calls = await rig.side.calls();
    startedMs = calls.find(
      (call) => isCreation(call) && call.external_id === invoiceId,
    )?.started_ms;
    return startedMs !== undefined;
  }, startMsMax);
  rig.run.say(`the call began after ${Math.round(startedMs! - acceptedMs)} ms`);
  return startedMs! - acceptedMs;
}

async function figures(rig: Rig, waitsMs: readonly number[]): Promise<Figure[]> {
  const calls = await rig.side.calls();
  // A slot's whole turn: the call, its answer, and the start of the next one.
  const first = calls[slots]!.started_ms;
  const callMs = ((calls.at(-1)!.started_ms - first) / (calls.length - slots)) * slots;
  const names = await rig.side.cfdis();
  const doubled = names.length - new Set(names.map((one) => one.external_id)).size;
  return [
    noted('one call with its turn in the slot, ms', callMs),
    noted('acceptance to start, p50 ms', percentile(waitsMs, 0.5)),
    atMost('acceptance to start, in calls, longest', Math.max(...waitsMs) / callMs, callLengthsMax),
    atLeast('still queued of the other company', await countOpenInvoices(rig.db), 1),
    exactly('doubles', doubled, 0),
    await inFlight(rig),
  ];
}
