import { type Answer, ok } from '../answer.ts';
import { ApiError } from '../api-error.ts';
import type { Fault } from '../faults/fault.ts';
import type { Account } from '../organizations/organization.ts';
import { inputOf, inspectDraft } from './draft.ts';
import { findInvoiceBody } from './find-invoice.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { type IssueParts, issueInvoice } from './issue-invoice.ts';

/** Stamps a draft as it stands. */
export function stampDraft(
  parts: IssueParts & Pick<InvoiceParts, 'product'>,
  account: Account,
  id: string,
  options: { async: boolean; fault: Fault | undefined },
): Answer {
  const draft = findInvoiceBody(parts.invoices, account, id);
  requireDraft(draft);
  const input = inputOf(parts.customers, account, draft);
  const { fields, missing } = inspectDraft(parts, account, input);
  if (!fields) {
    const message = 'Al borrador le faltan datos para poder timbrarse.';
    throw new ApiError(400, 'draft_not_ready_to_stamp', message, { errors: missing });
  }
  const { row, status } = issueInvoice(parts, { account, fields, draft, ...options });
  return ok(row.body, status);
}

function requireDraft({ status }: InvoiceBody): void {
  if (status === 'draft') return;
  if (status === 'pending') {
    throw new ApiError(409, 'stamping_in_progress', 'La factura ya se está timbrando.');
  }
  if (status === 'failed') {
    throw new ApiError(400, 'invoice_not_draft', 'La factura no es un borrador.');
  }
  throw new ApiError(409, 'invoice_already_stamped', 'La factura ya está timbrada.');
}
