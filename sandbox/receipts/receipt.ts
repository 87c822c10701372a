import { currency, paymentForm } from '../../server/cfdi/catalogs/catalogs.ts';
import { computeTotals } from '../../server/cfdi/totals.ts';
import { invalidRequest } from '../api-error.ts';
import { type CustomerFields, readCustomer } from '../customers/customer.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import { type ItemFields, itemsMax } from '../invoices/invoice-fields.ts';
import { readInstant } from '../invoices/read-circumstances.ts';
import { readItem } from '../invoices/read-item.ts';

/** A receipt as the API shows it: a note of a sale that may be invoiced later. */
export interface Receipt {
  id: string;
  created_at: string;
  livemode: boolean;
  organization: string;
  date: string;
  expires_at: string;
  status: 'open' | 'canceled' | 'invoiced_to_customer' | 'invoiced_globally';
  self_invoice_url: string;
  total: number;
  invoice?: string;
  customer?: string;
  key: string;
  items: ItemFields[];
  payment_form: string;
  folio_number: number;
  currency: string;
  exchange: number;
  branch?: string;
  external_id?: string;
  idempotency_key?: string;
}

/** A receipt's body, read and checked, with FacturAPI's defaults written out. */
export interface ReceiptFields {
  customer: string | CustomerFields | undefined;
  items: ItemFields[];
  payment_form: string;
  date: Date | undefined;
  folio_number: number | undefined;
  currency: string;
  exchange: number;
  branch: string | undefined;
  external_id: string | undefined;
  idempotency_key: string | undefined;
}

/** How long a customer may invoice a receipt for oneself. */
export const receiptDays = 7;
/** Receipts count their folios apart; no series of an invoice can have a bar in its name. */
export const receiptsSeries = '|receipts';

export interface ReadingContext {
  now: Date;
  product(id: string): string | undefined;
}

export function readReceipt(body: unknown, context: ReadingContext): ReceiptFields {
  const reader = new FieldReader();
  const from = reader.object(body, '');
  if (!from) throw invalidRequest(reader.errors);
  const text = (name: string, rules?: Parameters<FieldReader['text']>[3]) =>
    reader.text(from, name, name, rules);
  const fields = {
    customer: readReceiver(reader, from),
    items: readItems(reader, from, context),
    payment_form: text('payment_form', { required: true, known: isPaymentForm }),
    date: readInstant(reader, from, 'date', context.now),
    folio_number: reader.number(from, 'folio_number', 'folio_number', { min: 0, integer: true }),
    currency: text('currency', { known: isCurrency }) ?? 'MXN',
    exchange: reader.number(from, 'exchange', 'exchange', { above: 0, max: 1e9 }) ?? 1,
    branch: text('branch', { max: 300 }),
    external_id: text('external_id', { max: 100 }),
    idempotency_key: text('idempotency_key', { max: 1_000 }) || undefined,
  };
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  return fields as ReceiptFields;
}

const isPaymentForm = (code: string) => paymentForm(code) !== undefined;
const isCurrency = (code: string) => code !== 'XXX' && currency(code) !== undefined;

/** The `customer` of a body, by id or spelled out; undefined when there is none. */
export function readReceiver(
  reader: FieldReader,
  from: Fields,
): string | CustomerFields | undefined {
  const customer = from.customer ?? undefined;
  if (customer === undefined || typeof customer === 'string') return customer;
  const fields = reader.object(customer, 'customer');
  return fields && readCustomer(reader, fields, 'customer.');
}

function readItems(reader: FieldReader, from: Fields, { product }: ReadingContext): ItemFields[] {
  const list = reader.list(from, 'items', 'items', true);
  if (!list) return [];
  if (list.length < 1 || list.length > itemsMax) {
    const message = `El campo items debe tener entre 1 y ${itemsMax} conceptos.`;
    reader.fail('items', 'invalid_length', message);
    return [];
  }
  const context = { type: 'I', product } as const;
  const items = list.map((item, index) => readItem(reader, item, `items.${index}`, context));
  return items.filter((item) => item !== undefined);
}

export function totalOf({ items, currency }: Pick<ReceiptFields, 'items' | 'currency'>): number {
  return computeTotals(items, { currency }).total.toNumber();
}
