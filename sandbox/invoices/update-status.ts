import { type Answer, ok } from '../answer.ts';
import { ApiError } from '../api-error.ts';
import type { Account } from '../organizations/organization.ts';
import { findInvoiceRow } from './find-invoice.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { toRow } from './invoice-row.ts';

/** Asks SAT: what it decided shows at once (it was settled before this call), with the time. */
export function updateStatus(
  { invoices, settings, now }: Pick<InvoiceParts, 'invoices' | 'settings' | 'now'>,
  account: Account,
  id: string,
): Answer {
  const row = findInvoiceRow(invoices, account, id);
  if (row.uuid === null) {
    throw new ApiError(400, 'invoice_not_stamped', 'La factura no está timbrada.');
  }
  const body = JSON.parse(row.body) as InvoiceBody;
  if (!body.cancellation || settings.sat === 'down') return ok(row.body);
  const cancellation = { ...body.cancellation, last_checked: now().toISOString() };
  const due = row.dueAt === null ? undefined : { at: row.dueAt, outcome: row.dueOutcome! };
  const checked = { ...body, cancellation };
  const asked = toRow({ scope: row.scope, body: checked, cfdi: row.cfdi, due });
  invoices.update(asked);
  return ok(asked.body);
}
