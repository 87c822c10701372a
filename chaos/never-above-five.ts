import { until } from '../test/support/until.ts';
import {
  type Disturbance,
  endSession,
  freezeLeader,
  killBusyLeader,
  killLeader,
  restartPostgres,
} from './disturbances.ts';
import { startLoad } from './load.ts';
import { openRig, type Rig } from './rig.ts';
import { atLeast, atMost, type Figure, type Scenario } from './scenario.ts';
import { accounts, nothingRefused, settle } from './settle.ts';

const machines = 4;
const latenciesMs = [1_000, 100];
const phaseMs = 40_000;
const openMax = 40;
const invoicesMax = 4_000;
const createsToGoOn = 8;
const goOnMsMax = 90_000;
const settleMsMax = 240_000;
const settleLatencyMs = 50;

const phases: ReadonlyArray<readonly [name: string, disturbance: Disturbance]> = [
  ['the leader killed every 2 s', killLeader],
  ['the leader killed when all slots are in use', killBusyLeader],
  ['the leader frozen for 3 to 8 s', freezeLeader],
  ["the leader's session ended every 2 s", endSession],
  ['PostgreSQL killed, then stopped', restartPostgres],
];

/** The limit is the installation's: whoever leads, and whatever became of the last leader. */
export const neverAboveFive: Scenario = {
  name: 'never-above-five',
  promise: 'Four machines, and leaders that die and freeze: never more than five calls at once.',
  async run(run) {
    const figures: Figure[] = [];
    for (const latencyMs of latenciesMs) {
      run.say(`every call takes ${latencyMs} ms`);
      const rig = await openRig(run, { machines, latencyMs, companies: ['uno', 'dos', 'tres'] });
      const found = await disturbed(rig);
      figures.push(...found.map((one) => ({ ...one, name: `${latencyMs} ms: ${one.name}` })));
      for (const machine of rig.machines) await machine.stop();
    }
    return figures;
  },
};

async function disturbed(rig: Rig): Promise<Figure[]> {
  const { side, run } = rig;
  await side.settings({ idempotency: 'forget', list_lag_ms: 500 });
  const load = startLoad(rig, { companies: rig.companies, people: 9, openMax, invoicesMax });
  const figures: Figure[] = [];
  for (const [name, disturbance] of phases) {
    await stampsGoOn(rig);
    await side.resetCounters();
    const struck = await disturbance(rig, run.quick ? phaseMs / 2 : phaseMs);
    const { max_in_flight, creates } = await side.counters();
    run.say(`${name}: ${struck} times, ${creates} created, at most ${max_in_flight} in flight`);
    figures.push(
      atMost(`in flight, ${name}`, max_in_flight, 5),
      atLeast(`struck, ${name}`, struck, 1),
    );
  }
  await side.resetCounters();
  await load.stop();
  await side.settings({ latency_ms: settleLatencyMs });
  await settle(rig, settleMsMax);
  const { max_in_flight } = await side.counters();
  figures.push(atMost('in flight, afterwards', max_in_flight, 5));
  return [...figures, ...(await accounts(rig, load.accepted)), nothingRefused([load])];
}

/** What the last phase left in quarantine is over, so that this one finds calls to disturb. */
async function stampsGoOn(rig: Rig): Promise<void> {
  const creates = async () => (await rig.side.counters()).creates;
  const before = await creates();
  await until(async () => {
    rig.run.signal.throwIfAborted();
    return (await creates()) >= before + createsToGoOn;
  }, goOnMsMax);
}
