import { type Answer, ok } from '../answer.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import type { Customer } from '../customers/customer.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { objectId } from '../state/object-id.ts';
import { findInvoiceBody } from './find-invoice.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoiceParts } from './invoice-parts.ts';

const recipientsMax = 10;
const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Puts an e-mail into the outbox: to the addresses sent, or to the customer's own. */
export function sendInvoice(
  parts: Pick<InvoiceParts, 'invoices' | 'customers' | 'outbox' | 'now'>,
  account: Account,
  id: string,
  input: unknown,
): Answer {
  const invoice = findInvoiceBody(parts.invoices, account, id);
  if (invoice.uuid === undefined) {
    const message = 'Solo se envía por correo una factura timbrada.';
    throw new ApiError(400, 'invoice_email_status_not_allowed', message);
  }
  const to = readRecipients(input) ?? customersAddress(parts, account, invoice);
  const now = parts.now();
  parts.outbox.add({
    id: objectId(now),
    sent_at: now.toISOString(),
    organization: account.organization.id,
    livemode: account.livemode,
    to,
    subject: `${account.organization.legalName}: ${invoice.series} ${invoice.folio_number}`,
    about: { type: 'invoice', id },
    attachments: [`${invoice.uuid}.pdf`, `${invoice.uuid}.xml`],
  });
  return ok('{"ok":true}');
}

/** One address or a list of up to ten; undefined when none was sent. */
export function readRecipients(input: unknown): string[] | undefined {
  if (input === undefined || input === null) return undefined;
  const reader = new FieldReader();
  const body = reader.object(input, '');
  const given = body?.email ?? undefined;
  if (body && given === undefined) return undefined;
  const list = Array.isArray(given) ? given : [given];
  if (list.length < 1 || list.length > recipientsMax) {
    const message = `El campo email lleva entre 1 y ${recipientsMax} direcciones.`;
    reader.fail('email', 'invalid_length', message);
  }
  for (const [index, value] of list.entries()) {
    const path = Array.isArray(given) ? `email.${index}` : 'email';
    reader.text({ value }, 'value', path, { required: true, pattern: address, max: 320 });
  }
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  return list as string[];
}

function customersAddress(
  { customers }: Pick<InvoiceParts, 'customers'>,
  account: Account,
  invoice: InvoiceBody,
): string[] {
  const json = customers.find(account.scope, invoice.customer?.id ?? '');
  const email = json === undefined ? undefined : (JSON.parse(json) as Customer).email;
  if (email !== undefined) return [email];
  const message = 'El cliente no tiene correo: indica a qué dirección se envía (email).';
  throw new ApiError(400, 'invoice_email_recipient_required', message);
}
