import { taxTypes } from '../../server/cfdi/catalogs/catalogs.ts';
import { Decimal } from '../../server/cfdi/decimal.ts';
import type { CfdiLine, CfdiTax, UnsealedCfdi } from '../cfdi-xml/cfdi.ts';
import {
  bold,
  type Document,
  ink,
  line,
  money,
  page,
  pageWidth,
  printable,
  regular,
} from './page.ts';

interface Column {
  title: string;
  x: number;
  width: number;
  align: 'left' | 'right';
}

const columns = {
  key: { title: 'Clave', x: page.left + 6, width: 50, align: 'left' },
  quantity: { title: 'Cantidad', x: page.left + 58, width: 56, align: 'right' },
  unit: { title: 'Unidad', x: page.left + 124, width: 62, align: 'left' },
  description: { title: 'Descripción', x: page.left + 190, width: 188, align: 'left' },
  price: { title: 'Precio unitario', x: page.left + 382, width: 70, align: 'right' },
  amount: { title: 'Importe', x: page.left + 456, width: 70, align: 'right' },
} as const satisfies Record<string, Column>;

/** The table of concepts, over as many pages as it takes. Returns where it ends. */
export function drawConcepts(pdf: Document, cfdi: UnsealedCfdi, top: number): number {
  let y = drawTitles(pdf, top);
  for (const concept of cfdi.lines) {
    const height = rowHeight(pdf, concept);
    if (y + height > page.bottom) {
      pdf.addPage();
      y = drawTitles(pdf, page.top);
    }
    drawRow(pdf, concept, y);
    y += height;
    pdf.moveTo(page.left, y).lineTo(page.right, y).lineWidth(0.5).strokeColor(ink.line).stroke();
  }
  return y + 12;
}

function drawTitles(pdf: Document, y: number): number {
  pdf.rect(page.left, y, pageWidth, 16).fill(ink.band);
  bold(pdf, 7.5, ink.soft);
  for (const { title, x, width, align } of Object.values(columns)) {
    line(pdf, title, { x, y: y + 5, width, align });
  }
  return y + 16;
}

const padding = 5;

function rowHeight(pdf: Document, concept: CfdiLine): number {
  const { width } = columns.description;
  regular(pdf, 8);
  const description = pdf.heightOfString(printable(concept.description), { width });
  regular(pdf, 6.5);
  const details = pdf.heightOfString(printable(detailsOf(concept)), { width });
  return padding + description + 2 + details + padding;
}

function drawRow(pdf: Document, concept: CfdiLine, top: number): void {
  const y = top + padding;
  const cell = (column: Column, text: string) => {
    regular(pdf, 8);
    line(pdf, text, { x: column.x, y, width: column.width, align: column.align });
  };
  cell(columns.key, concept.product_key);
  cell(columns.quantity, concept.quantity);
  cell(columns.unit, [concept.unit_key, concept.unit_name].filter(Boolean).join(' '));
  cell(columns.price, money(concept.unit_price));
  cell(columns.amount, money(concept.amount));
  const { x, width } = columns.description;
  regular(pdf, 8);
  pdf.text(printable(concept.description), x, y, { width });
  regular(pdf, 6.5, ink.soft);
  pdf.text(printable(detailsOf(concept)), x, pdf.y + 2, { width });
}

/** What belongs to a concept beside its columns: its own number, discount and taxes. */
function detailsOf(concept: CfdiLine): string {
  const details = [
    concept.sku === undefined ? '' : `No. de identificación ${concept.sku}`,
    concept.discount === undefined ? '' : `Descuento ${money(concept.discount)}`,
    ...concept.transferred.map((tax) => `${taxLabel(tax)} ${taxAmount(tax)}`),
    ...concept.withheld.map((tax) => `${taxLabel(tax)} retenido ${taxAmount(tax)}`),
    `Objeto de impuesto ${concept.taxability}`,
  ];
  return details.filter((detail) => detail !== '').join('\n');
}

/** "IVA 16 %", "IEPS 3.50 por unidad", "IVA exento". */
export function taxLabel(tax: Pick<CfdiTax, 'tax' | 'factor' | 'rate'>): string {
  const name = taxName(tax.tax);
  if (tax.rate === undefined) return `${name} exento`;
  if (tax.factor === 'Cuota') return `${name} ${money(tax.rate)} por unidad`;
  return `${name} ${new Decimal(tax.rate).times(100).toFixed()} %`;
}

export function taxName(code: string): string {
  return taxTypes.find((entry) => entry.code === code)?.name ?? code;
}

function taxAmount(tax: CfdiTax): string {
  if (tax.amount === undefined) return `sobre ${money(tax.base)}`;
  return `sobre ${money(tax.base)} = ${money(tax.amount)}`;
}
