import type pg from 'pg';
import type { Logger } from '../../platform/logging.ts';
import type { Performed } from '../attempts/ended-attempt.ts';
import { bufferMsMax } from '../deadlines.ts';
import type { Governor } from '../mood/governor.ts';
import { keepGovernorChanges, restoreGovernor } from '../mood/governor-store.ts';
import {
  type ClaimedCall,
  claimCalls,
  inheritedCalls,
  putBackCalls,
  requeueOverdueCalls,
  wakeDelayedCalls,
} from '../queue/stamping-queue.ts';
import type { Lead, Leadership } from './leadership.ts';
import { runAttempt } from './run-attempt.ts';
import { attemptKey, makeSlots } from './slots.ts';
import { writeResult } from './write-result.ts';

export interface LaneOptions {
  readonly lane: number;
  readonly limit: number;
  readonly leadership: Leadership;
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Called at each lead that is won. */
  readonly makeGovernor: (inFlight: () => number) => Governor;
  readonly perform: (call: ClaimedCall, turn: Turn) => Promise<Performed>;
}

export interface Turn {
  readonly governor: Governor;
  /** On the clock of `performance.now()`: then others count this attempt's slot as free. */
  readonly untilMs: number;
}

/** Nothing may depend on a NOTIFY that was lost: look by oneself this often. */
const pollMs = 1_000;
/** Claiming ahead pays for short calls only; a long one would outlive the buffered call's age. */
const claimAheadCallMsMax = bufferMsMax / 2;
/** Ages and slots are measured on a clock that nobody sets. */
const nowMs = () => performance.now();

interface Buffered {
  readonly call: ClaimedCall;
  readonly claimedAtMs: number;
}

/**
 * One lane: every call of one FacturAPI limit, made by its leader alone.
 *
 *   queue ── claim ──> buffer (a few ahead) ── free slot ──> call ──> result written
 *
 * The buffer keeps a commit from standing between two calls. What waits in it longer than
 * `bufferMsMax` is put back: its deadline in the queue was counted from its claim. So is what the
 * governor lets rest meanwhile.
 */
export function startLane(o: LaneOptions) {
  const slots = makeSlots(o.limit);
  const buffer: Buffered[] = [];
  /** Attempts in flight, and ended ones whose result is not written yet. */
  const running = new Map<number, { attempts: number; work: Promise<void> }>();
  const crashes = new Map<number, number>();
  let governor = o.makeGovernor(slots.inFlight);
  let lead: Lead | undefined;
  let claiming: Promise<void> | undefined;
  let keeping: Promise<void> | undefined;
  let puttingBack: Promise<unknown> = Promise.resolve();
  let mayHaveMore = false;
  let stopping = false;
  let averageCallMs = 0;
  let maxInFlightSeen = 0;
  let timer: NodeJS.Timeout | undefined;
  let nextLookMs = 0;

  const candidacy = o.leadership.stand({
    lane: o.lane,
    state: () => ({
      inFlight: slots.inFlight(),
      mostInFlight: maxInFlightSeen,
      breaker: governor.breakerReport(nowMs()),
      report: governor.report(nowMs()),
    }),
    onWon: (won) => {
      void takeOver(won);
    },
    onLost: () => {
      const { epoch } = lead ?? {};
      lead = undefined;
      // Never sent, so nothing has to be looked up: whoever leads next may simply send it.
      if (epoch !== undefined) putBack(epoch, buffer.splice(0));
    },
  });

  async function takeOver(won: Lead) {
    try {
      await puttingBack;
      // What the leader before learnt may be newer than what this process knew when it last led.
      governor = o.makeGovernor(slots.inFlight);
      await restoreGovernor(won.connection, o.lane, governor);
      const inherited = (await inheritedCalls(won.connection, o.lane)).filter(isNotOurs);
      for (const call of inherited) {
        slots.inherit(attemptKey(call), nowMs() + call.leftMs);
        schedule(call.leftMs);
      }
      if (inherited.length > 0) {
        const longestMs = Math.round(inherited[0]!.leftMs);
        o.log.warn(
          { calls: inherited.length, longestMs },
          'a leader died with calls in flight: their slots rest until their deadlines',
        );
      }
      lead = won;
      mayHaveMore = true;
      pump();
    } catch (error) {
      o.log.warn({ err: error }, 'a new leader could not read what it inherits');
      won.connection.end().catch(() => {});
    }
  }

  /** We lost the lead and won it back: our own attempts hold their slots here already. */
  function isNotOurs(call: { id: number; attempts: number }): boolean {
    return running.get(call.id)?.attempts !== call.attempts;
  }

  function pump() {
    if (!lead || stopping) return;
    const now = nowMs();
    const back: Buffered[] = [];
    let free = freeSlots(now);
    for (const one of buffer.splice(0)) {
      const isAged = now - one.claimedAtMs > bufferMsMax;
      if (isAged) mayHaveMore = true;
      if (isAged || !governor.mayStart(one.call.tenantId, now)) back.push(one);
      else if (free > 0) {
        free -= 1;
        start(one, lead.epoch);
      } else buffer.push(one);
    }
    putBack(lead.epoch, back);
    claimMore(lead, free);
    const changeMs = governor.nextChangeMs(now);
    if (changeMs !== undefined) schedule(changeMs);
  }

  /**
   * No more than are free, and no more open calls than FacturAPI's mood bears. A slot that rests
   * after a call was given up is held against the limit, not against the mood: nobody adds to it.
   */
  function freeSlots(now: number): number {
    return Math.max(0, Math.min(slots.free(now), governor.slotsToUse() - slots.inFlight()));
  }

  function putBack(epoch: number, entries: readonly Buffered[]) {
    if (entries.length === 0) return;
    const calls = entries.map((one) => one.call);
    const before = puttingBack;
    puttingBack = before
      .then(() => putBackCalls(o.pool, epoch, calls))
      .catch((error) => {
        const ids = calls.map((call) => call.id);
        o.log.warn({ err: error, ids }, 'calls were not put back; their deadline returns them');
      });
  }

  function claimMore(now: Lead, free: number) {
    const ahead = averageCallMs <= claimAheadCallMsMax ? o.limit : 0;
    const most = Math.min(free + ahead, governor.claimMax(nowMs()));
    const count = most - buffer.length;
    if (claiming || !mayHaveMore || count <= 0) return;
    // Before the claim is sent: what is queued while it runs must be heard.
    mayHaveMore = false;
    claiming = claim(now, count).finally(() => {
      claiming = undefined;
      if (mayHaveMore || buffer.length > 0) setImmediate(pump);
    });
  }

  async function claim(now: Lead, count: number) {
    const claimedAtMs = nowMs();
    const resting = governor.resting(claimedAtMs);
    const waiting = new Set(buffer.map((one) => one.call.tenantId));
    try {
      const calls = await claimCalls(now.connection, {
        lane: o.lane,
        epoch: now.epoch,
        count,
        promises: governor.promisesMs(claimedAtMs),
        none: [...resting.none, ...resting.one.filter((tenantId) => waiting.has(tenantId))],
        one: resting.one,
      });
      const entries = calls.map((call) => ({ call, claimedAtMs }));
      if (lead !== now || stopping) return putBack(now.epoch, entries);
      if (calls.length === count) mayHaveMore = true;
      buffer.push(...entries);
      buffer.sort((a, b) => a.call.priority - b.call.priority);
    } catch (error) {
      if (lead === now) schedule(pollMs);
      o.log.warn({ err: error }, 'a claim failed');
    }
  }

  function start(one: Buffered, epoch: number) {
    const { call } = one;
    slots.start(attemptKey(call));
    maxInFlightSeen = Math.max(maxInFlightSeen, slots.inFlight());
    const entry = { attempts: call.attempts, work: Promise.resolve() };
    running.set(call.id, entry);
    entry.work = run(one, epoch).finally(() => {
      if (running.get(call.id) === entry) running.delete(call.id);
    });
  }

  async function run({ call, claimedAtMs }: Buffered, epoch: number) {
    const startedMs = nowMs();
    const turn = { governor, untilMs: claimedAtMs + call.promisedMs };
    const mood = governor.started(call.tenantId, startedMs);
    const perform = (one: ClaimedCall) => o.perform(one, turn);
    const performed = await runAttempt(call, { perform, crashes, log: o.log });
    const restMs = performed.settlement.pause?.restMs;
    mood.ended(nowMs(), restMs);
    // The lead was lost and won back meanwhile: the present governor must know of it too.
    if (governor !== turn.governor && restMs !== undefined) {
      governor.started(call.tenantId, nowMs()).ended(nowMs(), restMs);
    }
    const tookMs = nowMs() - startedMs;
    averageCallMs = averageCallMs === 0 ? tookMs : averageCallMs * 0.9 + tookMs * 0.1;
    const slotMs = performed.settlement.slotMs ?? 0;
    if (slotMs > 0) {
      slots.quarantine(attemptKey(call), nowMs() + slotMs);
      schedule(slotMs);
    } else slots.end(attemptKey(call));
    pump();
    await writeResult(call, performed, { pool: o.pool, lane: o.lane, epoch, log: o.log });
    if (performed.settlement.state === 'delayed') schedule(performed.settlement.delayMs ?? 0);
    // Kept its place in the queue, as one whose tenant may go on by now.
    if (performed.settlement.state === 'queued') mayHaveMore = true;
  }

  function schedule(inMs: number) {
    if (stopping) return;
    const atMs = nowMs() + Math.max(1, inMs);
    if (timer && atMs >= nextLookMs) return;
    clearTimeout(timer);
    nextLookMs = atMs;
    timer = setTimeout(lookAround, atMs - nowMs());
  }

  /** Delayed calls that are due, calls past their deadline, and what no one told us of. */
  async function lookAround() {
    timer = undefined;
    const now = lead;
    let nextMs = pollMs;
    if (now && !stopping) {
      try {
        const ours = [...running.keys(), ...buffer.map((one) => one.call.id)];
        const dueMs = await wakeDelayedCalls(now.connection, o.lane, ours);
        for (const { id, state } of await requeueOverdueCalls(now.connection, o.lane, ours)) {
          o.log.warn({ call: id, state }, 'a call is past its deadline without a result');
        }
        keepGovernor();
        if (dueMs !== undefined) nextMs = Math.min(nextMs, dueMs);
        mayHaveMore = true;
        pump();
      } catch (error) {
        o.log.debug({ err: error }, 'the lane could not look around');
      }
    }
    schedule(nextMs);
  }
  schedule(pollMs);

  function keepGovernor() {
    keeping ??= keepGovernorChanges(o.pool, governor.takeChanges())
      .catch((error) => o.log.warn({ err: error }, 'what was learnt of FacturAPI was not kept'))
      .finally(() => {
        keeping = undefined;
      });
  }

  return {
    get epoch() {
      return candidacy.epoch;
    },
    /** Nothing in flight, nothing that waits here. */
    isIdle: () => running.size === 0 && buffer.length === 0,
    /** Something was queued. */
    wake() {
      mayHaveMore = true;
      pump();
    },
    /** No new call; what is buffered goes back; what is in flight ends and is written. */
    async stop() {
      stopping = true;
      clearTimeout(timer);
      if (lead) putBack(lead.epoch, buffer.splice(0));
      await claiming;
      await puttingBack;
      await Promise.all([...running.values()].map((entry) => entry.work));
      keepGovernor();
      await keeping;
      await candidacy.withdraw();
    },
  };
}
