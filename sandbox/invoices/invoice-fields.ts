import type { ItemInput, TaxInput } from '../../server/cfdi/document.ts';
import type { CustomerFields } from '../customers/customer.ts';

/** Payroll (N) is not issued here. */
export type InvoiceType = 'I' | 'E' | 'P' | 'T';

/** An invoice's body, read and checked field by field, with FacturAPI's defaults written out. */
export interface InvoiceFields {
  type: InvoiceType;
  /** A saved customer's id, or the receiver spelled out. */
  customer: string | CustomerFields;
  /** None in a payment, whose one concept is always the same. */
  items: ItemFields[];
  use: string;
  /** Of income and credit notes alone, as the method. */
  payment_form: string | undefined;
  payment_method: 'PUE' | 'PPD' | undefined;
  currency: string;
  exchange: number;
  export: string;
  date: Date | undefined;
  series: string | undefined;
  folio_number: number | undefined;
  external_id: string | undefined;
  idempotency_key: string | undefined;
  conditions: string | undefined;
  pdf_custom_section: string | undefined;
  /** Where it is issued, when that is not the organization's own place. */
  zip: string | undefined;
  global: GlobalFields | undefined;
  related_documents: RelatedFields[];
  /** The payments of a payment complement; empty in the other types. */
  payments: PaymentFields[];
}

/** An item as `server/cfdi` computes it, whose defaults are all there. */
export type ItemFields = ItemInput &
  Required<Pick<ItemInput, 'quantity' | 'discount'>> & {
    product: { id?: string } & Required<
      Pick<ItemInput['product'], 'tax_included' | 'taxability' | 'taxes' | 'unit_key' | 'unit_name'>
    >;
  };

export interface GlobalFields {
  periodicity: 'day' | 'week' | 'fortnight' | 'month' | 'two_months';
  months: string;
  year: number;
}

export interface RelatedFields {
  relationship: string;
  documents: string[];
}

/** One deposit, with the invoices that it pays. */
export interface PaymentFields extends BankFields {
  payment_form: string;
  currency: string;
  /** Pesos for one unit of `currency`. */
  exchange: number;
  date: Date;
  related_documents: PaidDocument[];
}

/** Words of the Pagos complement, which FacturAPI passes on as they are. */
export interface BankFields {
  numOperacion?: string;
  rfcEmisorCtaOrd?: string;
  nomBancoOrdExt?: string;
  ctaOrdenante?: string;
  rfcEmisorCtaBen?: string;
  ctaBeneficiario?: string;
  tipoCadPago?: string;
  certPago?: string;
  cadPago?: string;
  selloPago?: string;
}

export interface PaidDocument {
  uuid: string;
  /** In the document's own currency, as the balance. */
  amount: number;
  last_balance: number;
  installment: number;
  currency: string;
  /** Units of the document's currency for one of the payment's. */
  exchange: number;
  taxability: string;
  taxes: PaidTax[];
  series?: string;
  folio_number?: number;
}

export type PaidTax = Required<Pick<TaxInput, 'type' | 'rate' | 'factor' | 'withholding'>> & {
  base: number;
};

export const itemsMax = 5_000;
