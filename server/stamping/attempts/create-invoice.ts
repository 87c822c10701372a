import type { Answer, FacturapiInvoice, FacturapiProblem } from '../../facturapi/facturapi.ts';
import {
  isUnknownThere,
  type Outcome,
  outcomeOfCreate,
  outcomeOfInvoice,
  readInvoiceAnswer,
  readInvoiceList,
} from '../../facturapi/outcome.ts';
import {
  emptyLookUpsBeforeResend,
  lookUpWaitMs,
  pollPendingMsMin,
  stampableMsMax,
} from '../deadlines.ts';
import type { InvoiceCall } from '../queue/stamping-queue.ts';
import { attemptOf, ended, type Performed, type PerformOptions } from './ended-attempt.ts';

/**
 * One attempt at creating an invoice:
 *
 *   sent before, answer lost ── look up ──┬─ found ──> adopt it
 *                                         ├─ nothing, first time ──> wait, look again
 *                                         └─ nothing, twice ──┐
 *   never sent ───────────────────────────────────────────────┴─> send the frozen body
 *   pending at FacturAPI ── read it by id ──> its state
 *   older than 72 hours ── look up ── nothing ──> expired: SAT takes it no more
 *
 * A refusal after an answer was lost, and `invoice_stamping_failed` at any time, may stem from a
 * CFDI that exists: they are looked up once more, and when nothing is found a person decides.
 */
export async function createInvoice(call: InvoiceCall, o: PerformOptions): Promise<Performed> {
  const key = o.keyOf(call);
  if (key === undefined) {
    return ended(call, o, o.now(), undefined, {
      kind: 'blocked',
      problem: {
        code: 'facturapi_key_missing',
        message: 'La empresa no tiene llave de FacturAPI.',
      },
    });
  }
  if (call.facturapiId) return pollPending(call, call.facturapiId, key, o);
  if (call.outcomeUnknown || isTooOld(call, o)) {
    const found = await lookUp(call, key, o);
    if (found !== 'send') return found;
  }
  const startedAt = o.now();
  const answer = await o.facturapi.createInvoice(key, call.document);
  return ended(call, o, startedAt, answer, outcomeOfCreate(answer));
}

async function lookUp(
  call: InvoiceCall,
  key: string,
  o: PerformOptions,
): Promise<Performed | 'send'> {
  const startedAt = o.now();
  const answer = await o.facturapi.findByExternalId(key, call.document.external_id);
  const invoices = ownInvoices(answer, call.document.external_id);
  if (!invoices) return ended(call, o, startedAt, answer, unreadable(answer));
  if (invoices.length > 1) {
    const uuids = invoices.map((invoice) => invoice.uuid).join(', ');
    return ended(call, o, startedAt, answer, {
      kind: 'review',
      problem: {
        code: 'duplicate_in_facturapi',
        message: `FacturAPI tiene más de un CFDI para esta factura: ${uuids}. Cancela el sobrante.`,
      },
    });
  }
  const invoice = invoices[0];
  if (invoice) return ended(call, o, startedAt, answer, outcomeOfInvoice(invoice));
  if (call.doubt) return ended(call, o, startedAt, answer, { kind: 'review', problem: call.doubt });
  const emptyLookUps = call.emptyLookUps + 1;
  if (!call.outcomeUnknown || emptyLookUps >= emptyLookUpsBeforeResend) {
    if (!isTooOld(call, o)) return 'send';
    return {
      attempt: attemptOf(o, startedAt, answer, 'expired'),
      settlement: { state: 'done', invoice: { status: 'expired', rejection: tooOld } },
    };
  }
  return {
    attempt: attemptOf(o, startedAt, answer, 'not_found_yet'),
    settlement: {
      state: 'delayed',
      delayMs: lookUpWaitMs,
      outcomeUnknown: true,
      emptyLookUps,
      invoice: { status: 'queued' },
    },
  };
}

/** SAT's rule: a CFDI is stamped within 72 hours of its date (RMF 2.7.2.9; PACs answer 401). */
function isTooOld(call: InvoiceCall, o: PerformOptions): boolean {
  return o.now().getTime() - Date.parse(call.document.date) > stampableMsMax;
}

const tooOld: FacturapiProblem = {
  code: 'expired',
  message:
    'Pasaron más de 72 horas desde la fecha de la factura y el SAT ya no la timbra. ' +
    'Vuelve a emitirla: conserva su folio y lleva una fecha nueva.',
};

/** Undefined, as for an unreadable list, when it holds what was not asked for. */
function ownInvoices(answer: Answer, externalId: string): FacturapiInvoice[] | undefined {
  const invoices = readInvoiceList(answer);
  return invoices?.every((one) => one.external_id === externalId) ? invoices : undefined;
}

async function pollPending(
  call: InvoiceCall,
  facturapiId: string,
  key: string,
  o: PerformOptions,
): Promise<Performed> {
  const startedAt = o.now();
  const answer = await o.facturapi.readInvoice(key, facturapiId);
  if (!isUnknownThere(answer))
    return ended(call, o, startedAt, answer, outcomeOfPoll(call, answer));
  const emptyLookUps = call.emptyLookUps + 1;
  if (emptyLookUps >= emptyLookUpsBeforeResend) {
    const message = `FacturAPI no tiene ningún CFDI con el id ${facturapiId}.`;
    const problem = { code: 'not_in_facturapi', message };
    return ended(call, o, startedAt, answer, { kind: 'review', problem });
  }
  return {
    attempt: attemptOf(o, startedAt, answer, 'not_found_yet'),
    settlement: {
      state: 'delayed',
      delayMs: pollPendingMsMin,
      outcomeUnknown: call.outcomeUnknown,
      emptyLookUps,
      problem: call.doubt ? { code: 'not_found_yet', doubt: call.doubt } : undefined,
      invoice: { status: 'pending' },
    },
  };
}

/** The id is FacturAPI's own, or the one that a person found there: that one may be wrong. */
function outcomeOfPoll(call: InvoiceCall, answer: Answer): Outcome {
  const invoice = readInvoiceAnswer(answer);
  if (!invoice) return unreadable(answer);
  const named = invoice.external_id ?? null;
  if (named === null || named === call.document.external_id) return outcomeOfInvoice(invoice);
  const message = `El CFDI ${invoice.id} de FacturAPI es de otra factura.`;
  return { kind: 'review', problem: { code: 'another_invoice', message } };
}

/** A read that brought no answer changes nothing that was known: wait, and read again. */
function unreadable(answer: Answer): Outcome {
  const outcome = outcomeOfCreate(answer);
  switch (outcome.kind) {
    case 'busy':
    case 'blocked':
    case 'unknown':
      return outcome;
    case 'unavailable':
      return { kind: 'unknown', why: outcome.why, workMayGoOn: false };
    case 'stamped':
    case 'pending':
    case 'doubtful':
    case 'review':
    case 'refused':
      return { kind: 'unknown', why: 'a look-up without a readable answer', workMayGoOn: false };
  }
}
