import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Rig } from './rig.ts';
import { endLeadersSession, leadingPid } from './rig-store.ts';

/** Breaks something again and again for `msMax`; answers how often it struck. */
export type Disturbance = (rig: Rig, msMax: number) => Promise<number>;

const killEveryMs = 2_000;
const slots = 5;
const lookEveryMs = 20;
const successorMs = 3_000;
const frozenMsMin = 3_000;
const frozenMsMax = 8_000;
const betweenFreezesMs = 2_000;
const endSessionEveryMs = 2_000;

export const killLeader: Disturbance = (rig, msMax) =>
  again(rig, msMax, killEveryMs, () => signalLeader(rig, 'SIGKILL'));

/** With every slot in use: what the dead leader left at FacturAPI is as much as can be. */
export const killBusyLeader: Disturbance = (rig, msMax) =>
  again(rig, msMax, lookEveryMs, async () => {
    const allAtWork = async () => (await rig.side.counters()).in_flight >= slots;
    if (!(await allAtWork()) || !(await signalLeader(rig, 'SIGKILL'))) return false;
    // Its successor gets its chance beside what is still at work, and is struck by its own calls.
    await wait(successorMs, undefined, { signal: rig.run.signal });
    return true;
  });

export const endSession: Disturbance = (rig, msMax) =>
  again(rig, msMax, endSessionEveryMs, () => endLeadersSession(rig.db));

export const freezeLeader: Disturbance = (rig, msMax) =>
  again(rig, msMax, betweenFreezesMs, async () => {
    const pid = await leaderOfOurs(rig);
    if (!pid) return false;
    const frozenMs = frozenMsMin + Math.random() * (frozenMsMax - frozenMsMin);
    send(pid, 'SIGSTOP');
    try {
      await wait(frozenMs, undefined, { signal: rig.run.signal });
    } finally {
      send(pid, 'SIGCONT');
    }
    return true;
  });

/** Once as after a crash, and once as an administrator stops it; its launcher starts it again. */
export const restartPostgres: Disturbance = async (rig, msMax) => {
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    send(postmasterPid(rig.run.postgresData), signal);
    await wait(msMax / 2, undefined, { signal: rig.run.signal });
  }
  return 2;
};

async function again(
  rig: Rig,
  msMax: number,
  everyMs: number,
  strike: () => Promise<boolean>,
): Promise<number> {
  const untilMs = Date.now() + msMax;
  let struck = 0;
  while (Date.now() < untilMs) {
    if (await strike().catch(() => false)) struck += 1;
    rig.run.signal.throwIfAborted();
    await wait(everyMs, undefined, { signal: rig.run.signal });
  }
  return struck;
}

async function signalLeader(rig: Rig, signal: NodeJS.Signals): Promise<boolean> {
  const pid = await leaderOfOurs(rig);
  return pid !== undefined && send(pid, signal);
}

/** The leader that the database names, when it is a stamper of this run that lives now. */
async function leaderOfOurs(rig: Rig): Promise<number | undefined> {
  const pid = await leadingPid(rig.db);
  const stampers = await Promise.all(
    rig.machines.map((machine) => machine.pidOf('stamper').catch(() => undefined)),
  );
  return stampers.find((one) => one !== undefined && one === pid);
}

/** 0 and 1 would be our own group and the machine's first process. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  if (!(pid > 1)) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function postmasterPid(data: string): number {
  return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
}
