import { taxCode } from '../../server/cfdi/catalogs/catalogs.ts';
import { type Decimal, LINE_DECIMALS } from '../../server/cfdi/decimal.ts';
import type { LineTax, LineTotals } from '../../server/cfdi/line-totals.ts';
import { RFC_GENERIC_FOREIGN } from '../../server/cfdi/rfc.ts';
import { localDateTime } from '../../server/cfdi/time-zone.ts';
import type { DocumentTotals } from '../../server/cfdi/totals.ts';
import type { CfdiLine, CfdiTax, CfdiTaxes, UnsealedCfdi } from '../cfdi-xml/cfdi.ts';
import type { CustomerFields } from '../customers/customer.ts';
import type { Organization } from '../organizations/organization.ts';
import { buildPayments } from './build-payments.ts';
import type { GlobalFields, InvoiceFields, ItemFields } from './invoice-fields.ts';

export interface CfdiParts {
  fields: InvoiceFields;
  totals: DocumentTotals;
  issuer: Organization;
  receiver: CustomerFields;
  series: string;
  folio: number;
  date: Date;
  certificateNumber: string;
}

/** The comprobante of an invoice, with its amounts written out as the XML carries them. */
export function buildCfdi(parts: CfdiParts): UnsealedCfdi {
  const { fields, totals, issuer, receiver } = parts;
  const money = (value: Decimal) => value.toFixed(totals.decimals);
  const zip = fields.zip ?? issuer.zip;
  return {
    type: fields.type,
    series: parts.series,
    folio: String(parts.folio),
    date: localDateTime(parts.date, zip),
    ...(fields.payment_form !== undefined && { payment_form: fields.payment_form }),
    ...(fields.payment_method !== undefined && { payment_method: fields.payment_method }),
    ...(fields.conditions !== undefined && { conditions: fields.conditions }),
    currency: fields.currency,
    ...(hasExchange(fields) && { exchange: plain(fields.exchange) }),
    export: fields.export,
    zip,
    subtotal: money(totals.subtotal),
    ...(totals.discount.gt(0) && { discount: money(totals.discount) }),
    total: money(totals.total),
    ...(fields.global && { global: globalNode(fields.global) }),
    related: fields.related_documents.map(({ relationship, documents }) => ({
      relationship,
      uuids: documents,
    })),
    issuer: {
      tax_id: issuer.taxId,
      legal_name: issuer.legalName,
      tax_system: issuer.taxSystem,
    },
    receiver: { ...receiverNode(receiver, zip), use: fields.use },
    lines:
      fields.type === 'P'
        ? [paymentLine]
        : totals.lines.map((line, index) => lineNode(fields.items[index]!, line)),
    taxes: documentTaxes(totals, money),
    ...(fields.type === 'P' && { payments: buildPayments(fields.payments, zip) }),
    certificate_number: parts.certificateNumber,
  };
}

/** Pesos need no rate of exchange, and no currency has none (CFDI40116). */
function hasExchange({ currency }: InvoiceFields): boolean {
  return currency !== 'MXN' && currency !== 'XXX';
}

/** The one concept of a payment, which SAT prescribes word for word (guide of Pagos 2.0). */
const paymentLine: CfdiLine = {
  product_key: '84111506',
  quantity: '1',
  unit_key: 'ACT',
  description: 'Pago',
  unit_price: '0',
  amount: '0',
  taxability: '01',
  transferred: [],
  withheld: [],
};

/**
 * A receiver abroad has SAT's generic RFC, its own tax id beside it, and the place of issue as its
 * zip (guide of CFDI 4.0, DomicilioFiscalReceptor).
 */
function receiverNode(receiver: CustomerFields, place: string) {
  const { tax_id, legal_name, tax_system, address } = receiver;
  if (address.country === 'MEX') {
    return { tax_id, legal_name, tax_system, zip: address.zip ?? '' };
  }
  return {
    tax_id: RFC_GENERIC_FOREIGN,
    legal_name,
    tax_system,
    zip: place,
    residence: address.country,
    ...(tax_id !== RFC_GENERIC_FOREIGN && { foreign_tax_id: tax_id }),
  };
}

/** c_Periodicidad of FacturAPI's words. */
const periodicities: Readonly<Record<GlobalFields['periodicity'], string>> = {
  day: '01',
  week: '02',
  fortnight: '03',
  month: '04',
  two_months: '05',
};

function globalNode(global: GlobalFields): NonNullable<UnsealedCfdi['global']> {
  return {
    periodicity: periodicities[global.periodicity],
    months: global.months,
    year: String(global.year),
  };
}

function lineNode(item: ItemFields, line: LineTotals): CfdiLine {
  const { product } = item;
  return {
    product_key: product.product_key,
    ...(product.sku !== undefined && { sku: product.sku }),
    quantity: line.quantity.toFixed(),
    unit_key: product.unit_key,
    unit_name: product.unit_name,
    description: product.description,
    unit_price: six(line.unit_price),
    amount: six(line.amount),
    ...(line.discount.gt(0) && { discount: six(line.discount) }),
    taxability: product.taxability,
    transferred: line.taxes.filter((tax) => !tax.withholding).map(lineTax),
    withheld: line.taxes.filter((tax) => tax.withholding).map(lineTax),
  };
}

function lineTax(tax: LineTax): CfdiTax {
  return {
    base: six(tax.base),
    tax: taxCode(tax.type),
    factor: tax.factor,
    ...(tax.rate !== null && { rate: tax.rate }),
    ...(tax.amount !== null && { amount: six(tax.amount) }),
  };
}

/** The totals of each side are absent, not zero, where nothing is charged or withheld. */
function documentTaxes(totals: DocumentTotals, money: (value: Decimal) => string): CfdiTaxes {
  const charged = totals.transferred.some((tax) => tax.amount !== null);
  return {
    transferred: totals.transferred.map((tax) => ({
      base: money(tax.base),
      tax: taxCode(tax.type),
      factor: tax.factor,
      ...(tax.rate !== null && { rate: tax.rate }),
      ...(tax.amount !== null && { amount: money(tax.amount) }),
    })),
    withheld: totals.withheld.map((tax) => ({
      tax: taxCode(tax.type),
      amount: money(tax.amount),
    })),
    ...(charged && { total_transferred: money(totals.total_transferred) }),
    ...(totals.withheld.length > 0 && { total_withheld: money(totals.total_withheld) }),
  };
}

const six = (value: Decimal) => value.toFixed(LINE_DECIMALS);

/** A rate of exchange as SAT writes it: at most six decimals, no exponent. */
function plain(value: number): string {
  return value.toFixed(LINE_DECIMALS).replace(/\.?0+$/, '');
}
