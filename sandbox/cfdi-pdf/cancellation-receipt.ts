import PDFDocument from 'pdfkit';
import { drawNotice } from './header.ts';
import { bold, ink, line, money, page, pageWidth, printable, regular } from './page.ts';
import { collect } from './render-pdf.ts';

/** What SAT acknowledges: which document was canceled, when and why. */
export interface ReceiptFacts {
  uuid: string;
  issuer_tax_id: string;
  issuer_legal_name: string;
  receiver_tax_id: string;
  total: string;
  motive: string;
  substitution: string | undefined;
  date: string;
  seal: string;
}

const motives: Readonly<Record<string, string>> = {
  '01': 'Comprobante emitido con errores con relación',
  '02': 'Comprobante emitido con errores sin relación',
  '03': 'No se llevó a cabo la operación',
  '04': 'Operación nominativa relacionada en una factura global',
};

/** The acknowledgement of a cancellation, as a person reads it. */
export async function renderReceipt(facts: ReceiptFacts): Promise<Buffer> {
  const pdf = new PDFDocument({
    size: 'LETTER',
    margins: { top: page.top, left: page.left, right: 40, bottom: 0 },
    info: { Title: 'Acuse de cancelación', CreationDate: new Date(`${facts.date}-06:00`) },
  });
  const file = collect(pdf);
  drawNotice(pdf);
  bold(pdf, 15);
  line(pdf, 'Acuse de cancelación de CFDI', { x: page.left, y: page.top + 34, width: pageWidth });
  let y = page.top + 64;
  for (const [label, value] of rowsOf(facts)) {
    regular(pdf, 9, ink.soft);
    line(pdf, label, { x: page.left, y, width: 130 });
    regular(pdf, 9);
    pdf.text(printable(value), page.left + 134, y, { width: pageWidth - 134 });
    y = pdf.y + 6;
  }
  pdf.end();
  return file;
}

function rowsOf(facts: ReceiptFacts): [label: string, value: string][] {
  const { motive, substitution } = facts;
  return [
    ['Folio fiscal', facts.uuid],
    ['Emisor', `${facts.issuer_tax_id} ${facts.issuer_legal_name}`],
    ['RFC del receptor', facts.receiver_tax_id],
    ['Total', money(facts.total)],
    ['Estado', '201 - Cancelado'],
    ['Fecha de cancelación', facts.date.replace('T', ' ')],
    ['Motivo', [motive, motives[motive]].filter(Boolean).join(' - ')],
    ...(substitution === undefined
      ? []
      : ([['Folio que sustituye', substitution]] as [string, string][])),
    ['Sello del SAT', facts.seal],
  ];
}
