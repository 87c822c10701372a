import { type Answer, ok } from '../answer.ts';
import type { Account } from '../organizations/organization.ts';
import { createDraft } from './create-draft.ts';
import { type DraftParts, inputOf } from './draft.ts';
import { findInvoiceBody } from './find-invoice.ts';

/** A draft with the same information, less what belongs to one document alone. */
export function copyInvoice(parts: DraftParts, account: Account, id: string): Answer {
  const invoice = findInvoiceBody(parts.invoices, account, id);
  const input = inputOf(parts.customers, account, invoice);
  const { folio_number: _folio, external_id: _id, idempotency_key: _key, ...copied } = input;
  return ok(createDraft(parts, account, copied));
}
