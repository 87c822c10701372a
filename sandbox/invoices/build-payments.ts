import { currency, taxCode } from '../../server/cfdi/catalogs/catalogs.ts';
import { Decimal, LINE_DECIMALS, roundLine, sum, ZERO } from '../../server/cfdi/decimal.ts';
import { localDateTime } from '../../server/cfdi/time-zone.ts';
import type { CfdiTax } from '../cfdi-xml/cfdi.ts';
import type {
  CfdiPaidDocument,
  CfdiPayment,
  CfdiPayments,
  CfdiPaymentTotals,
} from '../cfdi-xml/cfdi-payments.ts';
import type { BankFields, PaidDocument, PaidTax, PaymentFields } from './invoice-fields.ts';

/** EquivalenciaDR has ten decimals, everything else of a payment at most six. */
const equivalenceDecimals = 10;

/** A tax of a payment in its own currency, before it is written. */
interface PaymentTax extends Pick<PaidTax, 'type' | 'factor' | 'withholding'> {
  rate: Decimal;
  base: Decimal;
  amount: Decimal;
}

/**
 * The complement of payments with its amounts written out (Pagos 2.0). Each document's taxes are
 * rounded to six decimals in its own currency; the payment's are their sum in the payment's, and
 * the totals those of all payments in pesos, rounded once.
 */
export function buildPayments(payments: readonly PaymentFields[], zip: string): CfdiPayments {
  const taxes = payments.map(taxesOf);
  return {
    totals: totalsOf(payments, taxes),
    payments: payments.map((payment, index) => paymentNode(payment, taxes[index]!, zip)),
  };
}

/** Monto: what the documents were paid, in the payment's currency. */
export function paymentAmount(payment: PaymentFields): Decimal {
  const paid = payment.related_documents.map((document) =>
    moneyOf(document.amount, document.currency).div(equivalence(document)),
  );
  return sum(paid).toDecimalPlaces(decimalsOf(payment.currency));
}

/** The money of all payments in pesos. */
export function paymentsInPesos(payments: readonly PaymentFields[]): Decimal {
  const pesos = payments.map((payment) => paymentAmount(payment).times(exchangeOf(payment)));
  return sum(pesos).toDecimalPlaces(2);
}

function taxesOf(payment: PaymentFields): PaymentTax[] {
  return payment.related_documents.flatMap((document) =>
    document.taxes.map((tax) => {
      const { type, factor, withholding } = tax;
      const base = roundLine(new Decimal(tax.base));
      const divisor = equivalence(document);
      const rate = new Decimal(factor === 'Exento' ? 0 : tax.rate);
      const amount = roundLine(base.times(rate)).div(divisor);
      return { type, factor, withholding, rate, base: base.div(divisor), amount };
    }),
  );
}

function totalsOf(
  payments: readonly PaymentFields[],
  taxes: readonly PaymentTax[][],
): CfdiPaymentTotals {
  const inPesos = payments.flatMap((payment, index) =>
    grouped(taxes[index]!).map((tax) => ({
      ...tax,
      base: roundLine(tax.base).times(exchangeOf(payment)),
      amount: roundLine(tax.amount).times(exchangeOf(payment)),
    })),
  );
  const pesos = (values: readonly Decimal[]) => sum(values).toFixed(2);
  const withheld = (type: PaidTax['type']) => {
    const found = inPesos.filter((tax) => tax.withholding && tax.type === type);
    return found.length > 0 ? pesos(found.map((tax) => tax.amount)) : undefined;
  };
  const iva = (is: (tax: PaymentTax) => boolean) => {
    const found = inPesos.filter((tax) => !tax.withholding && tax.type === 'IVA' && is(tax));
    if (found.length === 0) return undefined;
    const base = pesos(found.map((tax) => tax.base));
    return { base, amount: pesos(found.map((tax) => tax.amount)) };
  };
  const atRate = (rate: string) => iva((tax) => tax.factor === 'Tasa' && tax.rate.eq(rate));
  return {
    ...given('withheld_iva', withheld('IVA')),
    ...given('withheld_isr', withheld('ISR')),
    ...given('withheld_ieps', withheld('IEPS')),
    ...given('iva_16', atRate('0.16')),
    ...given('iva_8', atRate('0.08')),
    ...given('iva_0', atRate('0')),
    ...given(
      'iva_exempt',
      iva((tax) => tax.factor === 'Exento'),
    ),
    total: paymentsInPesos(payments).toFixed(2),
  };
}

function given<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [key in Name]?: Value };
}

/** One entry by side, tax, factor and rate; the withheld ones by tax alone. */
function grouped(taxes: readonly PaymentTax[]): PaymentTax[] {
  const groups = Map.groupBy(taxes, ({ type, factor, rate, withholding }) =>
    withholding ? `withheld ${type}` : `${type} ${factor} ${rate.toFixed(LINE_DECIMALS)}`,
  );
  return [...groups.values()].map((group) => ({
    ...group[0]!,
    base: sum(group.map((tax) => tax.base)),
    amount: sum(group.map((tax) => tax.amount)),
  }));
}

function paymentNode(payment: PaymentFields, taxes: PaymentTax[], zip: string): CfdiPayment {
  const all = grouped(taxes);
  return {
    date: localDateTime(payment.date, zip),
    payment_form: payment.payment_form,
    currency: payment.currency,
    exchange: trimmed(exchangeOf(payment), LINE_DECIMALS),
    amount: paymentAmount(payment).toFixed(decimalsOf(payment.currency)),
    bank: bankAttributes(payment),
    documents: payment.related_documents.map(documentNode),
    transferred: all.filter((tax) => !tax.withholding).map(taxNode),
    withheld: all
      .filter((tax) => tax.withholding)
      .map((tax) => ({ tax: taxCode(tax.type), amount: six(tax.amount) })),
  };
}

function documentNode(document: PaidDocument): CfdiPaidDocument {
  const decimals = decimalsOf(document.currency);
  const before = moneyOf(document.last_balance, document.currency);
  const paid = moneyOf(document.amount, document.currency);
  const taxes = document.taxes.map((tax) => {
    const base = roundLine(new Decimal(tax.base));
    const rate = new Decimal(tax.rate);
    const node = taxNode({ ...tax, rate, base, amount: base.times(rate) });
    return { node, withholding: tax.withholding };
  });
  return {
    uuid: document.uuid,
    ...(document.series !== undefined && { series: document.series }),
    ...(document.folio_number !== undefined && { folio: String(document.folio_number) }),
    currency: document.currency,
    exchange: trimmed(equivalence(document), equivalenceDecimals),
    installment: String(document.installment),
    last_balance: before.toFixed(decimals),
    amount: paid.toFixed(decimals),
    balance: before.minus(paid).toFixed(decimals),
    taxability: document.taxability,
    transferred: taxes.filter((tax) => !tax.withholding).map((tax) => tax.node),
    withheld: taxes.filter((tax) => tax.withholding).map((tax) => tax.node),
  };
}

function taxNode(tax: PaymentTax): CfdiTax {
  const node = { base: six(tax.base), tax: taxCode(tax.type), factor: tax.factor };
  if (tax.factor === 'Exento') return node;
  return { ...node, rate: tax.rate.toFixed(LINE_DECIMALS), amount: six(tax.amount) };
}

/** The schema's names, in its order. */
function bankAttributes(payment: BankFields): Record<string, string> {
  const attributes = {
    NumOperacion: payment.numOperacion,
    RfcEmisorCtaOrd: payment.rfcEmisorCtaOrd,
    NomBancoOrdExt: payment.nomBancoOrdExt,
    CtaOrdenante: payment.ctaOrdenante,
    RfcEmisorCtaBen: payment.rfcEmisorCtaBen,
    CtaBeneficiario: payment.ctaBeneficiario,
    TipoCadPago: payment.tipoCadPago,
    CertPago: payment.certPago,
    CadPago: payment.cadPago,
    SelloPago: payment.selloPago,
  };
  const present = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Record<string, string>;
}

const six = (value: Decimal) => value.toFixed(LINE_DECIMALS);

function decimalsOf(code: string): number {
  return currency(code)?.decimals ?? 2;
}

function moneyOf(amount: number, code: string): Decimal {
  return new Decimal(amount).toDecimalPlaces(decimalsOf(code));
}

function equivalence(document: PaidDocument): Decimal {
  return new Decimal(document.exchange).toDecimalPlaces(equivalenceDecimals);
}

function exchangeOf(payment: PaymentFields): Decimal {
  return new Decimal(payment.exchange).toDecimalPlaces(LINE_DECIMALS);
}

/** Without the zeros at the end, nor an exponent: "1", "17.25". */
function trimmed(value: Decimal, decimals: number): string {
  return value.eq(ZERO) ? '0' : value.toDecimalPlaces(decimals).toFixed();
}
