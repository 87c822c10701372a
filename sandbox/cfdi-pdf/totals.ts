import type { UnsealedCfdi } from '../cfdi-xml/cfdi.ts';
import { amountInWords } from './amount-in-words.ts';
import { taxLabel, taxName } from './concepts.ts';
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

const width = 220;
const rowHeight = 14;

type Row = [label: string, amount: string];

export function totalsHeight(cfdi: UnsealedCfdi): number {
  return rowsOf(cfdi).length * rowHeight + 40;
}

/** The sums at the right, the total in words at the left. Returns where they end. */
export function drawTotals(pdf: Document, cfdi: UnsealedCfdi, top: number): number {
  const x = page.right - width;
  const inner = { x: x + 10, width: width - 20 };
  let y = top;
  for (const [label, amount] of rowsOf(cfdi)) {
    regular(pdf, 8.5, ink.soft);
    line(pdf, label, { ...inner, y });
    regular(pdf, 8.5);
    line(pdf, money(amount), { ...inner, y, align: 'right' });
    y += rowHeight;
  }
  pdf.rect(x, y, width, 22).fill(ink.band);
  bold(pdf, 11);
  line(pdf, 'Total', { ...inner, y: y + 6 });
  const total = `${cfdi.currency === 'MXN' ? '$' : ''}${money(cfdi.total)} ${cfdi.currency}`;
  line(pdf, total, { ...inner, y: y + 6, align: 'right' });

  bold(pdf, 7.5, ink.soft);
  line(pdf, 'IMPORTE CON LETRA', { x: page.left, y: top, width: pageWidth - width - 20 });
  regular(pdf, 9);
  const words = amountInWords(cfdi.total, cfdi.currency);
  pdf.text(printable(words), page.left, top + 12, { width: pageWidth - width - 24 });
  return Math.max(y + 22, pdf.y) + 16;
}

function rowsOf(cfdi: UnsealedCfdi): Row[] {
  const discount: Row[] = cfdi.discount === undefined ? [] : [['Descuento', `-${cfdi.discount}`]];
  return [
    ['Subtotal', cfdi.subtotal],
    ...discount,
    ...cfdi.taxes.transferred.map((tax): Row => [taxLabel(tax), tax.amount ?? '0.00']),
    ...cfdi.taxes.withheld.map(
      ({ tax, amount }): Row => [`${taxName(tax)} retenido`, `-${amount}`],
    ),
  ];
}
