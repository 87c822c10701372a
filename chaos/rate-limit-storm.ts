import { setTimeout as wait } from 'node:timers/promises';
import type { CallRecord } from '../sandbox/calls/call-log.ts';
import { issue, issueMany, type Load } from './load.ts';
import { type Company, openRig, type Rig } from './rig.ts';
import { readAcceptedMs } from './rig-store.ts';
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
import { accounts, inFlight, nothingRefused, settle } from './settle.ts';

const latencyMs = 100;
/** A crowd's invoices with their files go over it again and again; a single one each 2 s does not. */
const limit = { calls: 20, window_ms: 10_000 };
const crowd = 50;
const quietEveryMs = 2_000;
const settleMsMax = 240_000;
/** What had been sent before the 429 was read was on its way already; the machine is a busy one. */
const onTheirWayMs = 150;
/** Clocks of arrival and of admission differ by the reading of a body. */
const clockSlackMs = 25;
const quietWaitMsMax = 2_000;

export const rateLimitStorm: Scenario = {
  name: 'rate-limit-storm',
  promise: 'A company over its limit waits as long as FacturAPI says; the others go on.',
  async run(run) {
    const rig = await openRig(run, { machines: 2, latencyMs, companies: ['mucha', 'poca'] });
    const [busy, quiet] = rig.companies;
    await rig.side.settings({ rate_limit: limit });
    const count = run.size ?? (run.quick ? crowd / 2 : crowd);
    run.say(`${count} invoices over a limit of ${limit.calls} calls in ${limit.window_ms} ms`);
    const going = new AbortController();
    const quietLoad = issueNowAndThen(rig, quiet!, going.signal);
    const load = await issueMany(rig, busy!, count);
    await settle(rig, settleMsMax, 'files too');
    going.abort();
    const quietWaitsMs = await quietLoad;
    await settle(rig, settleMsMax, 'files too');
    return figures(rig, load, quietWaitsMs);
  },
};

async function issueNowAndThen(rig: Rig, company: Company, going: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  const signal = AbortSignal.any([going, rig.run.signal]);
  for (let i = 0; i < settleMsMax / quietEveryMs && !signal.aborted; i += 1) {
    const answer = await issue(rig, company);
    if (typeof answer !== 'string') ids.push(answer.id);
    await wait(quietEveryMs, undefined, { signal }).catch(() => {});
  }
  return ids;
}

async function figures(rig: Rig, load: Load, quietIds: readonly string[]): Promise<Figure[]> {
  const calls = await rig.side.calls();
  const [busy, quiet] = rig.companies.map(({ organization }) =>
    calls.filter((call) => call.organization === organization),
  );
  const quietWaitsMs: number[] = [];
  for (const id of quietIds) {
    const call = quiet!.find((one) => isCreation(one) && one.external_id === id);
    if (call) quietWaitsMs.push(call.started_ms - (await readAcceptedMs(rig.db, id)));
  }
  const refused = busy!.filter((call) => call.status === 429).length;
  rig.run.say(`${busy!.length} calls of the crowd, ${refused} of them answered 429`);
  return [
    atLeast('429s of the crowd (else nothing was tried)', refused, 1),
    noted('calls of the crowd', busy!.length),
    exactly('calls before their Retry-After had passed', tooSoon(rig, busy!), 0),
    exactly('429s of the other company', quiet!.filter((call) => call.status === 429).length, 0),
    atLeast('invoices of the other company meanwhile', quietWaitsMs.length, 5),
    noted('their acceptance to start, p50 ms', percentile(quietWaitsMs, 0.5)),
    atMost('their acceptance to start, longest ms', Math.max(...quietWaitsMs), quietWaitMsMax),
    ...(await accounts(rig, load.accepted)),
    await inFlight(rig),
    nothingRefused([load]),
  ];
}

/**
 * The log does not keep Retry-After, so the limiter's windows are followed anew: one begins with
 * its first admitted call, and a 429 says how many whole seconds are left of it.
 */
function tooSoon(rig: Rig, calls: readonly CallRecord[]): number {
  let windowEndsMs = Number.NEGATIVE_INFINITY;
  const rests: Array<readonly [fromMs: number, toMs: number]> = [];
  let sooner = 0;
  for (const call of [...calls].sort((a, b) => a.started_ms - b.started_ms)) {
    const at = call.started_ms;
    const rest = rests.find(([from, to]) => at > from && at < to);
    if (rest) {
      sooner += 1;
      const [from, to] = rest.map((edge) => Math.round(edge - at));
      rig.run.say(`${call.method} ${call.route} in a rest, from ${from} to ${to} ms of it`);
    }
    if (call.status !== 429) {
      if (at >= windowEndsMs) windowEndsMs = at + limit.window_ms;
      continue;
    }
    const leftMs = Math.max(0, windowEndsMs - at);
    const retryAfterMs = Math.max(1, Math.ceil((leftMs - clockSlackMs) / 1_000)) * 1_000;
    const answeredMs = call.ended_ms ?? at;
    rests.push([answeredMs + onTheirWayMs, answeredMs + retryAfterMs - clockSlackMs]);
  }
  return sooner;
}
