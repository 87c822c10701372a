import type { FileAnswer } from '../answer.ts';
import { notFound } from '../api-error.ts';
import { zipArchive } from '../archive/zip-archive.ts';
import type { Keyring } from '../certificates/keyring.ts';
import { renderPdf } from '../cfdi-pdf/render-pdf.ts';
import type { Cfdi } from '../cfdi-xml/cfdi.ts';
import { cfdiXml } from '../cfdi-xml/seal.ts';
import type { Account } from '../organizations/organization.ts';
import { findStamped } from './find-invoice.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoicesStore } from './invoices-store.ts';

/** The XML or PDF of an invoice, or both in a ZIP, drawn when asked for. */
export async function downloadInvoice(
  parts: { invoices: InvoicesStore; keyring: Keyring },
  account: Account,
  params: Readonly<Record<string, string>>,
): Promise<FileAnswer> {
  const { format } = params;
  if (format !== 'xml' && format !== 'pdf' && format !== 'zip') {
    throw notFound('not_found', 'La ruta no existe.');
  }
  const { body, cfdi } = findStamped(parts.invoices, account, params.invoice_id!);
  const { certificate } = parts.keyring.issuer(account.organization);
  const name = `${cfdi.stamp.uuid}.${format}`;
  switch (format) {
    case 'xml':
      return { status: 200, file: cfdiXml(cfdi, certificate), type: 'application/xml', name };
    case 'pdf':
      return { status: 200, file: await pdfOf(body, cfdi), type: 'application/pdf', name };
    case 'zip': {
      const xml = Buffer.from(cfdiXml(cfdi, certificate));
      const file = zipArchive([
        { name: `${cfdi.stamp.uuid}.pdf`, content: await pdfOf(body, cfdi) },
        { name: `${cfdi.stamp.uuid}.xml`, content: xml },
      ]);
      return { status: 200, file, type: 'application/zip', name };
    }
  }
}

function pdfOf({ status }: InvoiceBody, cfdi: Cfdi): Promise<Buffer> {
  return renderPdf(cfdi, status === 'canceled' ? { notice: 'CFDI CANCELADO' } : {});
}
