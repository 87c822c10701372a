import { Decimal, sum } from '../../server/cfdi/decimal.ts';
import { type Answer, type JsonAnswer, ok } from '../answer.ts';
import { type ApiError, invalidRequest, notFound } from '../api-error.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import { createInvoice } from '../invoices/create-invoice.ts';
import type { Account } from '../organizations/organization.ts';
import { changeStatus, findReceipt, requireOpen } from './change-receipt.ts';
import type { Receipt } from './receipt.ts';
import type { ReceiptParts } from './receipt-parts.ts';

/** `POST /receipts/{id}/invoice`: the invoice of one receipt, to its customer or to another. */
export function invoiceReceipt(
  parts: ReceiptParts,
  account: Account,
  id: string,
  input: unknown,
): Answer {
  const receipt = findReceipt(parts.receipts, account, id);
  const body = objectOf(input ?? {});
  const repeated = repeatedInvoice(parts, account, receipt, body);
  if (repeated !== undefined) return ok(repeated);
  requireOpen(receipt);
  return invoiceToCustomer(parts, account, [receipt], body);
}

/** A receipt that was invoiced under the same key answers with its invoice again. */
function repeatedInvoice(parts: ReceiptParts, account: Account, receipt: Receipt, body: Fields) {
  const { idempotency_key: key } = body;
  if (typeof key !== 'string' || key === '' || receipt.invoice === undefined) return undefined;
  if (parts.settings.idempotency !== 'replay') return undefined;
  const earlier = parts.invoices.findByIdempotencyKey(account.scope, key);
  const same = earlier !== undefined && JSON.parse(earlier).id === receipt.invoice;
  return same ? earlier : undefined;
}

/** Issues one invoice of all the receipts, and closes them. */
export function invoiceToCustomer(
  parts: ReceiptParts,
  account: Account,
  receipts: readonly Receipt[],
  input: Fields,
): JsonAnswer {
  const body = invoiceBodyOf(receipts, input);
  // What an invoice is made of is JSON in every case.
  const answer = createInvoice(parts, account, body) as JsonAnswer;
  const invoice = JSON.parse(answer.json) as { id: string; customer: { id: string } };
  for (const receipt of receipts) {
    changeStatus(parts, account, receipt, {
      status: 'invoiced_to_customer',
      invoice: invoice.id,
      customer: invoice.customer.id,
    });
  }
  return answer;
}

/** The body of an invoice over all the receipts, as its creation reads it. */
export function invoiceBodyOf(receipts: readonly Receipt[], input: Fields): Fields {
  const [first] = receipts;
  const currencies = new Set(receipts.map(({ currency, exchange }) => `${currency} ${exchange}`));
  if (currencies.size > 1) {
    throw conflictOf('Los recibos tienen monedas o tipos de cambio distintos.');
  }
  const { keys: _, dry_run: __, ...rest } = input;
  return {
    ...rest,
    customer: input.customer ?? commonCustomer(receipts),
    items: receipts.flatMap(({ items }) => items),
    payment_form: input.payment_form ?? mainPaymentForm(receipts),
    currency: first!.currency,
    exchange: first!.exchange,
  };
}

function commonCustomer(receipts: readonly Receipt[]): string {
  const customers = new Set(receipts.map(({ customer }) => customer));
  const [customer] = customers;
  if (customers.size === 1 && customer !== undefined) return customer;
  throw conflictOf('Indica el cliente (customer): los recibos no tienen todos el mismo.');
}

/** SAT asks for the form with which most was paid. */
export function mainPaymentForm(receipts: readonly Receipt[]): string {
  const totals = [...Map.groupBy(receipts, ({ payment_form }) => payment_form)].map(
    ([form, own]) => ({ form, total: sum(own.map(({ total }) => new Decimal(total))) }),
  );
  return totals.reduce((most, one) => (one.total.gt(most.total) ? one : most)).form;
}

/** `POST /receipts/to-invoice`: one invoice of the receipts with these keys, or its summary. */
export function invoiceKeys(parts: ReceiptParts, account: Account, input: unknown): Answer {
  const body = objectOf(input);
  const receipts = receiptsOfKeys(parts, account, body);
  if (body.dry_run !== true) return invoiceToCustomer(parts, account, receipts, body);
  const { items, payment_form, currency } = invoiceBodyOf(receipts, body);
  const total = sum(receipts.map((receipt) => new Decimal(receipt.total))).toNumber();
  const keys = receipts.map(({ key }) => key);
  const summary = { keys, receipts_count: keys.length, total, currency, payment_form };
  return ok(JSON.stringify({ ...summary, items_count: (items as unknown[]).length }));
}

const keysMax = 1_000;

export function receiptsOfKeys(parts: ReceiptParts, account: Account, body: Fields): Receipt[] {
  const reader = new FieldReader();
  const keys = reader.list(body, 'keys', 'keys', true) ?? [];
  const texts = keys.filter((key) => typeof key === 'string');
  if (texts.length < 1 || texts.length > keysMax || texts.length < keys.length) {
    reader.fail('keys', 'invalid_length', `El campo keys lleva entre 1 y ${keysMax} claves.`);
  }
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  return [...new Set(texts)].map((key) => {
    const receipt = parts.receipts.findByKey(account.scope, key);
    if (!receipt) throw notFound('receipt_not_found', `El recibo ${key} no existe.`);
    requireOpen(receipt);
    return receipt;
  });
}

function conflictOf(message: string): ApiError {
  const detail = { code: 'required', message, path: 'customer', location: 'body' } as const;
  return invalidRequest([{ ...detail, source: 'facturapi' }]);
}

export function objectOf(input: unknown): Fields {
  const reader = new FieldReader();
  const body = reader.object(input, '');
  if (!body) throw invalidRequest(reader.errors);
  return body;
}
