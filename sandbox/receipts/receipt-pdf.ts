import PDFDocument from 'pdfkit';
import { Decimal } from '../../server/cfdi/decimal.ts';
import { localDateTime } from '../../server/cfdi/time-zone.ts';
import { bold, ink, line, money, printable, regular } from '../cfdi-pdf/page.ts';
import { collect } from '../cfdi-pdf/render-pdf.ts';
import type { Organization } from '../organizations/organization.ts';
import type { Receipt } from './receipt.ts';

/** A till roll of 80 mm; as long as its content. */
const width = 226;
const margin = 14;
const inner = width - 2 * margin;
const rowHeight = 24;
const headHeight = 120;
const footHeight = 110;

/** The note that a customer takes home, with the address to invoice it at. */
export async function renderReceipt(receipt: Receipt, issuer: Organization): Promise<Buffer> {
  const height = headHeight + receipt.items.length * rowHeight + footHeight;
  const pdf = new PDFDocument({
    size: [width, Math.min(height, 14_000)],
    margin,
    info: { Title: `Recibo ${receipt.folio_number}`, CreationDate: new Date(receipt.date) },
  });
  const file = collect(pdf);
  let y = margin;
  const row = (text: string, align: 'left' | 'right' | 'center' = 'left') => {
    line(pdf, text, { x: margin, y, width: inner, align });
    y += 12;
  };
  bold(pdf, 9);
  row(issuer.legalName, 'center');
  regular(pdf, 8, ink.soft);
  row(`RFC ${issuer.taxId} · C.P. ${issuer.zip}`, 'center');
  row(`Recibo ${receipt.folio_number} · ${localDateTime(new Date(receipt.date), issuer.zip)}`);
  if (receipt.branch !== undefined) row(`Sucursal: ${receipt.branch}`);
  y += 6;
  regular(pdf, 8);
  for (const { quantity, product, discount } of receipt.items) {
    row(`${quantity} × ${product.description}`);
    const amount = new Decimal(product.price).times(quantity).minus(discount);
    row(money(amount.toFixed(2)), 'right');
  }
  y += 6;
  bold(pdf, 10);
  row(`Total ${receipt.currency} ${money(new Decimal(receipt.total).toFixed(2))}`, 'right');
  regular(pdf, 7, ink.soft);
  y += 6;
  row(`Clave para facturar: ${receipt.key}`);
  pdf.text(printable(receipt.self_invoice_url), margin, y, { width: inner });
  pdf.end();
  return file;
}
