import { currency, paymentForm } from '../../server/cfdi/catalogs/catalogs.ts';
import { Decimal } from '../../server/cfdi/decimal.ts';
import type { FieldReader, Fields } from '../field-reader.ts';
import type { PaidDocument, PaidTax, PaymentFields } from './invoice-fields.ts';
import { readBankFields } from './read-bank-fields.ts';
import { readInstant, uuidFormat } from './read-circumstances.ts';
import { readRate } from './read-taxes.ts';

const amountMax = 1e12;
/** A rate beyond these leaves no digits to an amount, or more of them than SAT has room for. */
const exchangeMin = 0.00001;
const exchangeMax = 1e9;
const baseMin = 0.000001;
/** NumParcialidad has three digits. */
const installmentMax = 999;

/** The payments of `complements: [{ "type": "pago", "data": [...] }]`. */
export function readPayments(reader: FieldReader, from: Fields, now: Date): PaymentFields[] {
  const list = reader.list(from, 'complements', 'complements', true) ?? [];
  const payments = list.flatMap((value, index) => {
    const path = `complements.${index}`;
    const complement = reader.object(value, path);
    if (!complement) return [];
    if (complement.type !== 'pago') {
      reader.fail(`${path}.type`, 'not_allowed', 'El sandbox solo atiende complementos "pago".');
      return [];
    }
    const data = reader.list(complement, 'data', `${path}.data`, true) ?? [];
    if (data.length === 0) reader.fail(`${path}.data`, 'required', 'Falta al menos un pago.');
    return data.map((payment, at) => readPayment(reader, payment, `${path}.data.${at}`, now));
  });
  if (Array.isArray(from.complements) && list.length === 0) {
    reader.fail('complements', 'required', 'Un comprobante de pago necesita su complemento.');
  }
  return payments.filter((payment) => payment !== undefined);
}

function readPayment(
  reader: FieldReader,
  value: unknown,
  path: string,
  now: Date,
): PaymentFields | undefined {
  const payment = reader.object(value, path);
  if (!payment) return undefined;
  const before = reader.errors.length;
  const form = reader.text(payment, 'payment_form', `${path}.payment_form`, {
    required: true,
    known: (code) => paymentForm(code) !== undefined,
  });
  const money = readCurrency(reader, payment, path);
  const exchange = readExchange(reader, payment, path);
  const date = readInstant(reader, payment, `${path}.date`, now);
  const bank = readBankFields(reader, payment, path);
  const list = reader.list(payment, 'related_documents', `${path}.related_documents`, true) ?? [];
  const documents = list.map((document, index) =>
    readDocument(reader, document, `${path}.related_documents.${index}`, money),
  );
  if (Array.isArray(payment.related_documents) && list.length === 0) {
    const message = 'Un pago necesita al menos un documento relacionado.';
    reader.fail(`${path}.related_documents`, 'required', message);
  }
  if (reader.errors.length > before) return undefined;
  return {
    payment_form: form!,
    currency: money,
    exchange: money === 'MXN' ? 1 : (exchange ?? 1),
    date: date ?? now,
    related_documents: documents.filter((document) => document !== undefined),
    ...bank,
  };
}

function readDocument(
  reader: FieldReader,
  value: unknown,
  path: string,
  paymentCurrency: string,
): PaidDocument | undefined {
  const document = reader.object(value, path);
  if (!document) return undefined;
  const before = reader.errors.length;
  const text = (name: string, rules: Parameters<FieldReader['text']>[3]) =>
    reader.text(document, name, `${path}.${name}`, rules);
  const number = (name: string, rules: Parameters<FieldReader['number']>[3]) =>
    reader.number(document, name, `${path}.${name}`, rules);
  const uuid = text('uuid', { required: true, pattern: uuidFormat });
  const amount = number('amount', { required: true, above: 0, max: amountMax });
  const balance = number('last_balance', { required: true, above: 0, max: amountMax });
  const installment = number('installment', {
    required: true,
    integer: true,
    min: 1,
    max: installmentMax,
  });
  const money = readCurrency(reader, document, path);
  const exchange = readExchange(reader, document, path);
  const taxes = readTaxes(reader, document, path);
  const object = text('taxability', { pattern: /^0[1-5]$/ });
  const series = text('series', { max: 25, pattern: /^[^|]*$/ }) || undefined;
  const folio = readFolio(reader, document, path);
  if (money !== paymentCurrency && exchange === undefined) {
    const message = 'Falta el tipo de cambio entre la moneda del documento y la del pago.';
    reader.fail(`${path}.exchange`, 'required', message);
  }
  if (amount !== undefined && balance !== undefined && new Decimal(amount).gt(balance)) {
    const message = 'El monto pagado es mayor al saldo anterior del documento relacionado.';
    reader.fail(`${path}.amount`, 'amount_exceeds_related_document_balance', message);
  }
  if (reader.errors.length > before) return undefined;
  return {
    uuid: uuid!,
    amount: amount!,
    last_balance: balance!,
    installment: installment!,
    currency: money,
    exchange: money === paymentCurrency ? 1 : exchange!,
    taxability: object ?? (taxes.length > 0 ? '02' : '01'),
    taxes,
    ...(series !== undefined && { series }),
    ...(folio !== undefined && { folio_number: folio }),
  };
}

/** The SDK types it as text, the description as a number. */
function readFolio(reader: FieldReader, document: Fields, path: string): number | undefined {
  const { folio_number: folio } = document;
  const value = typeof folio === 'string' && /^\d{1,15}$/.test(folio) ? Number(folio) : folio;
  const at = `${path}.folio_number`;
  return reader.number({ folio_number: value }, 'folio_number', at, { min: 0, integer: true });
}

function readCurrency(reader: FieldReader, from: Fields, path: string): string {
  const known = (code: string) => code !== 'XXX' && currency(code) !== undefined;
  return reader.text(from, 'currency', `${path}.currency`, { known }) ?? 'MXN';
}

function readExchange(reader: FieldReader, from: Fields, path: string): number | undefined {
  return reader.number(from, 'exchange', `${path}.exchange`, {
    min: exchangeMin,
    max: exchangeMax,
  });
}

function readTaxes(reader: FieldReader, document: Fields, path: string): PaidTax[] {
  const list = reader.list(document, 'taxes', `${path}.taxes`, true) ?? [];
  return list.flatMap((value, index) => {
    const at = `${path}.taxes.${index}`;
    const tax = reader.object(value, at);
    if (!tax) return [];
    const rules = { required: true, min: baseMin, max: amountMax };
    const base = reader.number(tax, 'base', `${at}.base`, rules);
    return [{ ...readRate(reader, tax, at), base: base ?? 0 }];
  });
}
