import { invalidRequest } from '../api-error.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { inTransaction } from '../state/database.ts';
import { objectId } from '../state/object-id.ts';
import { type DraftParts, draftBody, draftInput } from './draft.ts';
import { toRow } from './invoice-row.ts';

/** Keeps an invoice that is still being written. Gives its JSON. */
export function createDraft(parts: DraftParts, account: Account, body: unknown): string {
  const reader = new FieldReader();
  const from = reader.object(body, '');
  if (!from) throw invalidRequest(reader.errors);
  const now = parts.now();
  return inTransaction(parts.database, () => {
    const identity = { id: objectId(now), createdAt: now.toISOString() };
    const draft = draftBody(parts, account, draftInput(from), identity);
    const row = toRow({ scope: account.scope, body: draft, cfdi: null });
    parts.invoices.insert(row);
    return row.body;
  });
}
