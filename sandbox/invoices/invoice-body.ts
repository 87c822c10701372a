import type { DocumentTotals } from '../../server/cfdi/totals.ts';
import type { Cfdi } from '../cfdi-xml/cfdi.ts';
import { stampCadena } from '../cfdi-xml/timbre.ts';
import { verificationUrl } from '../cfdi-xml/verification-url.ts';
import type { Customer } from '../customers/customer.ts';
import type { Account } from '../organizations/organization.ts';
import type { InvoiceFields } from './invoice-fields.ts';

export interface InvoiceBodyParts {
  id: string;
  account: Account;
  fields: InvoiceFields;
  totals: DocumentTotals;
  customer: Customer;
  cfdi: Cfdi;
  date: Date;
  createdAt: Date;
  folio: number;
}

/**
 * A stamped invoice as the API shows it. Fields without a value are left out, as the description
 * of the API types none of them as nullable.
 */
export function invoiceBody(parts: InvoiceBodyParts) {
  const { account, fields, customer, cfdi } = parts;
  const total = parts.totals.total.toNumber();
  return {
    id: parts.id,
    created_at: parts.createdAt.toISOString(),
    livemode: account.livemode,
    organization: account.organization.id,
    type: 'I',
    cfdi_version: 4,
    status: 'valid',
    cancellation_status: 'none',
    verification_url: verificationUrl({
      uuid: cfdi.stamp.uuid,
      issuerTaxId: cfdi.issuer.tax_id,
      receiverTaxId: cfdi.receiver.tax_id,
      total: cfdi.total,
      seal: cfdi.seal,
    }),
    uuid: cfdi.stamp.uuid,
    date: parts.date.toISOString(),
    address: { zip: cfdi.zip },
    issuer_type: 'issuing',
    issuer_info: {
      legal_name: cfdi.issuer.legal_name,
      tax_id: cfdi.issuer.tax_id,
      tax_system: cfdi.issuer.tax_system,
      address: { zip: account.organization.zip, country: 'MEX' },
    },
    customer: {
      id: customer.id,
      legal_name: customer.legal_name,
      tax_id: customer.tax_id,
      tax_system: customer.tax_system,
      address: customer.address,
    },
    use: fields.use,
    payment_form: fields.payment_form,
    payment_method: fields.payment_method,
    currency: fields.currency,
    exchange: fields.exchange,
    export: fields.export,
    ...optional(fields),
    series: cfdi.series,
    folio_number: parts.folio,
    total,
    amount_due: fields.payment_method === 'PPD' ? total : 0,
    is_ready_to_stamp: false,
    items: fields.items,
    related_documents: fields.related_documents,
    received_payment_ids: [],
    target_invoice_ids: [],
    complements: [],
    namespaces: [],
    stamp: stampOf(cfdi),
  };
}

export type InvoiceBody = ReturnType<typeof invoiceBody>;

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
