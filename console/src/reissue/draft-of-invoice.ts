import type { Customer, Invoice, ItemInput, TaxInput } from '../api/bodies.ts';
import type { Draft, DraftLine } from '../invoices/invoice-draft.ts';
import { type NamedTaxProfile, taxProfiles } from '../invoices/tax-profiles.ts';

/**
 * The form filled with an invoice. What the form has no field for goes along unseen, so that a
 * correction changes what was corrected and nothing else.
 */
export function draftOfInvoice(invoice: Invoice, customer: Customer | null): Draft {
  const included = invoice.items.map((item) => item.product.tax_included ?? true);
  const taxIncluded = included[0] ?? false;
  return {
    customer: customer ?? spelledReceiver(invoice),
    use: invoice.use,
    paymentForm: invoice.payment_form,
    paymentMethod: invoice.payment_method === 'PPD' ? 'PPD' : 'PUE',
    taxIncluded,
    lines: invoice.items.map((item, index) => ({
      ...lineOf(item, index),
      ...(included[index] === taxIncluded ? {} : { taxIncluded: included[index] }),
    })),
    ...(invoice.currency === 'MXN'
      ? {}
      : { money: { currency: invoice.currency, exchange: invoice.exchange } }),
    ...(invoice.conditions === null ? {} : { conditions: invoice.conditions }),
  };
}

/** Of a receiver that was never in the directory, or no longer is. */
function spelledReceiver({ customer, created_at }: Invoice): Customer {
  return {
    ...customer,
    id: '',
    phone: null,
    default_invoice_use: null,
    rfc_check_digit_accepted: true,
    created_at,
    updated_at: created_at,
  };
}

function lineOf(item: ItemInput, key: number): DraftLine {
  const { product } = item;
  return {
    key,
    description: product.description,
    quantity: item.quantity ?? 1,
    price: product.price,
    discount: item.discount || '',
    productKey: product.product_key,
    unitKey: product.unit_key ?? 'H87',
    taxProfile: profileOf(product) ?? 'kept',
    kept: product,
  };
}

function profileOf(product: ItemInput['product']): NamedTaxProfile | undefined {
  // "02", subject to tax, is what taxes mean by themselves; any other was said on purpose.
  if (product.taxability !== undefined && product.taxability !== '02') return undefined;
  // FacturAPI's default, which was sent as it is.
  if (product.taxes === undefined) return undefined;
  const wanted = product.taxes.map(taxText).sort().join();
  const names = Object.keys(taxProfiles) as NamedTaxProfile[];
  return names.find((name) => taxProfiles[name].map(taxText).sort().join() === wanted);
}

function taxText(tax: TaxInput): string {
  const { type = 'IVA', rate, factor = 'Tasa', withholding = false, ...more } = tax;
  return JSON.stringify([type, rate, factor, withholding, more]);
}
