import type { CfdiTax } from './cfdi.ts';

/** The complement of payments (Pagos 2.0) as the sandbox keeps it, with amounts as decimal text. */
export interface CfdiPayments {
  totals: CfdiPaymentTotals;
  payments: CfdiPayment[];
}

/** In pesos; what no payment has is absent. */
export interface CfdiPaymentTotals {
  withheld_iva?: string;
  withheld_isr?: string;
  withheld_ieps?: string;
  iva_16?: { base: string; amount: string };
  iva_8?: { base: string; amount: string };
  iva_0?: { base: string; amount: string };
  iva_exempt?: { base: string };
  /** MontoTotalPagos. */
  total: string;
}

export interface CfdiPayment {
  /** The issuer's local time. */
  date: string;
  payment_form: string;
  currency: string;
  /** TipoCambioP: 1 for pesos. */
  exchange: string;
  /** Monto, in the payment's currency. */
  amount: string;
  /** Attributes of SAT's schema from NumOperacion on, by their names there. */
  bank: Record<string, string>;
  documents: CfdiPaidDocument[];
  transferred: CfdiTax[];
  withheld: { tax: string; amount: string }[];
}

export interface CfdiPaidDocument {
  uuid: string;
  series?: string;
  folio?: string;
  currency: string;
  /** EquivalenciaDR: units of this currency for one of the payment's. */
  exchange: string;
  installment: string;
  last_balance: string;
  amount: string;
  balance: string;
  taxability: string;
  transferred: CfdiTax[];
  withheld: CfdiTax[];
}
