import { currency, exportCode, paymentForm, use } from '../../server/cfdi/catalogs/catalogs.ts';
import { ApiError, type ErrorDetail, invalidRequest } from '../api-error.ts';
import { readCustomer } from '../customers/customer.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import { type InvoiceFields, type InvoiceType, itemsMax } from './invoice-fields.ts';
import { readDate, readGlobal, readPlace, readRelated } from './read-circumstances.ts';
import { type ItemContext, readItem } from './read-item.ts';
import { readPayments } from './read-payments.ts';
import { refuseUnbuilt } from './refuse-unbuilt.ts';

/** What the reading of a body depends on beside the body. */
export interface ReadingContext extends Pick<ItemContext, 'product'> {
  now: Date;
}

/** Reads the body of an invoice, or throws all that is wrong with it. */
export function readInvoice(body: unknown, context: ReadingContext): InvoiceFields {
  const { fields, errors } = inspectInvoice(body, context);
  if (!fields) throw refusalOf(errors);
  return fields;
}

/** The fields when nothing is wrong; else what is wrong. */
export function inspectInvoice(
  body: unknown,
  context: ReadingContext,
): { fields: InvoiceFields | undefined; errors: readonly ErrorDetail[] } {
  const reader = new FieldReader();
  const from = reader.object(body, '');
  const fields = from && readFields(reader, from, context);
  return { fields: reader.errors.length > 0 ? undefined : fields, errors: reader.errors };
}

function readFields(reader: FieldReader, from: Fields, context: ReadingContext): InvoiceFields {
  const text = (name: string, rules?: Parameters<FieldReader['text']>[3]) =>
    reader.text(from, name, name, rules);
  const type = readType(reader, from);
  text('status', { known: (word) => word === 'pending' || word === 'draft' });
  const fields = {
    type,
    customer: readReceiver(reader, from),
    ...readTerms(reader, from, type),
    items: type === 'P' ? [] : readItems(reader, from, { type, product: context.product }),
    payments: type === 'P' ? readPayments(reader, from, context.now) : [],
    date: readDate(reader, from, context.now),
    series: text('series', { max: 25, pattern: /^[^|]*$/ }) || undefined,
    folio_number: reader.number(from, 'folio_number', 'folio_number', { min: 0, integer: true }),
    external_id: text('external_id', { max: 100 }),
    idempotency_key: text('idempotency_key', { max: 1_000 }) || undefined,
    conditions: text('conditions', { min: 1, max: 1_000, pattern: /^[^|]*$/ }),
    pdf_custom_section: text('pdf_custom_section'),
    zip: readPlace(reader, from),
    global: type === 'I' ? readGlobal(reader, from) : undefined,
    related_documents: readRelated(reader, from),
  };
  const unbuilt = ['addenda', 'namespaces', ...(type === 'P' ? [] : ['complements'])];
  for (const name of unbuilt) refuseUnbuilt(reader, from, name, name);
  return fields as InvoiceFields;
}

const types: readonly string[] = ['I', 'E', 'P', 'T'];

function readType(reader: FieldReader, from: Fields): InvoiceType {
  const type = reader.text(from, 'type', 'type') ?? 'I';
  if (types.includes(type)) return type as InvoiceType;
  reader.fail('type', 'not_allowed', 'El sandbox emite comprobantes de tipo I, E, P y T.');
  return 'I';
}

type Terms = Pick<
  InvoiceFields,
  'use' | 'payment_form' | 'payment_method' | 'currency' | 'exchange' | 'export'
>;

/**
 * What is agreed about the money. A payment says it in its complement: its document is in no
 * currency (XXX) and of one use (CP01); a transfer asks for no money.
 */
function readTerms(reader: FieldReader, from: Fields, type: InvoiceType): Terms {
  const text = (name: string, rules?: Parameters<FieldReader['text']>[3]) =>
    reader.text(from, name, name, rules);
  const charges = type === 'I' || type === 'E';
  if (type === 'P') {
    const none = { payment_form: undefined, payment_method: undefined };
    return { ...none, use: 'CP01', currency: 'XXX', exchange: 1, export: '01' };
  }
  const methods = type === 'I' ? ['PUE', 'PPD'] : ['PUE'];
  const form = { required: true, known: (code: string) => paymentForm(code) !== undefined };
  const method = { known: (code: string) => methods.includes(code) };
  return {
    use: text('use', { known: (code) => use(code) !== undefined }) ?? 'G01',
    payment_form: charges ? text('payment_form', form) : undefined,
    payment_method: charges ? ((text('payment_method', method) as 'PUE') ?? 'PUE') : undefined,
    currency: text('currency', { known: isCurrency }) ?? 'MXN',
    exchange: reader.number(from, 'exchange', 'exchange', { above: 0, max: 1e9 }) ?? 1,
    export: text('export', { known: (code) => exportCode(code) !== undefined }) ?? '01',
  };
}

const isCurrency = (code: string) => code !== 'XXX' && currency(code) !== undefined;

/** A date out of range has a root code of its own; everything else is `invalid_request`. */
export function refusalOf(errors: readonly ErrorDetail[]): ApiError {
  const [first] = errors;
  if (errors.length === 1 && first?.path === 'date') {
    return new ApiError(400, 'invalid_date', first.message, { errors });
  }
  return invalidRequest(errors);
}

function readReceiver(reader: FieldReader, from: Fields): InvoiceFields['customer'] | undefined {
  const { customer } = from;
  if (customer === undefined || customer === null) {
    return reader.fail('customer', 'required', 'El campo customer es requerido.');
  }
  if (typeof customer === 'string') return customer;
  const fields = reader.object(customer, 'customer');
  return fields && readCustomer(reader, fields, 'customer.');
}

function readItems(
  reader: FieldReader,
  from: Fields,
  context: ItemContext,
): InvoiceFields['items'] {
  const list = reader.list(from, 'items', 'items', true);
  if (!list) return [];
  if (list.length < 1 || list.length > itemsMax) {
    const message = `El campo items debe tener entre 1 y ${itemsMax} conceptos.`;
    const code = list.length < 1 ? 'required' : 'invalid_length';
    reader.fail('items', code, message);
    return [];
  }
  const items = list.map((item, index) => readItem(reader, item, `items.${index}`, context));
  return items.filter((item) => item !== undefined);
}
