import type { FileAnswer } from '../answer.ts';
import { notFound } from '../api-error.ts';
import type { Keyring } from '../certificates/keyring.ts';
import { renderPdf } from '../cfdi-pdf/render-pdf.ts';
import { cfdiXml } from '../cfdi-xml/seal.ts';
import type { Account } from '../organizations/organization.ts';
import { findCfdi } from './find-invoice.ts';
import type { InvoicesStore } from './invoices-store.ts';

/** The XML or PDF of an invoice, drawn when asked for. */
export async function downloadInvoice(
  parts: { invoices: InvoicesStore; keyring: Keyring },
  account: Account,
  params: Readonly<Record<string, string>>,
): Promise<FileAnswer> {
  const cfdi = findCfdi(parts.invoices, account, params.invoice_id!);
  const name = `${cfdi.stamp.uuid}.${params.format}`;
  switch (params.format) {
    case 'xml': {
      const { certificate } = parts.keyring.issuer(account.organization);
      return { status: 200, file: cfdiXml(cfdi, certificate), type: 'application/xml', name };
    }
    case 'pdf':
      return { status: 200, file: await renderPdf(cfdi), type: 'application/pdf', name };
    default:
      throw notFound('not_found', 'La ruta no existe.');
  }
}
