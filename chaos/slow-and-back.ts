import { setTimeout as wait } from 'node:timers/promises';
import type { CallRecord } from '../sandbox/calls/call-log.ts';
import { startLoad } from './load.ts';
import { clusterMetrics, openRig, type Rig } from './rig.ts';
import { isLookUp } from './sandbox-side.ts';
import { atLeast, atMost, noted, type Scenario } from './scenario.ts';
import { accounts, inFlight, nothingRefused, settle } from './settle.ts';

const fastMs = 100;
const slowMs = 3_000;
const fastCalls = 300;
const slowCalls = 60;
const phaseMsMax = 120_000;
const settleMsMax = 120_000;
const needlessShareMax = 0.01;
const backWithinCalls = 100;
/** As good as before: a deadline that was learnt anew need not be the same to the millisecond. */
const backAtTimes = 1.1;
const lookEveryMs = 50;

export const slowAndBack: Scenario = {
  name: 'slow-and-back',
  promise: 'FacturAPI grows thirty times slower and recovers: nothing is given up in vain.',
  async run(run) {
    const rig = await openRig(run, { machines: 1, latencyMs: fastMs, companies: ['uno'] });
    const options = { companies: rig.companies, people: 6, openMax: 40, invoicesMax: 5_000 };
    const load = startLoad(rig, options);
    const scale = run.quick ? 0.5 : 1;
    await callsMade(rig, fastCalls * scale, `fast, ${fastMs} ms`);
    const before = await deadlineMs(rig);
    await rig.side.settings({ latency_ms: slowMs });
    await callsMade(rig, slowCalls * scale, `slow, ${slowMs} ms`);
    const slow = await deadlineMs(rig);
    await rig.side.settings({ latency_ms: fastMs });
    const back = await callsUntilBack(rig, before);
    await callsMade(
      rig,
      fastCalls * scale,
      `fast again, the deadline was back after ${back} calls`,
    );
    await load.stop();
    await settle(rig, settleMsMax);
    const calls = await rig.side.calls();
    const needless = givenUpInVain(calls);
    return [
      atLeast('calls', calls.length, (2 * fastCalls + slowCalls) * scale),
      noted('calls given up although they were at work', needless),
      atMost('share of them', needless / calls.length, needlessShareMax),
      noted('deadline while fast, ms', before ?? 'not reported'),
      noted('deadline while slow, ms', slow ?? 'not reported'),
      atMost('calls until the deadline was back', back, backWithinCalls),
      ...(await accounts(rig, load.accepted)),
      await inFlight(rig),
      nothingRefused([load]),
    ];
  },
};

async function callsMade(rig: Rig, count: number, what: string): Promise<void> {
  rig.run.say(`${what}: ${count} calls`);
  const before = (await rig.side.counters()).calls;
  const untilMs = Date.now() + phaseMsMax;
  while (Date.now() < untilMs && (await rig.side.counters()).calls < before + count) {
    await wait(lookEveryMs, undefined, { signal: rig.run.signal });
  }
}

/**
 * No fault was asked for, so each call would have been answered. An answer that was not waited for
 * shows here by what it leads to: a creation is looked up, a file is fetched once more.
 */
function givenUpInVain(calls: readonly CallRecord[]): number {
  const lookedUp = new Set(calls.filter(isLookUp).map((call) => call.url));
  const files = calls.filter((call) => /\/(xml|pdf)$/.test(call.route)).map((call) => call.url);
  return lookedUp.size + files.length - new Set(files).size;
}

interface KindsDeadline {
  readonly kind: string;
  readonly longest_ms: number;
}

/** The deadline of a creation, as the operator's metrics report it. */
async function deadlineMs(rig: Rig): Promise<number | undefined> {
  const metrics = await clusterMetrics(rig).catch((error: Error) => ({ error: error.message }));
  const { deadlines } = metrics as { deadlines?: readonly KindsDeadline[] };
  const found = deadlines?.find((one) => one.kind === 'create')?.longest_ms;
  if (found === undefined) {
    rig.run.say(`no deadline in the metrics: ${JSON.stringify(metrics).slice(0, 300)}`);
  }
  return found;
}

async function callsUntilBack(rig: Rig, before: number | undefined): Promise<number> {
  if (before === undefined) return Number.POSITIVE_INFINITY;
  const first = (await rig.side.counters()).calls;
  const untilMs = Date.now() + phaseMsMax;
  while (Date.now() < untilMs) {
    const made = (await rig.side.counters()).calls - first;
    if (((await deadlineMs(rig)) ?? Number.POSITIVE_INFINITY) <= before * backAtTimes) return made;
    await wait(lookEveryMs, undefined, { signal: rig.run.signal });
  }
  return Number.POSITIVE_INFINITY;
}
