import type { FacturapiProblem } from '../../server/facturapi/facturapi.ts';
import type { createInvoice } from '../../server/stamping/attempts/create-invoice.ts';
import { bufferMsMax, deathsMax } from '../../server/stamping/deadlines.ts';
import { deadlineBounds } from '../../server/stamping/mood/learnt-deadlines.ts';
import type { InvoiceChange, Settlement } from '../../server/stamping/queue/settle-call.ts';
import { claimedCall } from './scripted-facturapi.ts';

export type ModelClaim = Parameters<typeof createInvoice>[0];

export interface ModelInvoice {
  readonly document: ModelClaim['document'];
  status: InvoiceChange['status'] | 'stamping';
  facturapiId: string | null;
  uuid: string | null;
  rejection: unknown;
}

export interface ModelCall {
  readonly id: number;
  readonly invoice: ModelInvoice;
  state: Settlement['state'] | 'calling';
  runAtMs: number;
  attempts: number;
  outcomeUnknown: boolean;
  emptyLookUps: number;
  claimedBy: number | null;
  deadlineMs: number | null;
  deaths: number;
  slotUntilMs: number | null;
  lastProblem: unknown;
}

/** promisesMs in governor.ts while nothing is learnt: the buffer, a look-up, a creation. */
const promisedMs = (call: ModelCall) =>
  bufferMsMax +
  (call.outcomeUnknown ? deadlineBounds.look_up.initialMs : 0) +
  deadlineBounds.create.initialMs;

/**
 * The tables of one lane in memory. Each verb does what the statement does that it names; change
 * them together. One tenant, no priorities and no pauses: those order the calls, and decide nothing
 * about them.
 */
export function modelQueue(nowMs: () => number) {
  const calls: ModelCall[] = [];

  function free(call: ModelCall, state: ModelCall['state']) {
    call.state = state;
    call.claimedBy = null;
    call.deadlineMs = null;
  }
  function held(call: ModelCall, problem: object) {
    call.lastProblem = problem;
    if (!['stamping', 'pending'].includes(call.invoice.status)) return;
    call.invoice.status = 'review';
    call.invoice.rejection = problem;
  }
  function shownQueued(invoice: ModelInvoice) {
    if (invoice.status === 'stamping') invoice.status = 'queued';
  }

  return {
    calls,
    /** ACCEPT in accept-invoice-store.ts. */
    accept() {
      const id = calls.length + 1;
      const invoiceId = `018f2f5e-0000-7000-8000-${id.toString(16).padStart(12, '0')}`;
      const { document } = claimedCall();
      const invoice: ModelInvoice = {
        document: {
          ...document,
          date: new Date(nowMs()).toISOString(),
          external_id: invoiceId,
          idempotency_key: invoiceId,
        },
        status: 'queued',
        facturapiId: null,
        uuid: null,
        rejection: null,
      };
      calls.push({
        id,
        invoice,
        state: 'queued',
        runAtMs: nowMs(),
        attempts: 0,
        outcomeUnknown: false,
        emptyLookUps: 0,
        claimedBy: null,
        deadlineMs: null,
        deaths: 0,
        slotUntilMs: null,
        lastProblem: null,
      });
    },

    /** CLAIM in stamping-queue.ts. */
    claim(epoch: number, count: number): ModelClaim[] {
      const taken = calls
        .filter((call) => call.state === 'queued' && call.runAtMs <= nowMs())
        .sort((a, b) => a.runAtMs - b.runAtMs || a.id - b.id)
        .slice(0, count);
      for (const call of taken) {
        call.state = 'calling';
        call.claimedBy = epoch;
        call.attempts += 1;
        call.slotUntilMs = null;
        call.deadlineMs = nowMs() + promisedMs(call);
        if (call.invoice.status === 'queued') call.invoice.status = 'stamping';
      }
      return taken.map(claimed);
    },

    /** SETTLE in settle-call.ts, a text that may be written again. False: fenced off. */
    settle(of: ModelClaim, epoch: number, settlement: Settlement): boolean {
      // What the statement is given was text or JSON on its way: nothing is shared with it.
      const s: Settlement = JSON.parse(JSON.stringify(settlement));
      const call = calls[of.id - 1]!;
      const { invoice } = call;
      const ours = call.claimedBy === epoch && call.attempts === of.attempts;
      if (!ours || call.state !== 'calling') return false;
      free(call, s.state);
      if (s.state !== 'queued') call.runAtMs = nowMs() + (s.delayMs ?? 0);
      call.outcomeUnknown = s.outcomeUnknown ?? false;
      call.emptyLookUps = s.emptyLookUps ?? 0;
      call.lastProblem = s.problem ?? null;
      call.slotUntilMs = s.slotMs ? nowMs() + s.slotMs : null;
      const open = ['queued', 'stamping', 'pending', 'review'].includes(invoice.status);
      if (!s.invoice || !open) return true;
      invoice.status = s.invoice.status;
      invoice.facturapiId = s.invoice.facturapiId ?? invoice.facturapiId;
      invoice.uuid = s.invoice.uuid ?? invoice.uuid;
      const valid = s.invoice.status === 'valid';
      invoice.rejection = valid ? null : (s.invoice.rejection ?? invoice.rejection);
      return true;
    },

    /** putBackCalls in stamping-queue.ts. */
    putBack(epoch: number, claims: readonly ModelClaim[]) {
      for (const { id, attempts } of claims) {
        const call = calls[id - 1]!;
        const ours = call.claimedBy === epoch && call.attempts === attempts;
        if (!ours || call.state !== 'calling') continue;
        call.attempts -= 1;
        free(call, 'queued');
        shownQueued(call.invoice);
      }
    },

    /** wakeDelayedCalls in stamping-queue.ts. */
    wake(ours: ReadonlySet<number>) {
      for (const call of calls) {
        const due = call.state === 'delayed' && call.runAtMs <= nowMs();
        if (due && !ours.has(call.id)) call.state = 'queued';
      }
    },

    /** requeueOverdueCalls in stamping-queue.ts. */
    requeueOverdue(ours: ReadonlySet<number>) {
      for (const call of calls) {
        const overdue = call.state === 'calling' && call.deadlineMs! <= nowMs();
        if (!overdue || ours.has(call.id)) continue;
        call.outcomeUnknown = true;
        call.emptyLookUps = 0;
        call.deaths += 1;
        free(call, call.deaths >= deathsMax ? 'dead' : 'queued');
        if (call.state === 'queued') shownQueued(call.invoice);
        else held(call, { code: 'attempt_killed_process' });
      }
    },
  };
}

function claimed(call: ModelCall): ModelClaim {
  const { invoice } = call;
  const { doubt } = (call.lastProblem ?? {}) as { doubt?: FacturapiProblem };
  return {
    ...claimedCall(),
    id: call.id,
    invoiceId: invoice.document.external_id,
    attempts: call.attempts,
    outcomeUnknown: call.outcomeUnknown,
    emptyLookUps: call.emptyLookUps,
    document: invoice.document,
    facturapiId: invoice.facturapiId,
    uuid: invoice.uuid,
    doubt: doubt ?? null,
    promisedMs: promisedMs(call),
  };
}

export type ModelQueue = ReturnType<typeof modelQueue>;
