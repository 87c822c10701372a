import { randomBytes } from 'node:crypto';
import { type Answer, ok } from '../answer.ts';
import { requireTaxInfo, resolveCustomer } from '../customers/create-customer.ts';
import type { CustomerFields } from '../customers/customer.ts';
import type { CustomersStore } from '../customers/customers-store.ts';
import { findCustomer } from '../customers/find-customer.ts';
import { repeatedDocument } from '../idempotency/repeated-document.ts';
import type { Account } from '../organizations/organization.ts';
import { objectId } from '../state/object-id.ts';
import {
  type Receipt,
  type ReceiptFields,
  readReceipt,
  receiptDays,
  receiptsSeries,
  totalOf,
} from './receipt.ts';
import type { ReceiptParts } from './receipt-parts.ts';

export function createReceipt(parts: ReceiptParts, account: Account, body: unknown): Answer {
  const now = parts.now();
  const earlier = (key: string) => parts.receipts.findByIdempotencyKey(account.scope, key);
  const repeated = repeatedDocument(parts.settings, body, now, earlier);
  if (repeated !== undefined) return ok(repeated);
  const product = (id: string) => parts.product(account.scope, id);
  const fields = readReceipt(body, { now, product });
  const customer = customerId(parts.customers, account, fields.customer, now);
  const receipt = toReceipt(parts, account, fields, customer, now);
  parts.receipts.insert(account.scope, receipt);
  return ok(JSON.stringify(receipt));
}

/** The id of a receiver that is named or spelled out; the latter is saved. */
export function customerId(
  customers: CustomersStore,
  account: Account,
  customer: string | CustomerFields | undefined,
  now: Date,
): string | undefined {
  if (customer === undefined) return undefined;
  if (typeof customer === 'string') {
    findCustomer(customers, account, customer);
    return customer;
  }
  requireTaxInfo(customer);
  const { json } = resolveCustomer(customers, account, customer, now);
  return (JSON.parse(json) as { id: string }).id;
}

/** A name that can lead nowhere (RFC 2606): the sandbox has no portal to invoice on. */
const portal = 'https://sandbox.invalid/';

function toReceipt(
  parts: ReceiptParts,
  account: Account,
  fields: ReceiptFields,
  customer: string | undefined,
  now: Date,
): Receipt {
  const { organization, livemode, scope } = account;
  const { branch, external_id, idempotency_key } = fields;
  const date = fields.date ?? now;
  const key = randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x');
  return {
    id: objectId(now),
    created_at: now.toISOString(),
    livemode,
    organization: organization.id,
    date: date.toISOString(),
    expires_at: new Date(date.getTime() + receiptDays * 86_400_000).toISOString(),
    status: 'open',
    self_invoice_url: `${portal}${organization.suffix}/${key}`,
    total: totalOf(fields),
    ...(customer !== undefined && { customer }),
    key,
    items: fields.items,
    payment_form: fields.payment_form,
    folio_number: parts.invoices.takeFolio(scope, receiptsSeries, fields.folio_number),
    currency: fields.currency,
    exchange: fields.exchange,
    ...(branch !== undefined && { branch }),
    ...(external_id !== undefined && { external_id }),
    ...(idempotency_key !== undefined && { idempotency_key }),
  };
}
