import type { Customer, Invoice } from '../api/bodies.ts';
import type { Draft, DraftLine } from '../invoices/invoice-draft.ts';
import { profileOfProduct } from '../invoices/tax-profiles.ts';

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
function spelledReceiver({ customer }: Invoice): Customer {
  return {
    ...customer,
    id: '',
    phone: null,
    default_invoice_use: null,
    rfc_check_digit_accepted: true,
  };
}

function lineOf(item: Invoice['items'][number], key: number): DraftLine {
  const { product } = item;
  return {
    key,
    description: product.description,
    quantity: item.quantity ?? 1,
    price: product.price,
    discount: item.discount || '',
    productKey: product.product_key,
    unitKey: product.unit_key ?? 'H87',
    taxProfile: profileOfProduct(product) ?? 'kept',
    kept: product,
  };
}
