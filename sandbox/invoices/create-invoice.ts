import { type Answer, ok } from '../answer.ts';
import type { Fault } from '../faults/fault.ts';
import { repeatedDocument } from '../idempotency/repeated-document.ts';
import type { Account } from '../organizations/organization.ts';
import { createDraft } from './create-draft.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { issueInvoice } from './issue-invoice.ts';
import { readInvoice } from './read-invoice.ts';

export type CreateInvoiceParts = Omit<InvoiceParts, 'outbox' | 'announce'>;

/**
 * Issues an invoice, or keeps a draft. It runs in one go without waiting for anything, so two
 * calls with one idempotency key cannot both find it unused.
 */
export function createInvoice(
  parts: CreateInvoiceParts,
  account: Account,
  body: unknown,
  options: { async?: boolean; fault?: Fault | undefined } = {},
): Answer {
  const earlier = (key: string) => parts.invoices.findByIdempotencyKey(account.scope, key);
  const repeated = repeatedDocument(parts.settings, body, parts.now(), earlier);
  if (repeated !== undefined) return ok(repeated);
  if ((body as { status?: unknown } | undefined)?.status === 'draft') {
    return ok(createDraft(parts, account, body));
  }
  const product = (id: string) => parts.product(account.scope, id);
  const fields = readInvoice(body, { now: parts.now(), product });
  const { async = false, fault } = options;
  const { row, status } = issueInvoice(parts, { account, fields, async, fault });
  return ok(row.body, status);
}
