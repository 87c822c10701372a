import {
  currency,
  exportCode,
  month,
  paymentForm,
  relationType,
  use,
} from '../../server/cfdi/catalogs/catalogs.ts';
import { ApiError, type ErrorDetail, invalidRequest } from '../api-error.ts';
import { readCustomer } from '../customers/customer.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import {
  type GlobalFields,
  type InvoiceFields,
  itemsMax,
  type RelatedFields,
} from './invoice-fields.ts';
import { readItem } from './read-item.ts';

/** FacturAPI takes a date up to 72 hours back, SAT's limit, and none to come. */
const dateAgeMsMax = 72 * 3_600_000;
/** Clocks of two machines differ; a client that dates by its own is not from the future. */
const clockSkewMsMax = 60_000;

/** Reads the body of an invoice of income (type I), or throws all that is wrong with it. */
export function readInvoice(body: unknown, now: Date): InvoiceFields {
  const reader = new FieldReader();
  const from = reader.object(body, '');
  if (!from) throw invalidRequest(reader.errors);
  const text = (name: string, rules?: Parameters<FieldReader['text']>[3]) =>
    reader.text(from, name, name, rules);

  if ((text('type') ?? 'I') !== 'I') {
    reader.fail('type', 'not_allowed', 'El sandbox aún no emite este tipo de comprobante.');
  }
  if (text('status') !== undefined) {
    reader.fail('status', 'not_allowed', 'El sandbox aún no guarda borradores.');
  }
  const fields = {
    customer: readReceiver(reader, from),
    items: readItems(reader, from),
    use: text('use', { known: (code) => use(code) !== undefined }) ?? 'G01',
    payment_form: text('payment_form', { required: true, known: isPaymentForm }),
    payment_method: text('payment_method', { known: (c) => c === 'PUE' || c === 'PPD' }) ?? 'PUE',
    currency: text('currency', { known: isCurrency }) ?? 'MXN',
    exchange: reader.number(from, 'exchange', 'exchange', { above: 0, max: 1e9 }) ?? 1,
    export: text('export', { known: (code) => exportCode(code) !== undefined }) ?? '01',
    date: readDate(reader, from, now),
    series: text('series', { max: 25, pattern: /^[^|]*$/ }) || undefined,
    folio_number: reader.number(from, 'folio_number', 'folio_number', { min: 0, integer: true }),
    external_id: text('external_id', { max: 100 }),
    idempotency_key: text('idempotency_key', { max: 1_000 }) || undefined,
    conditions: text('conditions', { min: 1, max: 1_000, pattern: /^[^|]*$/ }),
    pdf_custom_section: text('pdf_custom_section'),
    zip: readPlace(reader, from),
    global: readGlobal(reader, from),
    related_documents: readRelated(reader, from),
  };
  for (const name of ['complements', 'addenda', 'namespaces']) refuseUnbuilt(reader, from, name);
  if (reader.errors.length > 0) throw refusalOf(reader.errors);
  return fields as InvoiceFields;
}

const isPaymentForm = (code: string) => paymentForm(code) !== undefined;
const isCurrency = (code: string) => code !== 'XXX' && currency(code) !== undefined;

/** A date out of range has a root code of its own; everything else is `invalid_request`. */
function refusalOf(errors: readonly ErrorDetail[]): ApiError {
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

function readItems(reader: FieldReader, from: Fields): InvoiceFields['items'] {
  const list = reader.list(from, 'items', 'items', true);
  if (!list) return [];
  if (list.length < 1 || list.length > itemsMax) {
    const message = `El campo items debe tener entre 1 y ${itemsMax} conceptos.`;
    reader.fail('items', 'invalid_length', message);
    return [];
  }
  const items = list.map((item, index) => readItem(reader, item, `items.${index}`));
  return items.filter((item) => item !== undefined);
}

const isoInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

function readDate(reader: FieldReader, from: Fields, now: Date): Date | undefined {
  const text = reader.text(from, 'date', 'date', { pattern: isoInstant });
  if (text === undefined) return undefined;
  const date = new Date(text);
  const age = now.getTime() - date.getTime();
  if (Number.isNaN(age)) return reader.fail('date', 'invalid_format', 'La fecha no es válida.');
  if (age > dateAgeMsMax) {
    const message = 'La fecha de emisión no puede tener más de 72 horas de antigüedad.';
    return reader.fail('date', 'too_small', message);
  }
  if (age < -clockSkewMsMax) {
    return reader.fail('date', 'too_large', 'La fecha de emisión no puede estar en el futuro.');
  }
  return date;
}

function readPlace(reader: FieldReader, from: Fields): string | undefined {
  if (from.address === undefined || from.address === null) return undefined;
  const address = reader.object(from.address, 'address');
  if (!address) return undefined;
  return reader.text(address, 'zip', 'address.zip', { required: true, pattern: /^(?!00)\d{5}$/ });
}

const periodicities = ['day', 'week', 'fortnight', 'month', 'two_months'];

function readGlobal(reader: FieldReader, from: Fields): GlobalFields | undefined {
  if (from.global === undefined || from.global === null) return undefined;
  const global = reader.object(from.global, 'global');
  if (!global) return undefined;
  return {
    periodicity: reader.text(global, 'periodicity', 'global.periodicity', {
      required: true,
      known: (word) => periodicities.includes(word),
    }) as GlobalFields['periodicity'],
    months: reader.text(global, 'months', 'global.months', {
      required: true,
      known: (code) => month(code) !== undefined,
    })!,
    year: reader.number(global, 'year', 'global.year', {
      required: true,
      integer: true,
      min: 2021,
      max: 9999,
    })!,
  };
}

const uuidFormat = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function readRelated(reader: FieldReader, from: Fields): RelatedFields[] {
  const list = reader.list(from, 'related_documents', 'related_documents') ?? [];
  return list.flatMap((value, index) => {
    const path = `related_documents.${index}`;
    const entry = reader.object(value, path);
    if (!entry) return [];
    const relationship = reader.text(entry, 'relationship', `${path}.relationship`, {
      required: true,
      known: (code) => relationType(code) !== undefined,
    });
    const documents = reader.list(entry, 'documents', `${path}.documents`, true) ?? [];
    if (!documents.every((uuid) => typeof uuid === 'string' && uuidFormat.test(uuid))) {
      reader.fail(`${path}.documents`, 'invalid_format', 'Cada documento debe ser un UUID.');
    }
    return [{ relationship: relationship!, documents: documents as string[] }];
  });
}

function refuseUnbuilt(reader: FieldReader, from: Fields, name: string): void {
  const value = from[name] ?? undefined;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return;
  reader.fail(name, 'not_allowed', `El sandbox aún no atiende el campo ${name}.`);
}
