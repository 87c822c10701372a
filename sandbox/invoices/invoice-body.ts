import type { Cfdi, UnstampedCfdi } from '../cfdi-xml/cfdi.ts';
import { stampCadena } from '../cfdi-xml/timbre.ts';
import { verificationUrl } from '../cfdi-xml/verification-url.ts';
import type { Customer } from '../customers/customer.ts';
import type { Account } from '../organizations/organization.ts';
import { paymentAmount, paymentsInPesos } from './build-payments.ts';
import type { InvoiceFields } from './invoice-fields.ts';

/**
 * An invoice as the API shows it. Fields without a value are left out, as the description of the
 * API types none of them as nullable.
 */
export interface InvoiceBody {
  id: string;
  created_at: string;
  livemode: boolean;
  organization: string;
  type: InvoiceFields['type'];
  status: 'draft' | 'pending' | 'valid' | 'failed' | 'canceled';
  cancellation_status: CancellationStatus;
  cancellation?: Cancellation;
  canceled_at?: string;
  uuid?: string;
  date?: string;
  series?: string;
  folio_number?: number;
  external_id?: string;
  idempotency_key?: string;
  payment_method?: string;
  customer?: Partial<Customer>;
  total: number;
  amount_due?: number;
  is_ready_to_stamp: boolean;
  items?: readonly unknown[];
  received_payment_ids?: string[];
  target_invoice_ids?: string[];
  complements?: readonly unknown[];
  verification_url?: string;
  stamp?: object;
  [field: string]: unknown;
}

export type CancellationStatus =
  | 'none'
  | 'verifying'
  | 'pending'
  | 'accepted'
  | 'rejected'
  | 'expired';

/** In the words of the official SDK's types; the description of the API leaves it out. */
export interface Cancellation {
  requested_at: string;
  status: CancellationStatus;
  last_checked: string;
  motive: string;
  substitutionUUID?: string;
}

export interface InvoiceBodyParts {
  id: string;
  account: Account;
  fields: InvoiceFields;
  total: number;
  customer: Customer;
  cfdi: UnstampedCfdi;
  date: Date;
  createdAt: string;
  folio: number;
}

/** A sealed invoice that waits for its stamp. */
export function pendingBody(parts: InvoiceBodyParts): InvoiceBody {
  const { account, fields, customer, cfdi } = parts;
  return {
    id: parts.id,
    created_at: parts.createdAt,
    livemode: account.livemode,
    organization: account.organization.id,
    type: fields.type,
    cfdi_version: 4,
    status: 'pending',
    cancellation_status: 'none',
    date: parts.date.toISOString(),
    address: { zip: cfdi.zip },
    issuer_type: 'issuing',
    issuer_info: {
      legal_name: cfdi.issuer.legal_name,
      tax_id: cfdi.issuer.tax_id,
      tax_system: cfdi.issuer.tax_system,
      address: { zip: account.organization.zip, country: 'MEX' },
    },
    customer: customerInfo(customer),
    use: fields.use,
    ...moneyOf(fields, parts.total),
    export: fields.export,
    ...optional(fields),
    series: cfdi.series,
    folio_number: parts.folio,
    is_ready_to_stamp: false,
    items: fields.items,
    related_documents: fields.related_documents,
    received_payment_ids: [],
    target_invoice_ids: [],
    complements: complementsOf(fields),
    namespaces: [],
  };
}

/** What the stamp adds. */
export function stampedBody(body: InvoiceBody, cfdi: Cfdi): InvoiceBody {
  return {
    ...body,
    status: 'valid',
    uuid: cfdi.stamp.uuid,
    verification_url: verificationUrl({
      uuid: cfdi.stamp.uuid,
      issuerTaxId: cfdi.issuer.tax_id,
      receiverTaxId: cfdi.receiver.tax_id,
      total: cfdi.total,
      seal: cfdi.seal,
    }),
    stamp: stampOf(cfdi),
  };
}

export function customerInfo(customer: Customer): Partial<Customer> {
  const { id, legal_name, tax_id, tax_system, address } = customer;
  return { id, legal_name, tax_id, tax_system, address };
}

function moneyOf(fields: InvoiceFields, total: number) {
  const { type, payment_form, payment_method, payments } = fields;
  return {
    ...(payment_form !== undefined && { payment_form }),
    ...(payment_method !== undefined && { payment_method }),
    currency: fields.currency,
    exchange: fields.exchange,
    total,
    ...(type === 'I' && { amount_due: payment_method === 'PPD' ? total : 0 }),
    ...(type === 'P' && {
      total_payment_amount: payments
        .reduce((sum, payment) => paymentAmount(payment).plus(sum), paymentsInPesos([]))
        .toNumber(),
      total_payment_amount_converted: paymentsInPesos(payments).toNumber(),
    }),
  };
}

function complementsOf({ type, payments }: InvoiceFields) {
  if (type !== 'P') return [];
  const data = payments.map((payment) => ({ ...payment, date: payment.date.toISOString() }));
  return [{ type: 'pago', data }];
}

function optional(fields: InvoiceFields) {
  const { external_id, idempotency_key, conditions, pdf_custom_section, global } = fields;
  return {
    ...(external_id !== undefined && { external_id }),
    ...(idempotency_key !== undefined && { idempotency_key }),
    ...(conditions !== undefined && { conditions }),
    ...(pdf_custom_section !== undefined && { pdf_custom_section }),
    ...(global && { global }),
  };
}

function stampOf({ seal, stamp }: Cfdi) {
  return {
    signature: seal,
    // Central Mexico keeps one offset from UTC all year since 2022.
    date: new Date(`${stamp.date}-06:00`).toISOString(),
    sat_cert_number: stamp.sat_certificate_number,
    sat_signature: stamp.sat_seal,
    complement_string: stampCadena(stamp, seal),
    rfc_provider_cert: stamp.pac_tax_id,
  };
}
