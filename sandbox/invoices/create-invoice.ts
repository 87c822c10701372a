import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { localDateTime } from '../../server/cfdi/time-zone.ts';
import { computeTotals, type DocumentTotals } from '../../server/cfdi/totals.ts';
import { type Answer, ok } from '../answer.ts';
import { ApiError } from '../api-error.ts';
import type { Keyring } from '../certificates/keyring.ts';
import { sealAndStamp } from '../cfdi-xml/seal.ts';
import type { Counters } from '../counters/counters.ts';
import { resolveCustomer } from '../customers/create-customer.ts';
import type { Customer, CustomerFields } from '../customers/customer.ts';
import type { CustomersStore } from '../customers/customers-store.ts';
import { findCustomer } from '../customers/find-customer.ts';
import type { Account } from '../organizations/organization.ts';
import type { Settings } from '../settings.ts';
import { inTransaction } from '../state/database.ts';
import { objectId } from '../state/object-id.ts';
import { searchable } from '../state/page.ts';
import { buildCfdi } from './build-cfdi.ts';
import { requireStampable } from './check-stampable.ts';
import { type InvoiceBody, invoiceBody } from './invoice-body.ts';
import type { InvoiceFields } from './invoice-fields.ts';
import type { InvoicesStore, StoredInvoice } from './invoices-store.ts';
import { readInvoice } from './read-invoice.ts';

export interface CreateInvoiceParts {
  database: DatabaseSync;
  invoices: InvoicesStore;
  customers: CustomersStore;
  keyring: Keyring;
  counters: Counters;
  settings: Settings;
  now(): Date;
}

const seriesDefault = 'F';
/** Central Mexico, whose time every stamp carries. */
const pacZip = '06000';

/**
 * Issues an invoice: sealed, stamped and committed before this returns. It runs in one go without
 * waiting for anything, so two calls with one idempotency key cannot both find it unused.
 */
export function createInvoice(parts: CreateInvoiceParts, account: Account, body: unknown): Answer {
  const now = parts.now();
  const repeated = earlierInvoice(parts, account, body);
  if (repeated !== undefined) return ok(repeated);

  const fields = readInvoice(body, now);
  const receiver = receiverOf(parts, account, fields);
  const totals = totalsOf(fields);
  requireStampable(fields, receiver, totals);

  const json = inTransaction(parts.database, () => {
    const customer = savedCustomer(parts, account, receiver, now);
    const stored = stamp(parts, { account, fields, totals, customer, now });
    parts.invoices.insert(stored);
    return stored.body;
  });
  parts.counters.countCreate(account.organization.id);
  return ok(json);
}

/** What a repeated key does is a setting, because FacturAPI does not say. */
function earlierInvoice(parts: CreateInvoiceParts, account: Account, body: unknown) {
  const key = (body as { idempotency_key?: unknown } | undefined)?.idempotency_key;
  if (typeof key !== 'string' || key === '') return undefined;
  if (parts.settings.idempotency === 'forget') return undefined;
  const earlier = parts.invoices.findByIdempotencyKey(account.scope, key);
  if (earlier === undefined || parts.settings.idempotency === 'replay') return earlier;
  throw new ApiError(409, 'idempotency_key_in_use', 'La llave de idempotencia ya fue utilizada.');
}

function receiverOf(
  parts: CreateInvoiceParts,
  account: Account,
  fields: InvoiceFields,
): Customer | CustomerFields {
  if (typeof fields.customer !== 'string') return fields.customer;
  return JSON.parse(findCustomer(parts.customers, account, fields.customer)) as Customer;
}

/** FacturAPI keeps the receivers that are spelled out in an invoice among the customers. */
function savedCustomer(
  parts: CreateInvoiceParts,
  account: Account,
  receiver: Customer | CustomerFields,
  now: Date,
): Customer {
  if ('id' in receiver) return receiver;
  return JSON.parse(resolveCustomer(parts.customers, account, receiver, now).json) as Customer;
}

function totalsOf(fields: InvoiceFields): DocumentTotals {
  return computeTotals(fields.items, { currency: fields.currency });
}

interface Stampable {
  account: Account;
  fields: InvoiceFields;
  totals: DocumentTotals;
  customer: Customer;
  now: Date;
}

function stamp(parts: CreateInvoiceParts, of: Stampable): StoredInvoice {
  const { account, fields, totals, customer, now } = of;
  const date = fields.date ?? now;
  const series = fields.series ?? seriesDefault;
  const folio = parts.invoices.takeFolio(account.scope, series, fields.folio_number);
  const issuer = parts.keyring.issuer(account.organization);
  const unsealed = buildCfdi({
    fields,
    totals,
    issuer: account.organization,
    receiver: customer,
    series,
    folio,
    date,
    certificateNumber: issuer.number,
  });
  const stamping = { uuid: randomUUID(), date: localDateTime(now, pacZip) };
  const cfdi = sealAndStamp(unsealed, issuer, parts.keyring.pac, stamping);
  const id = objectId(now);
  const body = invoiceBody({
    id,
    account,
    fields,
    totals,
    customer,
    cfdi,
    date,
    createdAt: now,
    folio,
  });
  return toStored(account, body, JSON.stringify(cfdi));
}

function toStored(account: Account, body: InvoiceBody, cfdi: string): StoredInvoice {
  const descriptions = body.items.map((item) => item.product.description);
  return {
    id: body.id,
    scope: account.scope,
    organization: body.organization,
    createdAt: body.created_at,
    date: body.date,
    type: body.type,
    status: body.status,
    cancellationStatus: body.cancellation_status,
    uuid: body.uuid,
    externalId: body.external_id ?? null,
    idempotencyKey: body.idempotency_key ?? null,
    series: body.series,
    folioNumber: body.folio_number,
    paymentMethod: body.payment_method,
    customer: body.customer.id,
    customerTaxId: body.customer.tax_id,
    total: body.total,
    search: searchable([body.customer.legal_name, ...descriptions].join('\n')),
    body: JSON.stringify(body),
    cfdi,
  };
}
