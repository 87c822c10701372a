import type { CfdiPayments } from './cfdi-payments.ts';

/**
 * A stamped CFDI as the sandbox keeps it: everything that its XML and PDF are drawn from, with
 * amounts as the decimal text that the XML carries. Documents are drawn when they are asked for
 * and always come out the same, because they depend on nothing but this.
 */
export interface Cfdi {
  type: 'I' | 'E' | 'P' | 'T';
  series: string;
  folio: string;
  /** The issuer's local time, YYYY-MM-DDThh:mm:ss. */
  date: string;
  /** Of income and credit notes alone, as the method. */
  payment_form?: string;
  payment_method?: string;
  conditions?: string;
  currency: string;
  /** TipoCambio; absent for pesos, where it says nothing. */
  exchange?: string;
  export: string;
  /** LugarExpedicion. */
  zip: string;
  subtotal: string;
  discount?: string;
  total: string;
  global?: { periodicity: string; months: string; year: string };
  related: { relationship: string; uuids: string[] }[];
  issuer: { tax_id: string; legal_name: string; tax_system: string };
  receiver: {
    tax_id: string;
    legal_name: string;
    tax_system: string;
    zip: string;
    use: string;
    /** ResidenciaFiscal and NumRegIdTrib, of a receiver abroad. */
    residence?: string;
    foreign_tax_id?: string;
  };
  lines: CfdiLine[];
  taxes: CfdiTaxes;
  /** Of type P. */
  payments?: CfdiPayments;
  certificate_number: string;
  /** Sello. */
  seal: string;
  stamp: CfdiStamp;
}

export interface CfdiLine {
  product_key: string;
  sku?: string;
  quantity: string;
  unit_key: string;
  unit_name?: string;
  description: string;
  unit_price: string;
  amount: string;
  discount?: string;
  taxability: string;
  transferred: CfdiTax[];
  withheld: CfdiTax[];
}

/** SAT's codes: `tax` is 001, 002 or 003. Exento has neither rate nor amount. */
export interface CfdiTax {
  base: string;
  tax: string;
  factor: string;
  rate?: string;
  amount?: string;
}

export interface CfdiTaxes {
  transferred: CfdiTax[];
  withheld: { tax: string; amount: string }[];
  total_transferred?: string;
  total_withheld?: string;
}

/** The node tfd:TimbreFiscalDigital, which repeats the issuer's seal. */
export interface CfdiStamp {
  uuid: string;
  /** Central Mexico's time, wherever the issuer is. */
  date: string;
  pac_tax_id: string;
  sat_certificate_number: string;
  /** SelloSAT. */
  sat_seal: string;
}

export type UnsealedCfdi = Omit<Cfdi, 'seal' | 'stamp'>;
/** Sealed by the issuer, while the PAC owes its stamp. */
export type UnstampedCfdi = Omit<Cfdi, 'stamp'>;
