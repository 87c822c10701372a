import { withinSlot } from '../../facturapi/gate.ts';
import type { Logger } from '../../platform/logging.ts';
import type { Performed } from '../attempts/ended-attempt.ts';
import { backoffMs, crashesMax } from '../deadlines.ts';
import type { ClaimedCall } from '../queue/stamping-queue.ts';
import { heldForAPerson } from './write-result.ts';

export interface RunOptions {
  readonly perform: (call: ClaimedCall) => Promise<Performed>;
  /** Crashes of each call so far; kept by the lane. */
  readonly crashes: Map<number, number>;
  readonly log: Logger;
}

/** One attempt, whatever becomes of it: what it throws is a fault of ours, and an outcome too. */
export async function runAttempt(call: ClaimedCall, o: RunOptions): Promise<Performed> {
  const startedAt = new Date();
  const startedMs = performance.now();
  let performed: Performed;
  try {
    performed = await withinSlot(() => o.perform(call));
    o.crashes.delete(call.id);
  } catch (error) {
    performed = crashed(call, startedAt, error, o);
  }
  const { outcome, httpStatus, logId } = performed.attempt;
  o.log.info(
    {
      requestId: call.requestId,
      invoice: call.invoiceId,
      call: call.id,
      attempt: call.attempts,
      httpStatus,
      logId,
      tookMs: Math.round(performance.now() - startedMs),
    },
    `${call.kind} ${outcome}`,
  );
  return performed;
}

/** Not FacturAPI's doing. Whether it was sent is not known, so look before sending. */
function crashed(call: ClaimedCall, startedAt: Date, error: unknown, o: RunOptions): Performed {
  const times = (o.crashes.get(call.id) ?? 0) + 1;
  o.crashes.set(call.id, times);
  o.log.error({ err: error, call: call.id, invoice: call.invoiceId, times }, 'an attempt crashed');
  const attempt = { outcome: 'crashed', startedAt, endedAt: new Date() };
  if (times >= crashesMax) {
    o.crashes.delete(call.id);
    return heldForAPerson(call, { attempt }, 'attempt_crashed');
  }
  const isCreation = call.kind === 'create_invoice';
  const problem = { code: 'crashed' };
  const slotMs = call.promisedMs;
  return {
    attempt,
    settlement: {
      state: 'delayed',
      delayMs: Math.max(slotMs, backoffMs(call.attempts, Math.random)),
      slotMs,
      outcomeUnknown: isCreation || call.kind === 'ask_customer',
      problem: isCreation && call.doubt ? { ...problem, doubt: call.doubt } : problem,
      ...(isCreation ? { invoice: { status: call.facturapiId ? 'pending' : 'queued' } } : {}),
    },
  };
}
