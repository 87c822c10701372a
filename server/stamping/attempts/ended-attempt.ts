import { Decimal } from 'decimal.js';
import type { Answer, FacturapiInvoice } from '../../facturapi/facturapi.ts';
import type { Outcome } from '../../facturapi/outcome.ts';
import {
  backoffMs,
  blockedRetryMs,
  doubtWaitMs,
  givenUpWorkMsMax,
  lastingAttemptsMax,
  pollPendingMsMax,
  pollPendingMsMin,
  retryJitterMsMax,
} from '../deadlines.ts';
import type { Attempt, InvoiceChange, Pause, Settlement } from '../queue/settle-call.ts';
import type { ClaimedCall, InvoiceCall } from '../queue/stamping-queue.ts';
import type { AttemptFacturapi } from './attempt-facturapi.ts';

export interface PerformOptions {
  readonly facturapi: AttemptFacturapi;
  /** Opens the tenant's sealed key; undefined when it has none or it does not open. */
  readonly keyOf: (call: ClaimedCall) => string | undefined;
  /** Of one attempt: the differences of its times are those of a clock that nobody sets. */
  readonly now: () => Date;
  readonly random: () => number;
}

/** How one attempt ended. While FacturAPI may be working on it: `settlement.slotMs`. */
export interface Performed {
  readonly settlement: Settlement;
  readonly attempt: Attempt;
}

/** What is written of an attempt: what its answer means, after what went before it. */
export function ended(
  call: InvoiceCall,
  o: PerformOptions,
  startedAt: Date,
  answer: Answer | undefined,
  outcome: Outcome,
): Performed {
  const workMayGoOn = outcome.kind === 'unknown' && outcome.workMayGoOn;
  const slotMs = workMayGoOn ? workLeftMs(o, startedAt, answer) : 0;
  return {
    attempt: attemptOf(o, startedAt, answer, outcome.kind),
    settlement: settlementOf(call, weighed(call, outcome), slotMs, o),
  };
}

/**
 * How long FacturAPI may still be at work on a call that was given up. It was sent when it began,
 * unless the process stood still; one that broke off by itself was sent before that at the latest.
 */
export function workLeftMs(o: PerformOptions, startedAt: Date, answer: Answer | undefined): number {
  const timedOut = answer?.kind === 'broken' && answer.timedOut;
  const sinceSentMs = timedOut ? o.now().getTime() - startedAt.getTime() - (answer.lateMs ?? 0) : 0;
  return Math.max(0, givenUpWorkMsMax - sinceSentMs);
}

/** What an answer means depends on what went before it. */
function weighed(call: InvoiceCall, outcome: Outcome): Outcome {
  if (outcome.kind === 'refused' && call.outcomeUnknown) {
    return { kind: 'doubtful', problem: outcome.problem };
  }
  // One that is known to be there is read on and on: FacturAPI's own words will end it.
  const isNoProgress = !call.facturapiId && call.attempts >= lastingAttemptsMax;
  if (outcome.kind === 'unknown' && outcome.lasting && isNoProgress) {
    const message = `FacturAPI responde siempre lo mismo (${outcome.why}) y no tiene la factura.`;
    return { kind: 'doubtful', problem: { code: 'no_progress', message } };
  }
  return outcome;
}

function settlementOf(
  call: InvoiceCall,
  outcome: Outcome,
  slotMs: number,
  o: PerformOptions,
): Settlement {
  const again = (delayMs: number, problem: object, outcomeUnknown: boolean): Settlement => ({
    state: 'delayed',
    delayMs: Math.max(delayMs, slotMs),
    slotMs,
    outcomeUnknown,
    problem: call.doubt ? { ...problem, doubt: call.doubt } : problem,
    invoice: { status: call.facturapiId ? 'pending' : 'queued' },
  });
  const final = (invoice: InvoiceChange): Settlement => ({ state: 'done', invoice });
  const backoff = backoffMs(call.attempts, o.random);
  switch (outcome.kind) {
    case 'stamped':
      return final(stampedChange(call, outcome.invoice));
    case 'pending':
      return {
        state: 'delayed',
        delayMs: Math.min(pollPendingMsMax, pollPendingMsMin * call.attempts),
        invoice: { status: 'pending', facturapiId: outcome.invoice.id },
      };
    case 'refused':
      return final({ status: 'rejected', rejection: outcome.problem });
    case 'doubtful':
      return again(doubtWaitMs, { code: 'doubtful', doubt: outcome.problem }, true);
    case 'review':
      return { ...final({ status: 'review', rejection: outcome.problem }), state: 'dead' };
    case 'busy':
    case 'blocked': {
      const pause = pauseOf(outcome, o.random)!;
      const problem = outcome.kind === 'busy' ? { code: 'busy' } : outcome.problem;
      return { ...again(0, problem, call.outcomeUnknown), state: 'queued', pause };
    }
    case 'unavailable':
      return again(backoff, { code: 'unavailable', message: outcome.why }, call.outcomeUnknown);
    case 'unknown':
      return again(backoff, { code: 'unknown', message: outcome.why }, true);
  }
}

/** Whether the answer tells the whole organization to rest, and for how long. */
export function pauseOf(outcome: Outcome, random: () => number): Pause | undefined {
  switch (outcome.kind) {
    case 'busy':
      // Never before FacturAPI said; and not all that were told the same at the same instant.
      return { reason: 'busy', restMs: outcome.retryAfterMs + random() * retryJitterMsMax };
    case 'blocked':
      return { reason: 'blocked', restMs: blockedRetryMs, problem: outcome.problem };
    default:
      return undefined;
  }
}

function stampedChange(call: InvoiceCall, invoice: FacturapiInvoice): InvoiceChange {
  const warnings = differences(call, invoice);
  return {
    // Canceled by another hand since it was stamped.
    status: invoice.status === 'canceled' ? 'canceled' : 'valid',
    ...stampDataOf(invoice),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** What is kept of a stamp, however it was come by. */
export function stampDataOf(invoice: FacturapiInvoice): Omit<InvoiceChange, 'status'> {
  return {
    facturapiId: invoice.id,
    ...(invoice.uuid ? { uuid: invoice.uuid } : {}),
    stamp: invoice.stamp,
    ...(invoice.verification_url ? { verificationUrl: invoice.verification_url } : {}),
    ...(invoice.cancellation_status ? { cancellationStatus: invoice.cancellation_status } : {}),
  };
}

/** FacturAPI's answer held against what was asked: a stamped CFDI stays, but somebody must know. */
function differences(call: InvoiceCall, invoice: FacturapiInvoice) {
  const warnings: Array<{ code: string; detail: string }> = [];
  // Checked to be a number, if any, when the answer was read.
  if (invoice.total !== undefined && !new Decimal(invoice.total).eq(call.total)) {
    const detail = `FacturAPI timbró un total de ${invoice.total} y se esperaba ${call.total}.`;
    warnings.push({ code: 'total_differs', detail });
  }
  const { series, folio_number } = call.document;
  if (
    (invoice.series !== undefined && invoice.series !== series) ||
    (invoice.folio_number !== undefined && invoice.folio_number !== folio_number)
  ) {
    const folio = `${invoice.series ?? ''}${invoice.folio_number ?? ''}`;
    const detail = `FacturAPI timbró el folio ${folio} y se pidió ${series}${folio_number}.`;
    warnings.push({ code: 'folio_differs', detail });
  }
  return warnings;
}

export function attemptOf(
  o: PerformOptions,
  startedAt: Date,
  answer: Answer | undefined,
  outcome: string,
): Attempt {
  const answered = answer?.kind === 'answered' ? answer : undefined;
  const code = (answered?.body as { code?: unknown } | undefined)?.code;
  return {
    outcome,
    startedAt,
    endedAt: o.now(),
    httpStatus: answered?.status,
    logId: answered?.logId,
    code: typeof code === 'string' ? code : undefined,
  };
}
