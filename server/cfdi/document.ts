/**
 * The words of FacturAPI's invoice body, as the product accepts, freezes and sends them.
 * Field names are FacturAPI's; codes are SAT's catalogues of CFDI 4.0 (Anexo 20).
 * JSON numbers carry money here because FacturAPI's body does; every computation on them goes
 * through decimals (see totals.ts), never through binary floating point.
 */

export type InvoiceType = 'I' | 'E' | 'P' | 'T' | 'N';
export type TaxType = 'IVA' | 'ISR' | 'IEPS';
export type TaxFactor = 'Tasa' | 'Cuota' | 'Exento';
export type IepsMode = 'sum_before_taxes' | 'break_down' | 'unit' | 'subtract_before_break_down';

export interface TaxInput {
  /** IVA when absent. */
  type?: TaxType;
  /** Fraction of the base for Tasa (0.16), pesos a unit for Cuota, 0 for Exento. */
  rate: number;
  base?: number;
  /** Tasa when absent. */
  factor?: TaxFactor;
  /** Withheld by the receiver (retención) rather than charged to it (traslado). */
  withholding?: boolean;
  ieps_mode?: IepsMode;
}

export interface ProductInput {
  description: string;
  /** c_ClaveProdServ, 8 digits. */
  product_key: string;
  /** Price of a unit; holds its taxes unless `tax_included` is false (FacturAPI's default). */
  price: number;
  tax_included?: boolean;
  /** c_ObjetoImp; "02" when absent. */
  taxability?: string;
  /** IVA 16% when absent and the taxability is "02". */
  taxes?: TaxInput[];
  /** c_ClaveUnidad; H87 when absent. */
  unit_key?: string;
  unit_name?: string;
  sku?: string;
}

export interface ItemInput {
  /** 1 when absent. */
  quantity?: number;
  /** Amount taken off the whole line; holds taxes exactly when the price does. */
  discount?: number;
  product: ProductInput;
}

export interface CustomerInput {
  legal_name: string;
  tax_id: string;
  /** c_RegimenFiscal. */
  tax_system: string;
  email?: string;
  phone?: string;
  /** c_UsoCFDI. */
  default_invoice_use?: string;
  /** `country` is of c_Pais, MEX when absent; beyond it `tax_id` is the receiver's own abroad. */
  address: { zip: string; country?: string };
}

export interface InvoiceInput {
  /** "I" when absent. */
  type?: InvoiceType;
  /** A customer's id in the directory, or the receiver spelled out. */
  customer: string | CustomerInput;
  items: ItemInput[];
  /** c_UsoCFDI. */
  use: string;
  /** c_FormaPago. */
  payment_form: string;
  /** PUE when absent. */
  payment_method?: 'PUE' | 'PPD';
  /** c_Moneda; MXN when absent. */
  currency?: string;
  /** Pesos for one unit of the currency. */
  exchange?: number;
  series?: string;
  conditions?: string;
}
