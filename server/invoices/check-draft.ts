import { COUNTRY_MEXICO } from '../cfdi/customer-rules.ts';
import type { CustomerInput, InvoiceInput } from '../cfdi/document.ts';
import { checkInvoice } from '../cfdi/invoice-rules.ts';
import { localDateTime } from '../cfdi/time-zone.ts';
import { computeTotals } from '../cfdi/totals.ts';
import { type TotalsJson, totalsToJson } from '../cfdi/totals-json.ts';
import type { Customer } from '../customers/customers.ts';
import type { FieldError } from '../platform/http/problem.ts';
import type { FindProducts } from '../products/products.ts';
import type { Principal } from '../sessions/sessions.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { InvoiceBody } from './accept-invoice.ts';
import { spellItems } from './item-products.ts';

export type FindCustomer = (tenantId: TenantId, id: string) => Promise<Customer | undefined>;

/** Where what a body names by id is looked up. */
export interface DraftSources {
  readonly findCustomer: FindCustomer;
  readonly findProducts: FindProducts;
}

export type Draft =
  | { readonly kind: 'customer_absent' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  | {
      readonly kind: 'good';
      readonly customerId: string | null;
      /** FacturAPI's body with the receiver spelled out and every default made explicit. */
      readonly document: InvoiceInput & { customer: CustomerInput };
      readonly totals: TotalsJson;
      /** Decimal text. */
      readonly total: string;
    };

/** What preview and issuing share: the receiver, the rules and the totals of a body. */
export async function checkDraft(
  principal: Principal,
  body: InvoiceBody,
  now: Date,
  sources: DraftSources,
): Promise<Draft> {
  const byId = typeof body.customer === 'string';
  const found = byId
    ? await sources.findCustomer(principal.tenantId, body.customer as string)
    : (body.customer as Exclude<InvoiceBody['customer'], string>);
  if (!found) return { kind: 'customer_absent' };
  if (isArchived(found)) return { kind: 'invalid', errors: [CUSTOMER_ARCHIVED] };
  const customer = receiverOf(found);
  const spelled = await spellItems(principal.tenantId, body.items, sources.findProducts);
  if (spelled.kind === 'invalid') return spelled;
  const { items } = spelled;
  const errors = checkInvoice(
    { ...body, items },
    {
      customer,
      acceptRfcCheckDigit: acceptsCheckDigit(found),
      on: localDateTime(now, principal.tenant.zip).slice(0, 10),
    },
  );
  if (errors.length > 0) return { kind: 'invalid', errors };
  const currency = body.currency ?? 'MXN';
  const totals = computeTotals(items, { currency });
  return {
    kind: 'good',
    customerId: byId ? (body.customer as string) : null,
    document: {
      type: body.type ?? 'I',
      customer,
      items: items.map(withDefaults),
      use: body.use,
      payment_form: body.payment_form,
      payment_method: body.payment_method ?? 'PUE',
      currency,
      exchange: body.exchange ?? 1,
      ...(body.conditions === undefined ? {} : { conditions: body.conditions }),
    },
    totals: totalsToJson(totals),
    total: totals.total.toFixed(),
  };
}

function receiverOf(c: CustomerInput | Customer): CustomerInput {
  return {
    legal_name: c.legal_name.trim(),
    tax_id: c.tax_id.trim().toUpperCase(),
    tax_system: c.tax_system,
    ...(c.email ? { email: c.email } : {}),
    address: {
      zip: c.address.zip,
      // At home it goes without saying, and has always been sent so.
      ...(c.address.country && c.address.country !== COUNTRY_MEXICO
        ? { country: c.address.country }
        : {}),
    },
  };
}

const CUSTOMER_ARCHIVED: FieldError = {
  path: 'customer',
  code: 'customer_archived',
  message: 'Este cliente está archivado. Restáuralo en Clientes para facturarle.',
};

function isArchived(c: CustomerInput | Customer): boolean {
  return 'archived_at' in c && c.archived_at !== null;
}

function acceptsCheckDigit(c: Customer | Exclude<InvoiceBody['customer'], string>): boolean {
  if ('rfc_check_digit_accepted' in c) return c.rfc_check_digit_accepted;
  return c.accept_rfc_check_digit ?? false;
}

/** FacturAPI's own defaults, written out: what is sent must not depend on what they change. */
function withDefaults(item: InvoiceInput['items'][number]): InvoiceInput['items'][number] {
  const { product } = item;
  return {
    quantity: item.quantity ?? 1,
    discount: item.discount ?? 0,
    product: {
      ...product,
      tax_included: product.tax_included ?? true,
      taxability: product.taxability ?? '02',
      unit_key: product.unit_key ?? 'H87',
    },
  };
}
