import { X509Certificate } from 'node:crypto';
import { timeZoneOfZip } from '../../server/cfdi/time-zone.ts';
import { type Answer, ok } from '../answer.ts';
import type { Sealer } from '../certificates/keyring.ts';
import { seriesDefault as series } from '../invoices/issue-invoice.ts';
import { receiptDays, receiptsSeries } from '../receipts/receipt.ts';
import type { Account } from './organization.ts';

export interface OrganizationParts {
  certificate: Sealer;
  nextFolio(scope: string, series: string): number;
}

/** `GET /organizations/me`: who a key issues for, the same on its test and its live side. */
export function showOrganization({ organization }: Account, parts: OrganizationParts): Answer {
  const { id, createdAt, legalName, taxId, taxSystem, zip } = organization;
  const next = (side: string, series: string) => parts.nextFolio(`${id}:${side}`, series);
  return ok(
    JSON.stringify({
      id,
      created_at: createdAt,
      timezone: timeZoneOfZip(zip),
      is_production_ready: true,
      pending_steps: [],
      legal: {
        name: legalName,
        legal_name: legalName,
        tax_id: taxId,
        tax_system: taxSystem,
        address: { zip, country: 'MEX' },
        website: '',
        phone: '',
        support_email: '',
      },
      customization: {
        has_logo: false,
        color: 'BADA55',
        next_folio_number: next('live', series),
        next_folio_number_test: next('test', series),
        default_series: { I: series, E: series, P: series, N: series, T: series },
        pdf_extra: pdfExtra,
      },
      certificate: certificateOf(parts.certificate),
      fiel: { has_certificate: false },
      receipts: {
        periodicity: 'month',
        duration_days: receiptDays,
        next_folio_number: next('live', receiptsSeries),
        next_folio_number_test: next('test', receiptsSeries),
      },
      self_invoice: {
        allowed_cfdi_uses: [],
        apply_resico_isr: false,
        support_email: '',
        support_email_verified: false,
      },
    }),
  );
}

/** FacturAPI's own defaults; the sandbox draws one kind of PDF. */
const pdfExtra = {
  codes: true,
  address_codes: true,
  product_key: true,
  export_key: false,
  round_unit_price: false,
  tax_breakdown: true,
  ieps_breakdown: true,
  combine_ieps_with_subtotal: false,
  render_carta_porte: false,
  repeat_signature: false,
};

function certificateOf({ certificate, number }: Sealer) {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  return {
    has_certificate: true,
    updated_at: validFromDate.toISOString(),
    expires_at: validToDate.toISOString(),
    serial_number: number,
  };
}
