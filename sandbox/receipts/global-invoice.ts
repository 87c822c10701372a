import { Decimal } from '../../server/cfdi/decimal.ts';
import { RFC_GENERIC_DOMESTIC } from '../../server/cfdi/rfc.ts';
import type { Answer, JsonAnswer } from '../answer.ts';
import { invalidRequest, notFound } from '../api-error.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import { createInvoice } from '../invoices/create-invoice.ts';
import type { ItemFields } from '../invoices/invoice-fields.ts';
import type { Account } from '../organizations/organization.ts';
import { changeStatus, findReceipt, requireOpen } from './change-receipt.ts';
import { mainPaymentForm, objectOf } from './invoice-receipts.ts';
import { instantsOf, lastPeriod, monthsCode, type Periodicity, periodicities } from './period.ts';
import type { Receipt } from './receipt.ts';
import type { ReceiptParts } from './receipt-parts.ts';

/** SAT takes no CFDI whose date is older. */
const dateAgeMsMax = 72 * 3_600_000;

interface GlobalRequest {
  from: Date;
  to: Date;
  periodicity: Periodicity;
  months: string;
  year: number;
  payment_form: string | undefined;
  receipts: readonly unknown[] | undefined;
}

/** `POST /receipts/global-invoice`: one invoice to the public of the open receipts of a period. */
export function createGlobalInvoice(parts: ReceiptParts, account: Account, input: unknown): Answer {
  const now = parts.now();
  const body = objectOf(input);
  const request = readRequest(body, now, account.organization.zip);
  const receipts = receiptsOf(parts, account, request);
  // What an invoice is made of is JSON in every case.
  const answer = createInvoice(
    parts,
    account,
    invoiceOf(account, request, receipts, body, now),
  ) as JsonAnswer;
  const invoice = JSON.parse(answer.json) as { id: string; customer: { id: string } };
  for (const receipt of receipts) {
    changeStatus(parts, account, receipt, {
      status: 'invoiced_globally',
      invoice: invoice.id,
      customer: invoice.customer.id,
    });
  }
  const { scope } = account;
  parts.announce({ type: 'invoice.global_invoice_created', scope, object: answer.json });
  return answer;
}

function readRequest(body: Fields, now: Date, zip: string): GlobalRequest {
  const reader = new FieldReader();
  const known = (word: string) => (periodicities as readonly string[]).includes(word);
  const periodicity = (reader.text(body, 'periodicity', 'periodicity', { known }) ??
    'month') as Periodicity;
  const receipts = reader.list(body, 'receipts', 'receipts');
  const period = lastPeriod(periodicity, now, zip);
  const instants = instantsOf(period, zip);
  const required = receipts !== undefined;
  const from = readInstant(reader, body, 'from', required) ?? instants.from;
  const to = readInstant(reader, body, 'to', required) ?? instants.to;
  const months = reader.text(body, 'months', 'months');
  const payment_form = reader.text(body, 'payment_form', 'payment_form', { min: 2, max: 2 });
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  const last = body.to === undefined ? period.last : to.toISOString().slice(0, 10);
  return {
    from,
    to,
    periodicity,
    months: months ?? monthsCode(periodicity, last),
    year: Number(last.slice(0, 4)),
    payment_form,
    receipts,
  };
}

function readInstant(reader: FieldReader, body: Fields, name: string, required: boolean) {
  const text = reader.text(body, name, name, { required });
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  return reader.fail(name, 'invalid_format', `La fecha de ${name} no es válida.`);
}

function receiptsOf(parts: ReceiptParts, account: Account, request: GlobalRequest): Receipt[] {
  const { from, to, payment_form, receipts: ids } = request;
  const all = ids
    ? ids.map((id) => findReceipt(parts.receipts, account, String(id)))
    : parts.receipts.openBetween(account.scope, from.toISOString(), to.toISOString());
  for (const receipt of all) requireOpen(receipt);
  const paid = all.filter((one) => payment_form === undefined || one.payment_form === payment_form);
  if (paid.length > 0) return paid;
  throw notFound('receipt_not_found', 'No hay recibos abiertos en el periodo.');
}

function invoiceOf(
  account: Account,
  request: GlobalRequest,
  receipts: readonly Receipt[],
  body: Fields,
  now: Date,
): Fields {
  const { periodicity, months, year, to } = request;
  const age = now.getTime() - to.getTime();
  const issued = age >= 0 && age <= dateAgeMsMax ? to : now;
  return {
    customer: {
      legal_name: 'PUBLICO EN GENERAL',
      tax_id: RFC_GENERIC_DOMESTIC,
      tax_system: '616',
      address: { zip: account.organization.zip },
    },
    use: 'S01',
    global: { periodicity, months, year },
    items: receipts.flatMap(saleOf),
    payment_form: request.payment_form ?? mainPaymentForm(receipts),
    series: body.series,
    folio_number: body.folio_number,
    date: body.date ?? issued.toISOString(),
  };
}

/** SAT's guide: each operation is a "Venta" by the receipt's own number, in no unit but itself. */
function saleOf(receipt: Receipt): ItemFields[] {
  return receipt.items.map(({ quantity, discount, product }) => {
    const { price, taxes, tax_included, taxability } = product;
    const sale = {
      description: 'Venta',
      product_key: '01010101',
      unit_key: 'ACT',
      unit_name: 'Actividad',
      sku: receipt.key,
      taxes,
      tax_included,
      taxability,
    };
    // A tax by unit needs the units; anything else is sold as one.
    if (taxes.some(({ factor }) => factor === 'Cuota')) {
      return { quantity, discount, product: { ...sale, price } };
    }
    const amount = new Decimal(price).times(quantity).toNumber();
    return { quantity: 1, discount, product: { ...sale, price: amount } };
  });
}
