import type pg from 'pg';
import type { Logger } from '../platform/logging.ts';
import type { DatabaseAccess } from '../platform/postgres/database.ts';
import {
  attemptMsMax,
  backoffMs,
  bufferMsMax,
  crashesMax,
  sendingMsMax,
  timeoutMs,
} from './deadlines.ts';
import { type Lead, startLaneLeader } from './lane-leader.ts';
import type { Performed } from './perform-call.ts';
import { attemptKey, makeSlots } from './slots.ts';
import {
  type ClaimedCall,
  claimCalls,
  inheritedCalls,
  putBackCalls,
  requeueOverdueCalls,
  wakeDelayedCalls,
} from './stamping-queue.ts';
import { heldForAPerson, writeResult } from './write-result.ts';

export interface LaneOptions {
  readonly lane: number;
  readonly limit: number;
  readonly name: string;
  readonly leaderAccess: DatabaseAccess;
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly perform: (call: ClaimedCall) => Promise<Performed>;
}

/** Nothing may depend on a NOTIFY that was lost: look by oneself this often. */
const pollMs = 1_000;
/** Claiming ahead pays for short calls only; a long one would outlive the buffered call's age. */
const claimAheadCallMsMax = bufferMsMax / 2;
/** Ages and slots are measured on a clock that nobody sets. */
const nowMs = () => performance.now();

/**
 * One lane: every call of one FacturAPI limit, made by its leader alone.
 *
 *   queue ── claim ──> buffer (a few ahead) ── free slot ──> call ──> result written
 *
 * The buffer keeps a commit from standing between two calls. What waits in it longer than
 * `bufferMsMax` is put back: its deadline in the queue was counted from its claim.
 */
export function startLane(o: LaneOptions) {
  const slots = makeSlots(o.limit);
  const buffer: Array<{ call: ClaimedCall; claimedAtMs: number }> = [];
  /** Attempts in flight, and ended ones whose result is not written yet. */
  const running = new Map<number, { attempts: number; work: Promise<void> }>();
  const crashes = new Map<number, number>();
  let lead: Lead | undefined;
  let claiming: Promise<void> | undefined;
  let puttingBack: Promise<unknown> = Promise.resolve();
  let mayHaveMore = false;
  let stopping = false;
  let averageCallMs = 0;
  let maxInFlightSeen = 0;
  let timer: NodeJS.Timeout | undefined;
  let nextLookMs = 0;

  const leader = startLaneLeader({
    access: o.leaderAccess,
    lane: o.lane,
    name: o.name,
    log: o.log,
    inFlight: () => [slots.inFlight(), maxInFlightSeen],
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
    const aged = buffer.filter((one) => nowMs() - one.claimedAtMs > bufferMsMax);
    if (aged.length > 0) {
      for (const one of aged) buffer.splice(buffer.indexOf(one), 1);
      mayHaveMore = true;
      putBack(lead.epoch, aged);
    }
    let free = slots.free(nowMs());
    while (free > 0 && buffer.length > 0) {
      free -= 1;
      start(buffer.shift()!.call, lead.epoch);
    }
    claimMore(lead, free);
  }

  function putBack(epoch: number, entries: ReadonlyArray<{ call: ClaimedCall }>) {
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
    const count = free + ahead - buffer.length;
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
    try {
      const calls = await claimCalls(now.connection, {
        lane: o.lane,
        epoch: now.epoch,
        count,
        deadlineMs: bufferMsMax + sendingMsMax,
        lookUpMs: timeoutMs('look_up'),
      });
      const entries = calls.map((call) => ({ call, claimedAtMs }));
      if (lead !== now || stopping) return putBack(now.epoch, entries);
      if (calls.length === count) mayHaveMore = true;
      buffer.push(...entries);
      buffer.sort((a, b) => a.call.priority - b.call.priority);
    } catch (error) {
      mayHaveMore = true;
      if (lead === now) schedule(pollMs);
      o.log.warn({ err: error }, 'a claim failed');
    }
  }

  function start(call: ClaimedCall, epoch: number) {
    slots.start(attemptKey(call));
    maxInFlightSeen = Math.max(maxInFlightSeen, slots.inFlight());
    const entry = { attempts: call.attempts, work: Promise.resolve() };
    running.set(call.id, entry);
    entry.work = run(call, epoch).finally(() => {
      if (running.get(call.id) === entry) running.delete(call.id);
    });
  }

  async function run(call: ClaimedCall, epoch: number) {
    const startedMs = nowMs();
    const startedAt = new Date();
    let performed: Performed;
    try {
      performed = await o.perform(call);
      crashes.delete(call.id);
    } catch (error) {
      performed = crashed(call, startedAt, error);
    }
    const tookMs = nowMs() - startedMs;
    averageCallMs = averageCallMs === 0 ? tookMs : averageCallMs * 0.9 + tookMs * 0.1;
    const slotMs = (performed.slotUntilMs ?? 0) - Date.now();
    if (slotMs > 0) {
      slots.quarantine(attemptKey(call), nowMs() + slotMs);
      schedule(slotMs);
    } else slots.end(attemptKey(call));
    logAttempt(call, performed, tookMs);
    pump();
    await writeResult(call, performed, { pool: o.pool, lane: o.lane, epoch, log: o.log });
    if (performed.settlement.state === 'delayed') schedule(performed.settlement.delayMs ?? 0);
  }

  /** A fault of ours, not FacturAPI's. Whether it was sent is not known, so look before sending. */
  function crashed(call: ClaimedCall, startedAt: Date, error: unknown): Performed {
    const times = (crashes.get(call.id) ?? 0) + 1;
    crashes.set(call.id, times);
    o.log.error(
      { err: error, call: call.id, invoice: call.invoiceId, times },
      'an attempt crashed',
    );
    const attempt = { outcome: 'crashed', startedAt, endedAt: new Date() };
    if (times >= crashesMax) {
      crashes.delete(call.id);
      return heldForAPerson(call, { attempt }, 'attempt_crashed');
    }
    const isCreation = call.kind === 'create_invoice';
    const delayMs = Math.max(attemptMsMax, backoffMs(call.attempts, Math.random));
    return {
      attempt,
      slotUntilMs: Date.now() + attemptMsMax,
      settlement: {
        state: 'delayed',
        delayMs,
        slotMs: attemptMsMax,
        outcomeUnknown: isCreation,
        problem: { code: 'crashed' },
        ...(isCreation ? { invoice: { status: 'queued' } } : {}),
      },
    };
  }

  function logAttempt(call: ClaimedCall, performed: Performed, tookMs: number) {
    const { outcome, httpStatus, logId } = performed.attempt;
    o.log.info(
      {
        requestId: call.requestId,
        invoice: call.invoiceId,
        call: call.id,
        attempt: call.attempts,
        httpStatus,
        logId,
        tookMs: Math.round(tookMs),
      },
      `${call.kind} ${outcome}`,
    );
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
        for (const id of await requeueOverdueCalls(now.connection, o.lane, ours)) {
          o.log.warn({ call: id }, 'a call is past its deadline without a result: queued again');
        }
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

  return {
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
      await leader.stop();
    },
  };
}
