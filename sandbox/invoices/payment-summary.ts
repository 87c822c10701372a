import { taxTypes } from '../../server/cfdi/catalogs/catalogs.ts';
import { Decimal, roundLine, sum } from '../../server/cfdi/decimal.ts';
import { type Answer, ok } from '../answer.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import type { Cfdi, CfdiTax } from '../cfdi-xml/cfdi.ts';
import type { Account } from '../organizations/organization.ts';
import { type Query, queryDetail, queryValue } from '../state/page.ts';
import { findStamped } from './find-invoice.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoicesStore } from './invoices-store.ts';

/**
 * What a payment of `amount` says of an invoice: installment, balance, and the taxes in proportion.
 * Known from the official SDK; the description of the API leaves it out.
 */
export function paymentSummary(
  invoices: InvoicesStore,
  account: Account,
  id: string,
  query: Query,
): Answer {
  const { body, cfdi } = findStamped(invoices, account, id);
  if (body.type !== 'I' || body.status !== 'valid') {
    const message = 'Solo una factura de ingreso vigente recibe pagos.';
    throw new ApiError(400, 'invalid_request', message);
  }
  const balance = body.amount_due ?? 0;
  const amount = readAmount(query, balance);
  const summary = {
    uuid: body.uuid,
    folio_number: body.folio_number,
    series: body.series,
    installment: (body.received_payment_ids ?? []).length + 1,
    last_balance: balance,
    total: body.total,
    currency: body.currency,
    amount: amount.toNumber(),
    taxes: taxesOf(cfdi, amount.div(body.total === 0 ? 1 : body.total)),
  };
  return ok(JSON.stringify(summary));
}

function readAmount(query: Query, balance: NonNullable<InvoiceBody['amount_due']>): Decimal {
  const text = queryValue(query, 'amount');
  const refuse = (code: string, message: string) =>
    invalidRequest([queryDetail('amount', code, message)]);
  if (text === undefined) throw refuse('required', 'El parámetro amount es requerido.');
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(text) || Number(text) === 0) {
    throw refuse('invalid_type', 'El parámetro amount debe ser un monto mayor a cero.');
  }
  const amount = new Decimal(text);
  if (amount.lte(balance)) return amount;
  const message = `El monto es mayor al saldo pendiente de la factura (${balance}).`;
  throw refuse('amount_exceeds_related_document_balance', message);
}

function taxesOf({ lines }: Cfdi, share: Decimal) {
  const all = lines.flatMap((line) => [
    ...line.transferred.map((tax) => ({ ...tax, withholding: false })),
    ...line.withheld.map((tax) => ({ ...tax, withholding: true })),
  ]);
  const key = (tax: CfdiTax & { withholding: boolean }) =>
    [tax.tax, tax.factor, tax.rate, tax.withholding].join(' ');
  return [...Map.groupBy(all, key).values()].map((group) => {
    const { tax, factor, rate, withholding } = group[0]!;
    const base = sum(group.map((one) => new Decimal(one.base))).times(share);
    return {
      base: roundLine(base).toNumber(),
      rate: Number(rate ?? 0),
      type: taxTypes.find((entry) => entry.code === tax)?.name ?? tax,
      factor,
      withholding,
    };
  });
}
