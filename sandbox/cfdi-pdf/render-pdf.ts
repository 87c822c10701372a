import PDFDocument from 'pdfkit';
import type { Cfdi } from '../cfdi-xml/cfdi.ts';
import { drawConcepts } from './concepts.ts';
import { drawHeader } from './header.ts';
import { type Document, ink, line, page, pageWidth, regular } from './page.ts';
import { drawSeals, sealsHeight } from './seals.ts';
import { drawTotals, totalsHeight } from './totals.ts';

/**
 * The printed representation of a CFDI (Anexo 20). The same CFDI gives the same bytes: the dates
 * in the file are the stamp's.
 */
export async function renderPdf(cfdi: Cfdi): Promise<Buffer> {
  const pdf = new PDFDocument({
    size: 'LETTER',
    // The bottom margin is ours to keep: pdfkit's own would start pages in the middle of a footer.
    margins: { top: page.top, left: page.left, right: 40, bottom: 0 },
    bufferPages: true,
    info: {
      Title: `Factura ${cfdi.series} ${cfdi.folio}`,
      Author: cfdi.issuer.legal_name,
      CreationDate: new Date(`${cfdi.stamp.date}-06:00`),
    },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    pdf.once('end', resolve);
    pdf.once('error', reject);
  });

  let y = drawHeader(pdf, cfdi);
  y = drawConcepts(pdf, cfdi, y);
  y = roomFor(pdf, y, totalsHeight(cfdi));
  y = drawTotals(pdf, cfdi, y);
  y = roomFor(pdf, y, sealsHeight);
  drawSeals(pdf, cfdi, y);
  drawFooters(pdf);
  pdf.end();
  await ended;
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
