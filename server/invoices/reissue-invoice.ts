import { notFound, refused } from '../platform/http/problem.ts';
import type { Principal } from '../sessions/sessions.ts';
import {
  type Accepted,
  type AcceptOptions,
  customerAbsent,
  findRepeated,
  freeze,
  freshInvoice,
  hashOf,
  type InvoiceBody,
} from './accept-invoice.ts';
import type { InvoiceStatus } from './invoices.ts';
import { type EarlierVersion, readEarlierVersion, reissueRow } from './reissue-store.ts';
import { notInStatus } from './status-words.ts';

export interface ReissueRequest {
  readonly principal: Principal;
  readonly id: string;
  /** Absent: the same contents with a new date. */
  readonly body: InvoiceBody | undefined;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string;
}

const REISSUABLE = new Set<InvoiceStatus>(['rejected', 'expired']);

/**
 * Sends a refused or expired invoice again, corrected: the same invoice and the same folio, so
 * that the series has no gap, with a new date and a new key, since for FacturAPI it is another
 * document. What it replaces is kept. Of two at once one reissues.
 */
export async function reissueInvoice(
  request: ReissueRequest,
  o: AcceptOptions,
  listen: (invoiceId: string) => void,
): Promise<Accepted> {
  const { principal, id, idempotencyKey, requestId } = request;
  const { tenantId } = principal;
  const requestHash = hashOf(['reissue', id, request.body ?? null]);
  const findEarlier = async () =>
    idempotencyKey === undefined
      ? undefined
      : findRepeated(o.db, tenantId, { idempotencyKey, requestHash });
  const repeated = await findEarlier();
  if (repeated) return repeated;
  /** Somebody was first: with the same key it was this very request, else its status says why. */
  const afterAnother = async (status: InvoiceStatus) => {
    const first = await findEarlier();
    if (first) return first;
    throw notReissuable(status);
  };

  const earlier = await readEarlierVersion(o.db, tenantId, id);
  if (!earlier) throw notFound();
  if (!REISSUABLE.has(earlier.status)) return afterAnother(earlier.status);
  if (request.body?.series !== undefined && request.body.series !== earlier.series) {
    const message = `Al reexpedir se conserva el folio, así que la serie debe ser ${earlier.series}.`;
    throw refused([{ path: 'series', code: 'series_is_kept', message }]);
  }
  const frozen = await freeze(principal, request.body ?? contentsOf(earlier), o.newId(), o);
  const customerId = request.body ? frozen.customerId : earlier.customerId;
  listen(id);
  const invoice = {
    ...frozen,
    id,
    customerId,
    reissuedBy: principal.personId,
    idempotencyKey,
    requestHash,
    requestId,
  };
  const reissued = await reissueRow(o.db, o.lane, tenantId, invoice);
  if (reissued === 'customer_gone') throw customerAbsent();
  if (reissued !== 'not_reissued') {
    return { id, fresh: freshInvoice(tenantId, { ...invoice, ...reissued }) };
  }
  const now = await readEarlierVersion(o.db, tenantId, id);
  return afterAnother(now?.status ?? earlier.status);
}

/** The receiver as it was spelled then; its RFC was accepted with or without its check digit. */
function contentsOf({ document }: EarlierVersion): InvoiceBody {
  const {
    date: _d,
    folio_number: _f,
    external_id: _e,
    idempotency_key: _k,
    ...contents
  } = document;
  const customer = contents.customer as Exclude<InvoiceBody['customer'], string>;
  return { ...contents, customer: { ...customer, accept_rfc_check_digit: true } };
}

function notReissuable(status: InvoiceStatus) {
  const only =
    status === 'review'
      ? 'Primero decide en la revisión si quedó timbrada o no.'
      : 'Solo se reexpide una factura rechazada o vencida.';
  return notInStatus('not_reissuable', status, only);
}
