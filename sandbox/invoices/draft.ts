import type { ErrorDetail } from '../api-error.ts';
import { readCustomer } from '../customers/customer.ts';
import type { CustomersStore } from '../customers/customers-store.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { customerInfo, type InvoiceBody } from './invoice-body.ts';
import type { InvoiceFields } from './invoice-fields.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { totalsOf } from './issue-invoice.ts';
import { inspectInvoice, refusalOf } from './read-invoice.ts';
import { receiverOf, savedCustomer } from './receiver.ts';

export type DraftParts = Pick<
  InvoiceParts,
  'database' | 'invoices' | 'customers' | 'product' | 'now'
>;

/** What a client may write of an invoice. A draft has no date: it is that of its stamping. */
const writable = [
  ...['type', 'customer', 'items', 'use', 'payment_form', 'payment_method', 'currency'],
  ...['exchange', 'export', 'series', 'folio_number', 'external_id', 'idempotency_key'],
  ...['conditions', 'pdf_custom_section', 'address', 'global', 'related_documents'],
  ...['complements', 'addenda', 'namespaces'],
];

/**
 * A draft as the API shows it: what was sent of it, however little. What is there must make
 * sense; what is missing only keeps it from being ready.
 */
export function draftBody(
  parts: DraftParts,
  account: Account,
  input: Fields,
  identity: { id: string; createdAt: string },
): InvoiceBody {
  const { fields, missing } = inspectDraft(parts, account, input);
  const customer = draftCustomer(parts, account, input.customer);
  return {
    id: identity.id,
    created_at: identity.createdAt,
    livemode: account.livemode,
    organization: account.organization.id,
    cfdi_version: 4,
    status: 'draft',
    cancellation_status: 'none',
    issuer_type: 'issuing',
    related_documents: [],
    complements: [],
    namespaces: [],
    ...input,
    type: (input.type as InvoiceFields['type']) ?? 'I',
    items: fields?.items ?? draftItems(parts, account, input.items),
    ...(customer && { customer }),
    total: fields ? totalsOf(fields).total.toNumber() : 0,
    is_ready_to_stamp: missing.length === 0,
  };
}

/** The fields of a complete draft, or what it lacks. Throws what is wrong rather than missing. */
export function inspectDraft(
  parts: DraftParts,
  account: Account,
  input: Fields,
): { fields: InvoiceFields | undefined; missing: readonly ErrorDetail[] } {
  const product = (id: string) => parts.product(account.scope, id);
  const { fields, errors } = inspectInvoice(input, { now: parts.now(), product });
  const wrong = errors.filter(({ code }) => code !== 'required');
  if (wrong.length > 0) throw refusalOf(wrong);
  return { fields, missing: errors };
}

/** Items as they were sent, with the saved products that they name in place of their ids. */
function draftItems(parts: DraftParts, account: Account, given: unknown): readonly unknown[] {
  const items = (given ?? []) as readonly { product?: unknown }[];
  return items.map((item) => {
    if (typeof item.product !== 'string') return item;
    const json = parts.product(account.scope, item.product);
    return { ...item, product: json === undefined ? undefined : JSON.parse(json) };
  });
}

function draftCustomer(
  { customers, now }: DraftParts,
  account: Account,
  given: unknown,
): InvoiceBody['customer'] {
  if (given === undefined) return undefined;
  if (typeof given === 'string') {
    return customerInfo(savedCustomer(customers, account, receiverById(given), now()));
  }
  const complete = readCustomer(new FieldReader(), given as Fields, '');
  if (!complete) return given as InvoiceBody['customer'];
  return customerInfo(savedCustomer(customers, account, complete, now()));

  function receiverById(id: string) {
    return receiverOf(customers, account, { customer: id });
  }
}

/** What was sent, without the rest. A null takes a field away, as an absent one. */
export function draftInput(body: Fields): Fields {
  const given = writable.flatMap((name) => {
    const value = body[name] ?? undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/** What an invoice was made from, as its body tells it. */
export function inputOf(customers: CustomersStore, account: Account, body: InvoiceBody): Fields {
  const { customer } = body;
  const known = customer?.id !== undefined && customers.find(account.scope, customer.id);
  return draftInput({ ...body, customer: known ? customer.id : customer });
}
