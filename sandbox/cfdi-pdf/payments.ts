import { paymentForm } from '../../server/cfdi/catalogs/catalogs.ts';
import type { CfdiPaidDocument, CfdiPayment, CfdiPayments } from '../cfdi-xml/cfdi-payments.ts';
import { taxLabel, taxName } from './concepts.ts';
import { bold, type Document, ink, line, money, page, pageWidth, regular } from './page.ts';

const rowHeight = 12;
const paymentHeight = 46;

interface Column {
  title: string;
  x: number;
  width: number;
  align: 'left' | 'right';
}

const columns = {
  uuid: { title: 'Documento', x: page.left + 6, width: 190, align: 'left' },
  installment: { title: 'Parcialidad', x: page.left + 200, width: 56, align: 'right' },
  before: { title: 'Saldo anterior', x: page.left + 260, width: 82, align: 'right' },
  paid: { title: 'Pagado', x: page.left + 346, width: 82, align: 'right' },
  after: { title: 'Saldo insoluto', x: page.left + 432, width: 94, align: 'right' },
} as const satisfies Record<string, Column>;

/** The payments with the invoices that they pay, over as many pages as it takes. */
export function drawPayments(pdf: Document, payments: CfdiPayments, top: number): number {
  let y = top;
  for (const payment of payments.payments) {
    y = roomFor(pdf, y, paymentHeight + rowHeight);
    y = drawPayment(pdf, payment, y);
    for (const document of payment.documents) {
      y = roomFor(pdf, y, 2 * rowHeight);
      y = drawDocument(pdf, document, y);
    }
    y += 8;
  }
  bold(pdf, 9);
  const total = `Total de pagos $${money(payments.totals.total)} MXN`;
  y = roomFor(pdf, y, 2 * rowHeight);
  line(pdf, total, { x: page.left, y, width: pageWidth, align: 'right' });
  return y + 2 * rowHeight;
}

function roomFor(pdf: Document, y: number, height: number): number {
  if (y + height <= page.bottom) return y;
  pdf.addPage();
  return page.top;
}

function drawPayment(pdf: Document, payment: CfdiPayment, top: number): number {
  bold(pdf, 9);
  const form = paymentForm(payment.payment_form)?.name ?? '';
  const rate = payment.currency === 'MXN' ? '' : ` (tipo de cambio ${payment.exchange})`;
  const amount = `${money(payment.amount)} ${payment.currency}${rate}`;
  line(pdf, `Pago de ${amount}`, { x: page.left, y: top, width: pageWidth });
  regular(pdf, 8, ink.soft);
  const details = [
    `${payment.date.replace('T', ' ')}`,
    `${payment.payment_form} - ${form}`,
    ...payment.transferred.map((tax) => `${taxLabel(tax)} ${money(tax.amount ?? tax.base)}`),
    ...payment.withheld.map(({ tax, amount }) => `${taxName(tax)} retenido ${money(amount)}`),
  ];
  line(pdf, details.join('   '), { x: page.left, y: top + 13, width: pageWidth });
  const titles = top + 28;
  pdf.rect(page.left, titles, pageWidth, 14).fill(ink.band);
  bold(pdf, 7, ink.soft);
  for (const { title, x, width, align } of Object.values(columns)) {
    line(pdf, title, { x, y: titles + 4, width, align });
  }
  return titles + 18;
}

function drawDocument(pdf: Document, document: CfdiPaidDocument, y: number): number {
  const cell = (column: Column, text: string) => {
    regular(pdf, 7.5);
    line(pdf, text, { x: column.x, y, width: column.width, align: column.align });
  };
  cell(columns.uuid, document.uuid.toLowerCase());
  cell(columns.installment, document.installment);
  cell(columns.before, money(document.last_balance));
  cell(columns.paid, `${money(document.amount)} ${document.currency}`);
  cell(columns.after, money(document.balance));
  return y + rowHeight;
}
