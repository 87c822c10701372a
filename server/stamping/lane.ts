import type pg from 'pg';
import type { Logger } from '../platform/logging.ts';
import type { DatabaseAccess } from '../platform/postgres/database.ts';
import { attemptMsMax, bufferMsMax, sendingMsMax, timeoutMs } from './deadlines.ts';
import { type Lead, startLaneLeader } from './lane-leader.ts';
import type { Performed } from './perform-call.ts';
import { priorities } from './priorities.ts';
import { settleCall } from './settle-call.ts';
import { makeSlots } from './slots.ts';
import {
  type ClaimedCall,
  claimCalls,
  inheritedCalls,
  putBackCalls,
  requeueOverdueCalls,
  wakeDelayedCalls,
} from './stamping-queue.ts';

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
const settleRetryMs = 250;
/** Claiming ahead pays for short calls only; a long one would outlive the buffered call's age. */
const claimAheadCallMsMax = bufferMsMax / 2;

/**
 * One lane: every call of one FacturAPI limit, made by its leader alone.
 *
 *   queue ── claim ──> buffer (a few ahead) ── free slot ──> call ──> settle
 *
 * The buffer keeps a commit from standing between two calls. What waits in it longer than
 * `bufferMsMax` is put back: its deadline in the queue was counted from its claim.
 */
export function startLane(o: LaneOptions) {
  const slots = makeSlots(o.limit);
  const buffer: Array<{ call: ClaimedCall; claimedAtMs: number }> = [];
  let lead: Lead | undefined;
  let claiming = false;
  let mayHaveMore = false;
  let stopping = false;
  let averageCallMs = 0;
  let maxInFlightSeen = 0;
  let timer: NodeJS.Timeout | undefined;
  const running = new Map<number, Promise<void>>();

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
      lead = undefined;
      // The rows stay `calling`: the next leader inherits them, and looks up before it sends.
      buffer.length = 0;
    },
  });

  async function takeOver(won: Lead) {
    try {
      const inherited = await inheritedCalls(won.connection, o.lane);
      for (const call of inherited) slots.inherit(call.id, Date.now() + call.leftMs);
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

  function pump() {
    if (!lead || stopping) return;
    putBackAged(lead);
    let free = slots.free(Date.now());
    while (free > 0 && buffer.length > 0) {
      const { call } = buffer.shift()!;
      free -= 1;
      start(call, lead.epoch);
    }
    void claimMore(lead, free);
  }

  function putBackAged(now: Lead) {
    const aged = buffer.filter((one) => Date.now() - one.claimedAtMs > bufferMsMax);
    if (aged.length === 0) return;
    const ids = aged.map((one) => one.call.id);
    for (const one of aged) buffer.splice(buffer.indexOf(one), 1);
    mayHaveMore = true;
    putBackCalls(o.pool, now.epoch, ids).catch((error) => {
      o.log.warn({ err: error, ids }, 'aged calls were not put back; their deadline returns them');
    });
  }

  async function claimMore(now: Lead, free: number) {
    const ahead = averageCallMs <= claimAheadCallMsMax ? o.limit : 0;
    const count = free + ahead - buffer.length;
    if (claiming || !mayHaveMore || count <= 0) return;
    claiming = true;
    const claimedAtMs = Date.now();
    try {
      const calls = await claimCalls(now.connection, {
        lane: o.lane,
        epoch: now.epoch,
        count,
        deadlineMs: bufferMsMax + sendingMsMax,
        lookUpMs: timeoutMs('look_up'),
      });
      mayHaveMore = calls.length === count;
      if (lead !== now) return;
      buffer.push(...calls.map((call) => ({ call, claimedAtMs })));
      buffer.sort((a, b) => a.call.priority - b.call.priority);
      if (calls.length > 0) setImmediate(pump);
    } catch (error) {
      o.log.warn({ err: error }, 'a claim failed');
    } finally {
      claiming = false;
    }
  }

  function start(call: ClaimedCall, epoch: number) {
    slots.start(call.id);
    maxInFlightSeen = Math.max(maxInFlightSeen, slots.inFlight());
    running.set(
      call.id,
      run(call, epoch).finally(() => running.delete(call.id)),
    );
  }

  async function run(call: ClaimedCall, epoch: number) {
    const startedMs = Date.now();
    let performed: Performed;
    try {
      performed = await o.perform(call);
    } catch (error) {
      // A fault of ours, not FacturAPI's: the row keeps its slot, and its deadline returns it.
      o.log.error({ err: error, call: call.id, invoice: call.invoiceId }, 'an attempt crashed');
      slots.quarantine(call.id, Date.now() + attemptMsMax);
      return;
    }
    const tookMs = Date.now() - startedMs;
    averageCallMs = averageCallMs === 0 ? tookMs : averageCallMs * 0.9 + tookMs * 0.1;
    if (performed.slotUntilMs && performed.slotUntilMs > Date.now()) {
      slots.quarantine(call.id, performed.slotUntilMs);
    } else {
      slots.end(call.id);
    }
    logAttempt(call, performed, tookMs);
    pump();
    await settle(call, epoch, performed);
  }

  /** A result is never dropped while PostgreSQL is away: it is written when it is back. */
  async function settle(call: ClaimedCall, epoch: number, performed: Performed) {
    for (;;) {
      try {
        const { settlement, attempt } = performed;
        const housekeepingPriority = priorities.housekeeping;
        const options = { call, lane: o.lane, epoch, settlement, attempt, housekeepingPriority };
        if (!(await settleCall(o.pool, options))) {
          o.log.warn({ call: call.id, epoch }, 'another leader has this call: result left to it');
        }
        if (settlement.state === 'delayed') schedule(settlement.delayMs ?? 0);
        return;
      } catch (error) {
        o.log.warn({ err: error, call: call.id }, 'a result could not be written; trying again');
        await new Promise((resolve) => setTimeout(resolve, settleRetryMs));
      }
    }
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
        tookMs,
      },
      `${call.kind} ${outcome}`,
    );
  }

  let nextLookMs = 0;
  function schedule(inMs: number) {
    const atMs = Date.now() + Math.max(1, inMs);
    if (timer && atMs >= nextLookMs) return;
    clearTimeout(timer);
    nextLookMs = atMs;
    timer = setTimeout(lookAround, atMs - Date.now());
  }

  /** Delayed calls that are due, inherited ones past their deadline, and what no one told us of. */
  async function lookAround() {
    timer = undefined;
    const now = lead;
    let nextMs = pollMs;
    if (now && !stopping) {
      try {
        const dueMs = await wakeDelayedCalls(now.connection, o.lane);
        const ours = [...running.keys(), ...buffer.map((one) => one.call.id)];
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
    if (!stopping) schedule(nextMs);
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
      const ids = buffer.splice(0).map((one) => one.call.id);
      if (lead && ids.length > 0) {
        await putBackCalls(o.pool, lead.epoch, ids).catch((error) => {
          o.log.warn({ err: error }, 'buffered calls were not put back');
        });
      }
      await Promise.all(running.values());
      await leader.stop();
    },
  };
}
