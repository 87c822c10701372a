import type { FacturapiInvoice } from '../../facturapi/facturapi.ts';
import { isUnknownThere, readInvoiceAnswer } from '../../facturapi/outcome.ts';
import type { InvoiceChange, Settlement } from '../queue/settle-call.ts';
import type { InvoiceCall } from '../queue/stamping-queue.ts';
import { attemptOf, type Performed, type PerformOptions, stampDataOf } from './ended-attempt.ts';
import { notRead, problemOf, withoutKey } from './read-again.ts';

/**
 * Reads at FacturAPI an invoice that it is known to have, and follows what is found there. Asked
 * for by a webhook, which is only a hint, and by the reconciliation.
 */
export async function refreshInvoice(call: InvoiceCall, o: PerformOptions): Promise<Performed> {
  const startedAt = o.now();
  const key = o.keyOf(call);
  if (key === undefined) return withoutKey(o, startedAt);
  // Reissued since it was asked for: the new version is not there yet.
  if (!call.facturapiId) {
    return {
      attempt: attemptOf(o, startedAt, undefined, 'nothing_to_read'),
      settlement: { state: 'done' },
    };
  }
  const answer = await o.facturapi.readInvoice(key, call.facturapiId);
  const attempt = (outcome: string) => attemptOf(o, startedAt, answer, outcome);
  if (isUnknownThere(answer)) {
    return { attempt: attempt('not_there'), settlement: missing(call) };
  }
  const found = readInvoiceAnswer(answer);
  if (!found) {
    const problem = problemOf(answer);
    return notRead(call, o, { startedAt, answer, problem, outcome: 'not_read' });
  }
  const invoice = changeOf(found);
  return {
    attempt: attempt(`read_${found.status}`),
    settlement: { state: 'done', ...(invoice ? { invoice } : {}) },
  };
}

/** What is not final there changes nothing here: the creation follows that by itself. */
function changeOf(found: FacturapiInvoice): InvoiceChange | undefined {
  if ((found.status !== 'valid' && found.status !== 'canceled') || !found.uuid) return undefined;
  return { status: found.status, ...stampDataOf(found) };
}

/** We hold its UUID and FacturAPI does not know it any more: somebody must look. */
function missing(call: InvoiceCall): Settlement {
  return {
    state: 'done',
    problem: { code: 'missing_in_facturapi' },
    alongside: async (db) => {
      await db.query(
        `select timbra_note_difference($1, 'missing_in_facturapi', $2, $3, $4::jsonb)`,
        [call.tenantId, call.invoiceId, call.facturapiId, JSON.stringify({ uuid: call.uuid })],
      );
    },
  };
}
