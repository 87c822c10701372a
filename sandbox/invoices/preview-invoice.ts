import type { FileAnswer } from '../answer.ts';
import { renderPdf } from '../cfdi-pdf/render-pdf.ts';
import type { Account } from '../organizations/organization.ts';
import { buildCfdi } from './build-cfdi.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { seriesDefault, totalsOf } from './issue-invoice.ts';
import { readInvoice } from './read-invoice.ts';
import { receiverOf } from './receiver.ts';

/** The PDF that an invoice would have. Nothing is stamped, nor kept. */
export async function previewInvoice(
  parts: Pick<InvoiceParts, 'customers' | 'keyring' | 'product' | 'now'>,
  account: Account,
  body: unknown,
): Promise<FileAnswer> {
  const now = parts.now();
  const product = (id: string) => parts.product(account.scope, id);
  const fields = readInvoice(body, { now, product });
  const cfdi = buildCfdi({
    fields,
    totals: totalsOf(fields),
    issuer: account.organization,
    receiver: receiverOf(parts.customers, account, fields),
    series: fields.series ?? seriesDefault,
    folio: fields.folio_number ?? 0,
    date: fields.date ?? now,
    certificateNumber: parts.keyring.issuer(account.organization).number,
  });
  const file = await renderPdf(cfdi, { notice: 'VISTA PREVIA · DOCUMENTO SIN TIMBRAR' });
  return { status: 200, file, type: 'application/pdf', name: 'preview.pdf' };
}
