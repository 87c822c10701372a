import { type Answer, ok } from '../answer.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { inTransaction } from '../state/database.ts';
import { type DraftParts, draftBody, draftInput, inputOf } from './draft.ts';
import { findInvoiceBody } from './find-invoice.ts';
import { toRow } from './invoice-row.ts';

/** Sets the fields that are sent and leaves the others; a null takes one away. */
export function editDraft(parts: DraftParts, account: Account, id: string, body: unknown): Answer {
  const draft = findInvoiceBody(parts.invoices, account, id);
  if (draft.status !== 'draft') {
    throw new ApiError(400, 'invoice_not_draft', 'Solo se puede editar un borrador.');
  }
  const reader = new FieldReader();
  const change = reader.object(body, '');
  if (!change) throw invalidRequest(reader.errors);
  const input = draftInput({ ...inputOf(parts.customers, account, draft), ...change });
  const json = inTransaction(parts.database, () => {
    const identity = { id: draft.id, createdAt: draft.created_at };
    const edited = draftBody(parts, account, input, identity);
    const row = toRow({ scope: account.scope, body: edited, cfdi: null });
    parts.invoices.update(row);
    return row.body;
  });
  return ok(json);
}
