import PDFDocument from 'pdfkit';
import type { Cfdi, UnsealedCfdi } from '../cfdi-xml/cfdi.ts';
import { drawConcepts } from './concepts.ts';
import { documentTitle, drawHeader } from './header.ts';
import { type Document, ink, line, page, pageWidth, regular } from './page.ts';
import { drawPayments } from './payments.ts';
import { drawSeals, sealsHeight } from './seals.ts';
import { drawTotals, totalsHeight } from './totals.ts';

/** A CFDI as it can be printed: stamped, or as a preview without seals. */
export type PrintableCfdi = UnsealedCfdi & Partial<Pick<Cfdi, 'seal' | 'stamp'>>;

/**
 * The printed representation of a CFDI (Anexo 20). The same CFDI gives the same bytes: the dates
 * in the file are its own.
 * @param options.notice what a reader must know first: that it is canceled, or a preview.
 */
export async function renderPdf(
  cfdi: PrintableCfdi,
  options: { notice?: string } = {},
): Promise<Buffer> {
  const pdf = new PDFDocument({
    size: 'LETTER',
    // The bottom margin is ours to keep: pdfkit's own would start pages in the middle of a footer.
    margins: { top: page.top, left: page.left, right: 40, bottom: 0 },
    bufferPages: true,
    info: {
      Title: `${documentTitle(cfdi)} ${cfdi.series} ${cfdi.folio}`,
      Author: cfdi.issuer.legal_name,
      CreationDate: new Date(`${cfdi.stamp?.date ?? cfdi.date}-06:00`),
    },
  });
  const file = collect(pdf);

  let y = drawHeader(pdf, cfdi, options.notice);
  y = drawConcepts(pdf, cfdi, y);
  if (cfdi.payments) {
    y = drawPayments(pdf, cfdi.payments, y);
  } else {
    y = roomFor(pdf, y, totalsHeight(cfdi));
    y = drawTotals(pdf, cfdi, y);
  }
  const { seal, stamp } = cfdi;
  if (seal !== undefined && stamp) {
    y = roomFor(pdf, y, sealsHeight);
    drawSeals(pdf, { ...cfdi, seal, stamp }, y);
  }
  drawFooters(pdf);
  pdf.end();
  return file;
}

/** The bytes of a document, once it has been ended. */
export async function collect(pdf: Document): Promise<Buffer> {
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => {
    pdf.once('end', resolve);
    pdf.once('error', reject);
  });
  return Buffer.concat(chunks);
}

function roomFor(pdf: Document, y: number, height: number): number {
  if (y + height <= page.bottom) return y;
  pdf.addPage();
  return page.top;
}

function drawFooters(pdf: Document): void {
  const { count } = pdf.bufferedPageRange();
  for (let index = 0; index < count; index++) {
    pdf.switchToPage(index);
    regular(pdf, 7, ink.soft);
    const text = 'Este documento es una representación impresa de un CFDI';
    line(pdf, text, { x: page.left, y: page.bottom + 12, width: pageWidth - 80 });
    const number = `Página ${index + 1} de ${count}`;
    line(pdf, number, { x: page.right - 80, y: page.bottom + 12, width: 80, align: 'right' });
  }
}
