import { type Answer, ok } from '../answer.ts';
import { ApiError } from '../api-error.ts';
import { readRecipients } from '../invoices/send-invoice.ts';
import type { Account } from '../organizations/organization.ts';
import { objectId } from '../state/object-id.ts';
import { findReceipt } from './change-receipt.ts';
import type { ReceiptParts } from './receipt-parts.ts';

/** Puts an e-mail into the outbox: to the addresses sent, or to the customer's own. */
export function sendReceipt(
  parts: ReceiptParts,
  account: Account,
  id: string,
  input: unknown,
): Answer {
  const receipt = findReceipt(parts.receipts, account, id);
  const to = readRecipients(input) ?? customersAddress(parts, account, receipt.customer);
  const now = parts.now();
  parts.outbox.add({
    id: objectId(now),
    sent_at: now.toISOString(),
    organization: account.organization.id,
    livemode: account.livemode,
    to,
    subject: `${account.organization.legalName}: recibo ${receipt.folio_number}`,
    about: { type: 'receipt', id },
    attachments: [`${receipt.key}.pdf`],
  });
  return ok('{"ok":true}');
}

function customersAddress(
  { customers }: ReceiptParts,
  account: Account,
  customer: string | undefined,
): string[] {
  const json = customer === undefined ? undefined : customers.find(account.scope, customer);
  const email = json === undefined ? undefined : (JSON.parse(json) as { email?: string }).email;
  if (email !== undefined) return [email];
  const message = 'El recibo no tiene cliente con correo: indica a qué dirección se envía (email).';
  throw new ApiError(400, 'receipt_email_recipient_required', message);
}
