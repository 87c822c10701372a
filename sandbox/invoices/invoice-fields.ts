import type { ItemInput } from '../../server/cfdi/document.ts';
import type { CustomerFields } from '../customers/customer.ts';

/** An invoice's body, read and checked field by field, with FacturAPI's defaults written out. */
export interface InvoiceFields {
  /** A saved customer's id, or the receiver spelled out. */
  customer: string | CustomerFields;
  items: ItemFields[];
  use: string;
  payment_form: string;
  payment_method: 'PUE' | 'PPD';
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
}

/** An item as `server/cfdi` computes it, whose defaults are all there. */
export type ItemFields = ItemInput &
  Required<Pick<ItemInput, 'quantity' | 'discount'>> & {
    product: Required<
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

export const itemsMax = 5_000;
