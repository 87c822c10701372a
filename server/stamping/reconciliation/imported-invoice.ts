import { Decimal } from 'decimal.js';
import { v7 } from 'uuid';
import type { CustomerInput, ItemInput, TaxInput } from '../../cfdi/document.ts';
import { computeTotals } from '../../cfdi/totals.ts';
import { type TotalsJson, totalsToJson } from '../../cfdi/totals-json.ts';
import { readDate, type TheirInvoice } from './their-invoice.ts';

/** A row of `invoices` for what was made at FacturAPI by another hand. */
export interface ImportedInvoice {
  readonly id: string;
  readonly type: 'I' | 'E' | 'P' | 'T';
  readonly status: 'valid' | 'canceled';
  readonly series: string;
  readonly folio_number: number;
  readonly document: object;
  readonly currency: string;
  readonly totals: object;
  readonly total: string;
  readonly date: string;
  readonly uuid: string;
  readonly facturapi_id: string;
  readonly stamp: object | null;
  readonly stamped_at: string;
  readonly verification_url: string | null;
  readonly cancellation_status: string;
  readonly created_at: string;
}

/** Why an invoice of theirs has no row here. */
export type NotImported =
  /** Payroll is not handled here; what is not stamped may still be, and a draft may never. */
  'not_ours_to_keep' | 'without_folio';

const TYPES = new Set(['I', 'E', 'P', 'T']);

/** Its id tells its date, so that it stands among the others of its time in every list. */
export function toImported(
  theirs: TheirInvoice,
  newIdAt: (date: Date) => string = idAt,
): ImportedInvoice | NotImported {
  const { status, type, uuid, series, folioNumber } = theirs;
  if ((status !== 'valid' && status !== 'canceled') || uuid === null || !TYPES.has(type)) {
    return 'not_ours_to_keep';
  }
  if (folioNumber === null) return 'without_folio';
  const items = itemsOf(theirs.body.items);
  const total = theirs.total ?? '0';
  const currency = text(theirs.body.currency) || (type === 'P' ? 'XXX' : 'MXN');
  return {
    id: newIdAt(theirs.date),
    type: type as ImportedInvoice['type'],
    status,
    series,
    folio_number: folioNumber,
    document: documentOf(theirs, items, currency),
    currency,
    totals: totalsOf(items, currency, total),
    total,
    date: theirs.date.toISOString(),
    uuid,
    facturapi_id: theirs.id,
    stamp: theirs.stamp,
    stamped_at: stampedAt(theirs).toISOString(),
    verification_url: theirs.verificationUrl,
    cancellation_status: theirs.cancellationStatus,
    created_at: theirs.createdAt.toISOString(),
  };
}

/** RFC 9562 version 7 with the invoice's own time. */
function idAt(date: Date): string {
  return v7({ msecs: date.getTime() });
}

export function stampedAt(theirs: TheirInvoice): Date {
  return readDate(theirs.stamp?.date) ?? theirs.createdAt;
}

/** What our documents say where FacturAPI's have no use for it, as a payment's. */
function documentOf(theirs: TheirInvoice, items: ItemInput[], currency: string): object {
  const { body, type } = theirs;
  return {
    type,
    customer: customerOf(body.customer),
    items,
    use: text(body.use) || (type === 'P' ? 'CP01' : 'S01'),
    payment_form: text(body.payment_form),
    payment_method: body.payment_method === 'PPD' ? 'PPD' : 'PUE',
    currency,
    exchange: number(body.exchange, 1),
    series: theirs.series,
    folio_number: theirs.folioNumber,
    date: theirs.date.toISOString(),
    ...(theirs.externalId === null ? {} : { external_id: theirs.externalId }),
    ...present(body, ['conditions', 'export', 'global', 'related_documents', 'complements']),
  };
}

/** Payments say in their complement what they pay, credit notes in their relations what they correct. */
function present(body: TheirInvoice['body'], names: readonly string[]): object {
  const isThere = (value: unknown) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
  return Object.fromEntries(
    names.filter((name) => isThere(body[name])).map((name) => [name, body[name]]),
  );
}

function customerOf(value: unknown): CustomerInput {
  const from = object(value);
  const email = text(from.email);
  return {
    legal_name: text(from.legal_name),
    tax_id: text(from.tax_id),
    tax_system: text(from.tax_system),
    ...(email ? { email } : {}),
    address: { ...object(from.address), zip: text(object(from.address).zip) },
  };
}

function itemsOf(value: unknown): ItemInput[] {
  return (Array.isArray(value) ? value : []).map((one) => {
    const item = object(one);
    const product = object(item.product);
    return {
      quantity: number(item.quantity, 1),
      ...(number(item.discount, 0) ? { discount: number(item.discount, 0) } : {}),
      product: {
        description: text(product.description),
        product_key: text(product.product_key),
        price: number(product.price, 0),
        ...(typeof product.tax_included === 'boolean'
          ? { tax_included: product.tax_included }
          : {}),
        ...texts(product, ['taxability', 'unit_key', 'unit_name', 'sku']),
        ...(Array.isArray(product.taxes) ? { taxes: product.taxes.map(taxOf) } : {}),
      },
    };
  });
}

function taxOf(value: unknown): TaxInput {
  const from = object(value);
  return {
    ...texts(from, ['type', 'factor', 'ieps_mode']),
    rate: number(from.rate, 0),
    ...(typeof from.base === 'number' ? { base: from.base } : {}),
    ...(typeof from.withholding === 'boolean' ? { withholding: from.withholding } : {}),
  };
}

/** Ours where our rules come to FacturAPI's total; else that total, and nothing is made up. */
function totalsOf(
  items: readonly ItemInput[],
  currency: string,
  total: string,
): Omit<TotalsJson, 'lines'> {
  const asNumber = new Decimal(total).toNumber();
  const bare = {
    currency,
    subtotal: asNumber,
    discount: 0,
    transferred: [],
    withheld: [],
    total_transferred: 0,
    total_withheld: 0,
    total: asNumber,
  };
  if (items.length === 0) return bare;
  try {
    const totals = computeTotals(items, { currency });
    const { lines: _, ...written } = totalsToJson(totals);
    return totals.total.eq(total) ? written : bare;
  } catch {
    // Taxes that FacturAPI computes and we do not (IEPS by unit, a base of its own).
    return bare;
  }
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(from: Record<string, unknown>, names: readonly string[]): Record<string, never> {
  const there = names.filter((name) => typeof from[name] === 'string' && from[name] !== '');
  return Object.fromEntries(there.map((name) => [name, from[name]])) as Record<string, never>;
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
