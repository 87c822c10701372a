import { randomBytes } from 'node:crypto';
import { type Answer, ok } from '../answer.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import { objectId } from '../state/object-id.ts';
import { type Customer, emailFormat, toStored } from './customer.ts';
import type { CustomersStore } from './customers-store.ts';
import { findCustomer } from './find-customer.ts';

export interface EditLinkParts {
  customers: CustomersStore;
  outbox: OutboxStore;
  now(): Date;
}

/** As documented: the link is good for seven days. */
const linkDays = 7;
/** A name that can lead nowhere (RFC 2606): the sandbox has no page to edit on. */
const linkBase = 'https://sandbox.invalid/tax-info/';

/** Puts an e-mail with the link into the outbox: to the address sent, or to the customer's own. */
export function sendEditLink(
  parts: EditLinkParts,
  account: Account,
  id: string,
  input: unknown,
): Answer {
  const customer = JSON.parse(findCustomer(parts.customers, account, id)) as Customer;
  const to = readAddress(input) ?? customer.email;
  if (to === undefined) {
    const message = 'El cliente no tiene correo: indica a qué dirección se envía (email).';
    throw new ApiError(400, 'customer_email_required', message);
  }
  const now = parts.now();
  const expires = new Date(now.getTime() + linkDays * 86_400_000).toISOString();
  const link = linkBase + randomBytes(9).toString('base64url');
  const linked: Customer = { ...customer, edit_link: link, edit_link_expires_at: expires };
  parts.customers.update(toStored(account, linked));
  parts.outbox.add({
    id: objectId(now),
    sent_at: now.toISOString(),
    organization: account.organization.id,
    livemode: account.livemode,
    to: [to],
    subject: `${account.organization.legalName}: actualiza tus datos fiscales`,
    about: { type: 'customer', id },
    attachments: [],
  });
  return ok('{"ok":true}');
}

function readAddress(input: unknown): string | undefined {
  if (input === undefined || input === null) return undefined;
  const reader = new FieldReader();
  const body = reader.object(input, '');
  const email = body && reader.text(body, 'email', 'email', { max: 320, pattern: emailFormat });
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  return email;
}
