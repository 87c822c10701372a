import { type Answer, ok } from '../answer.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import type { Account } from '../organizations/organization.ts';
import { inTransaction } from '../state/database.ts';
import { type Query, queryDetail, queryValue } from '../state/page.ts';
import { applyOutcome } from './apply-outcome.ts';
import { cancellationAnswer } from './cancellation-answer.ts';
import { findInvoiceRow } from './find-invoice.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { toRow } from './invoice-row.ts';
import type { InvoicesStore, StoredInvoice } from './invoices-store.ts';
import { uuidFormat } from './read-circumstances.ts';

type CancelParts = Pick<
  InvoiceParts,
  'database' | 'invoices' | 'keyring' | 'settings' | 'settlement' | 'announce' | 'now'
>;

/**
 * Asks SAT to cancel a valid invoice, and deletes a draft:
 *
 *   none, rejected, expired -> accepted (canceled at once)  |  pending  |  verifying
 *   pending, verifying -> accepted  |  rejected  |  expired (see settle-invoices.ts)
 */
export function cancelInvoice(
  parts: CancelParts,
  account: Account,
  id: string,
  query: Query,
): Answer {
  const row = findInvoiceRow(parts.invoices, account, id);
  if (row.status === 'draft') {
    parts.invoices.remove(account.scope, id);
    return ok(row.body);
  }
  const body = JSON.parse(row.body) as InvoiceBody;
  requireCancelable(body);
  const motive = readMotive(query);
  const substitution = motive === '01' ? substitute(parts.invoices, row, query) : undefined;
  requireCancellation(parts.settings);
  const canceled = inTransaction(parts.database, () => {
    const requested = request(parts, row, body, motive, substitution);
    parts.invoices.update(requested);
    return requested;
  });
  if (canceled.dueAt !== null) parts.settlement.arm();
  const type = 'invoice.cancellation_status_updated';
  parts.announce({ type, scope: account.scope, object: canceled.body });
  return ok(canceled.body);
}

function requireCancelable(body: InvoiceBody): void {
  const { status, cancellation_status, received_payment_ids = [] } = body;
  if (status === 'pending') {
    throw new ApiError(409, 'stamping_in_progress', 'La factura todavía se está timbrando.');
  }
  if (status !== 'valid') {
    throw new ApiError(400, 'invoice_not_cancelable', 'Solo se cancela una factura vigente.');
  }
  if (cancellation_status === 'pending' || cancellation_status === 'verifying') {
    const message = 'La factura ya tiene una solicitud de cancelación en curso.';
    throw new ApiError(409, 'invoice_cancellation_in_progress', message);
  }
  if (received_payment_ids.length > 0) {
    const message = 'El SAT no cancela una factura con pagos vigentes; cancélalos primero.';
    throw new ApiError(400, 'invoice_not_cancelable_by_sat', message);
  }
}

function requireCancellation({ sat }: CancelParts['settings']): void {
  if (sat === 'up') return;
  const message = 'El servicio de cancelación no está disponible por el momento.';
  throw new ApiError(500, 'invoice_cancellation_service_unavailable', message);
}

function readMotive(query: Query): string {
  const motive = queryValue(query, 'motive');
  if (motive !== undefined && /^0[1-4]$/.test(motive)) return motive;
  const code = motive === undefined ? 'required' : 'invalid_value';
  const message = 'El motivo de cancelación (motive) debe ser 01, 02, 03 o 04.';
  throw invalidRequest([queryDetail('motive', code, message)]);
}

/** The UUID of the invoice that takes the place of the canceled one, given by it or by its id. */
function substitute(invoices: InvoicesStore, row: StoredInvoice, query: Query): string {
  const refuse = (code: string, message: string): never => {
    const errors = [queryDetail('substitution', code, message)];
    throw new ApiError(400, code, message, { errors });
  };
  const given = queryValue(query, 'substitution');
  if (given === undefined) {
    const message = 'Con el motivo 01 se requiere la factura que sustituye (substitution).';
    return refuse('substitution_invoice_required', message);
  }
  const found = uuidFormat.test(given)
    ? invoices.findRowByUuid(row.scope, given)
    : invoices.findRow(row.scope, given);
  if (!found)
    return refuse('substitution_invoice_not_found', 'La factura que sustituye no existe.');
  if (found.status === 'canceled') {
    const message = 'La factura que sustituye está cancelada.';
    return refuse('substitution_invoice_canceled', message);
  }
  if (found.uuid === null || found.status !== 'valid' || found.id === row.id) {
    const message = 'La factura que sustituye debe ser otra y estar vigente.';
    return refuse('substitution_invoice_status_not_allowed', message);
  }
  return found.uuid;
}

function request(
  parts: CancelParts,
  row: StoredInvoice,
  body: InvoiceBody,
  motive: string,
  substitution: string | undefined,
): StoredInvoice {
  const now = parts.now();
  const { settings } = parts;
  const status = cancellationAnswer(settings.cancellation, body);
  const requested: InvoiceBody = {
    ...body,
    cancellation_status: status,
    cancellation: {
      requested_at: now.toISOString(),
      status,
      last_checked: now.toISOString(),
      motive,
      ...(substitution !== undefined && { substitutionUUID: substitution }),
    },
  };
  const waits = status !== 'accepted';
  const at = new Date(now.getTime() + settings.cancellation_wait_ms).toISOString();
  const due = waits ? { at, outcome: settings.cancellation_outcome } : undefined;
  const waiting = toRow({ scope: row.scope, body: requested, cfdi: row.cfdi, due });
  return waits ? waiting : applyOutcome(parts, waiting, 'accepted', now);
}
