import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../test/support/until.ts';
import { startLoad } from './load.ts';
import { openRig, type Rig } from './rig.ts';
import { atLeast, type Figure, noted, type Scenario } from './scenario.ts';
import { accounts, inFlight, nothingRefused, settle } from './settle.ts';

const machines = 4;
const latencyMs = 400;
const stops = 3;
const busyMs = 6_000;
const goneMsMax = 30_000;
const settleMsMax = 240_000;

export const wholeStop: Scenario = {
  name: 'whole-stop',
  promise: 'Every machine killed at once with calls in flight: nothing is lost, nothing twice.',
  async run(run) {
    const rig = await openRig(run, { machines, latencyMs, companies: ['uno', 'dos', 'tres'] });
    await rig.side.settings({ idempotency: 'forget', list_lag_ms: 500 });
    const options = { companies: rig.companies, people: 6, openMax: 40, invoicesMax: 1_500 };
    const load = startLoad(rig, options);
    let inFlightAtKill = 0;
    for (let i = 0; i < (run.quick ? 1 : stops); i += 1) {
      await wait(busyMs, undefined, { signal: run.signal });
      inFlightAtKill += await killAll(rig);
      await Promise.all(rig.machines.map((_, index) => rig.startAgain(index)));
      run.say('all of them are back');
    }
    await wait(busyMs, undefined, { signal: run.signal });
    await load.stop();
    await settle(rig, settleMsMax);
    const { creates } = await rig.side.counters();
    return [
      atLeast('calls in flight at the kills', inFlightAtKill, 1),
      noted('creations', creates),
      ...(await accounts(rig, load.accepted)),
      await inFlight(rig),
      nothingRefused([load]),
    ] satisfies Figure[];
  },
};

/** Answers how many calls were in flight at that moment. */
async function killAll(rig: Rig): Promise<number> {
  const { side, run } = rig;
  await until(async () => (await side.counters()).in_flight > 0, goneMsMax).catch(() => {});
  const { in_flight, creates } = await side.counters();
  run.say(
    `kill -9 of all ${rig.machines.length}: ${in_flight} in flight, ${creates} created so far`,
  );
  await Promise.all(rig.machines.map((machine) => machine.kill()));
  await until(
    () => rig.machines.every((machine) => machine.processes().length === 0),
    goneMsMax,
    'every process of the machines is gone',
  );
  return in_flight;
}
