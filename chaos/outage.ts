import { setTimeout as wait } from 'node:timers/promises';
import type { CallRecord } from '../sandbox/calls/call-log.ts';
import { type Load, startLoad } from './load.ts';
import { openRig, type Rig } from './rig.ts';
import { readUnsentAttempts } from './rig-store.ts';
import { atMost, exactly, type Figure, type Scenario } from './scenario.ts';
import { accounts, inFlight, nothingRefused, settle } from './settle.ts';

const latencyMs = 100;
const outageMs = 30_000;
const warmUpMs = 3_000;
const settleMsMax = 180_000;
/** Failures in a row until a breaker opens. */
const failuresMax = 5;
/** Of two companies each has a breaker, too; what was in flight beside the last comes on top. */
const openingCallsMax = 2 * failuresMax + 4;
/** The first probe comes so long after the opening, the next after twice that, and so on. */
const probeMs = 5_000;
const probeSlack = 0.8;
const sampleEveryMs = 200;

export const outage: Scenario = {
  name: 'outage',
  promise: 'While FacturAPI is away it is asked now and then; afterwards everything is stamped.',
  async run(run) {
    const rig = await openRig(run, { machines: 2, latencyMs, companies: ['uno', 'dos'] });
    const options = { companies: rig.companies, people: 4, openMax: 60, invoicesMax: 600 };
    const load = startLoad(rig, options);
    const unavailable = await whileUnavailable(rig);
    const refused = await whileRefused(rig, load);
    return [...unavailable, ...refused, nothingRefused([load])];
  },
};

async function whileUnavailable(rig: Rig): Promise<Figure[]> {
  const { side, run } = rig;
  const ms = run.quick ? outageMs / 2 : outageMs;
  await wait(warmUpMs, undefined, { signal: run.signal });
  run.say(`FacturAPI answers 503 for ${ms / 1_000} s`);
  const beganMs = Date.now();
  await side.settings({ outage: 'unavailable' });
  const openedMs = await openedWithin(rig, ms);
  const came = (await side.calls()).filter((call) => during(call, beganMs, Date.now()));
  await side.settings({ outage: 'off' });
  run.say(`${came.length} calls came meanwhile`);
  const startsMs = came.filter((call) => call.status === 503).map((call) => call.started_ms);
  const stampedMs = await msUntilStampsGoOn(rig);
  return [
    ...promiseOf('503', startsMs, openedMs, beganMs + ms),
    atMost('503: s until the next stamp', stampedMs / 1_000, (2 * ms) / 1_000),
  ];
}

/** Refused connections reach nobody who could count them: the history of attempts must do. */
async function whileRefused(rig: Rig, load: Load): Promise<Figure[]> {
  const { side, run } = rig;
  const ms = run.quick ? outageMs / 2 : outageMs;
  await settleSome(rig);
  const { max_in_flight } = await side.counters();
  run.say(`FacturAPI is gone for ${ms / 1_000} s: connections are refused`);
  const beganMs = Date.now();
  await rig.sandbox.stop();
  const openedMs = await openedWithin(rig, ms);
  const attemptsMs = (await readUnsentAttempts(rig.db)).filter((at) => at >= beganMs);
  run.say(`${attemptsMs.length} attempts were refused meanwhile`);
  await rig.sandbox.start();
  await side.forgetCalls();
  await load.stop();
  await settle(rig, settleMsMax);
  return [
    ...promiseOf('refused', attemptsMs, openedMs, beganMs + ms),
    ...(await accounts(rig, load.accepted)),
    await inFlight(rig, max_in_flight),
  ];
}

/**
 * Passes the outage, and answers when the installation first said that its breaker is open: what
 * the metrics tell is up to two seconds old, so a call of the opening is never taken for a probe.
 */
async function openedWithin(rig: Rig, ms: number): Promise<number> {
  const untilMs = Date.now() + ms;
  let openedMs = Number.POSITIVE_INFINITY;
  while (Date.now() < untilMs) {
    await wait(sampleEveryMs, undefined, { signal: rig.run.signal });
    if (openedMs < untilMs) continue;
    const metrics = await rig.machines[0]!.operator('/api/cluster/metrics').catch(() => undefined);
    if (metrics && metrics.breaker.state !== 'closed') openedMs = Date.now();
  }
  return openedMs;
}

function promiseOf(
  name: string,
  startsMs: readonly number[],
  openedMs: number,
  untilMs: number,
): Figure[] {
  const opening = startsMs.filter((at) => at < openedMs);
  const probes = startsMs.slice(opening.length);
  const gaps = probes.map((at, i) => at - (probes[i - 1] ?? opening.at(-1) ?? openedMs));
  const leftMs = Math.max(0, untilMs - (opening.at(-1) ?? openedMs));
  let due = 0;
  for (let at = probeMs, step = probeMs; at <= leftMs; step *= 2, at += step) due += 1;
  const tooSoon = gaps.filter((gap, i) => gap < probeMs * 2 ** i * probeSlack).length;
  return [
    atMost(`${name}: the breaker opened`, openedMs < untilMs ? 0 : 1, 0),
    atMost(`${name}: calls until it opened`, opening.length, openingCallsMax),
    atMost(`${name}: probes afterwards`, probes.length, Math.ceil(due / probeSlack)),
    exactly(`${name}: probes sooner than their interval`, tooSoon, 0),
  ];
}

function during(call: CallRecord, fromMs: number, toMs: number): boolean {
  return call.started_ms >= fromMs && call.started_ms <= toMs;
}

async function msUntilStampsGoOn(rig: Rig): Promise<number> {
  const beganMs = Date.now();
  const { creates } = await rig.side.counters();
  while (Date.now() - beganMs < settleMsMax && (await rig.side.counters()).creates === creates) {
    await wait(100, undefined, { signal: rig.run.signal });
  }
  return Date.now() - beganMs;
}

/** The breaker closes and what had waited is on its way before the next outage begins. */
async function settleSome(rig: Rig): Promise<void> {
  const { creates } = await rig.side.counters();
  const untilMs = Date.now() + settleMsMax / 3;
  while (Date.now() < untilMs && (await rig.side.counters()).creates < creates + 40) {
    await wait(250, undefined, { signal: rig.run.signal });
  }
}
