import { currency as currencyOf, paymentForm, paymentMethod } from './catalogs/catalogs.ts';
import { checkCustomer, kindOfReceiver } from './customer-rules.ts';
import type { CustomerInput, InvoiceInput } from './document.ts';
import { checkNumber, checkText, isAbsent, isRecord } from './input-checks.ts';
import { checkItem } from './item-rules.ts';
import { type Problem, problem } from './problem.ts';
import type { RfcKind } from './rfc.ts';
import { computeTotals } from './totals.ts';
import { checkUse } from './use-rules.ts';

export const ITEMS_MAX = 5000;
/** A total must stay under it; JSON numbers still carry cents exactly there. */
export const TOTAL_LIMIT = 1_000_000_000_000;
export const EXCHANGE_MAX = 1_000_000;
/** Lengths of SAT's schema: @Serie and @CondicionesDePago. */
export const SERIES_LENGTH_MAX = 25;
export const CONDITIONS_LENGTH_MAX = 1000;
/** An answer to a person, not a dump: the rest shows once these are corrected. */
export const PROBLEMS_MAX = 100;

/** What the rules need and the body does not hold. */
export interface InvoiceContext {
  /** The receiver, read from the directory when the body names it by id; null when absent. */
  customer: CustomerInput | null;
  /** The body, or the directory's customer, says that its RFC was accepted as it is. */
  acceptRfcCheckDigit?: boolean;
  /** Issuer's local date YYYY-MM-DD, for the catalogues' validity; not looked at when absent. */
  on?: string;
}

/**
 * What SAT's validation matrix would refuse of an invoice, and what Timbra does not do yet, found
 * before a folio is spent on it. An empty list: {@link computeTotals} will not throw, and the
 * document can be sent. Never throws, whatever the body holds; at most {@link PROBLEMS_MAX}.
 *
 * Codes: invoice_invalid, type_not_supported_yet, customer_required, payment_form_unknown,
 * global_not_supported_yet, payment_method_unknown, payment_form_must_be_99, payment_form_99_needs_ppd, currency_unknown,
 * currency_not_allowed, exchange_required, exchange_not_positive, exchange_must_be_one,
 * items_required, too_many_items, total_negative, total_too_large, text_*, and the codes of
 * checkItem, checkCustomer (under `customer.`) and checkUse.
 */
export function checkInvoice(invoice: InvoiceInput, context: InvoiceContext): Problem[] {
  if (!isRecord(invoice)) {
    return [problem('invoice_invalid', '', 'Captura los datos de la factura.')];
  }
  if ((invoice.type ?? 'I') !== 'I') {
    const message = 'Por ahora solo se emiten facturas de ingreso (tipo I).';
    return [problem('type_not_supported_yet', 'type', message)];
  }
  const header = [
    ...checkReceiver(invoice, context),
    ...checkPayment(invoice, context.on),
    ...checkCurrency(invoice, context.on),
    ...checkOptionalText(invoice.series, 'series', SERIES_LENGTH_MAX),
    ...checkOptionalText(invoice.conditions, 'conditions', CONDITIONS_LENGTH_MAX),
  ];
  const items = checkItems(invoice.items, context.on);
  const problems = [...header, ...items];
  const summable = items.length === 0 && !header.some((found) => found.path === 'currency');
  if (summable) problems.push(...checkTotal(invoice));
  return problems.slice(0, PROBLEMS_MAX);
}

function checkReceiver(invoice: InvoiceInput, context: InvoiceContext): Problem[] {
  const { customer, on } = context;
  if (!isRecord(customer)) {
    return [problem('customer_required', 'customer', 'Elige un cliente o captura sus datos.')];
  }
  const receiver = { kind: kindOfReceiver(customer), tax_system: customer.tax_system };
  return [
    ...checkCustomer(customer, {
      path: 'customer',
      acceptRfcCheckDigit: context.acceptRfcCheckDigit ?? false,
      ...(on === undefined ? {} : { on }),
    }),
    ...checkUse(invoice.use, receiver, 'use', on),
    ...checkNotGlobal(customer, receiver.kind),
  ];
}

/** CFDI40130: that name means a global invoice, which needs its periodicity, months and year. */
function checkNotGlobal(customer: CustomerInput, kind: RfcKind | undefined): Problem[] {
  if (kind !== 'generic_domestic' || !isPublicName(customer.legal_name)) return [];
  const message =
    'La factura global todavía no se emite aquí: usa otro nombre para el público en general.';
  return [problem('global_not_supported_yet', 'customer.legal_name', message)];
}

function isPublicName(name: unknown): boolean {
  return typeof name === 'string' && name.trim().toUpperCase() === 'PUBLICO EN GENERAL';
}

/** CFDI40104, CFDI40124, and CFDI40105: what is paid later has no form of payment yet, so 99. */
function checkPayment(invoice: InvoiceInput, on: string | undefined): Problem[] {
  const form = invoice.payment_form;
  const method = invoice.payment_method ?? 'PUE';
  const problems: Problem[] = [];
  if (typeof form !== 'string' || !paymentForm(form, on)) {
    const message = 'Elige una forma de pago del catálogo del SAT, por ejemplo 03 (Transferencia).';
    problems.push(problem('payment_form_unknown', 'payment_form', message));
  }
  if (typeof method !== 'string' || !paymentMethod(method, on)) {
    const message = 'El método de pago debe ser PUE (una exhibición) o PPD (parcialidades).';
    problems.push(problem('payment_method_unknown', 'payment_method', message));
  }
  if (problems.length > 0) return problems;
  if (method === 'PPD' && form !== '99') {
    const message = 'Con método PPD la forma de pago debe ser 99 (Por definir).';
    return [problem('payment_form_must_be_99', 'payment_form', message)];
  }
  if (method === 'PUE' && form === '99') {
    const message = 'La forma de pago 99 es para método PPD; elige cómo te pagaron, o usa PPD.';
    return [problem('payment_form_99_needs_ppd', 'payment_form', message)];
  }
  return [];
}

/** CFDI40113 to CFDI40117; XXX ("no currency") is for payments and transfers of goods only. */
function checkCurrency(invoice: InvoiceInput, on: string | undefined): Problem[] {
  const currency = invoice.currency ?? 'MXN';
  const { exchange } = invoice;
  if (typeof currency !== 'string' || !currencyOf(currency, on)) {
    const message = 'Elige una moneda del catálogo del SAT, por ejemplo MXN o USD.';
    return [problem('currency_unknown', 'currency', message)];
  }
  if (currency === 'XXX') {
    const message = 'Una factura de ingreso lleva una moneda real; XXX no se permite.';
    return [problem('currency_not_allowed', 'currency', message)];
  }
  if (isAbsent(exchange)) {
    if (currency === 'MXN') return [];
    const message = `Escribe el tipo de cambio: cuántos pesos vale 1 ${currency}.`;
    return [problem('exchange_required', 'exchange', message)];
  }
  const problems = checkNumber(exchange, 'exchange', EXCHANGE_MAX);
  if (problems.length > 0) return problems;
  if (currency === 'MXN' && exchange !== 1) {
    const message = 'En pesos (MXN) el tipo de cambio es 1; quítalo o escribe 1.';
    return [problem('exchange_must_be_one', 'exchange', message)];
  }
  if (exchange <= 0) {
    const message = 'El tipo de cambio debe ser mayor que cero.';
    return [problem('exchange_not_positive', 'exchange', message)];
  }
  return [];
}

function checkOptionalText(value: unknown, path: string, lengthMax: number): Problem[] {
  return isAbsent(value) ? [] : checkText(value, path, lengthMax);
}

function checkItems(items: unknown, on: string | undefined): Problem[] {
  if (!Array.isArray(items) || items.length === 0) {
    return [problem('items_required', 'items', 'Agrega al menos un concepto.')];
  }
  if (items.length > ITEMS_MAX) {
    const message = `Una factura lleva a lo más ${ITEMS_MAX} conceptos; divídela en varias.`;
    return [problem('too_many_items', 'items', message)];
  }
  const problems: Problem[] = [];
  for (const [index, item] of items.entries()) {
    problems.push(...checkItem(item, `items[${index}]`, on));
    if (problems.length >= PROBLEMS_MAX) break;
  }
  return problems;
}

function checkTotal(invoice: InvoiceInput): Problem[] {
  const { total } = computeTotals(invoice.items, { currency: invoice.currency ?? 'MXN' });
  if (total.isNegative() && !total.isZero()) {
    const message = 'El total queda negativo: las retenciones superan al importe; revísalas.';
    return [problem('total_negative', 'items', message)];
  }
  if (total.gte(TOTAL_LIMIT)) {
    const message = 'El total es demasiado grande; divide la factura en varias.';
    return [problem('total_too_large', 'items', message)];
  }
  return [];
}
