import {
  exportCode,
  paymentForm,
  paymentMethod,
  taxSystem,
  use,
} from '../../server/cfdi/catalogs/catalogs.ts';
import { bold, type Document, ink, line, page, pageWidth, printable, regular } from './page.ts';
import type { PrintableCfdi } from './render-pdf.ts';

const asideWidth = 210;
const mainWidth = pageWidth - asideWidth - 20;

/** Issuer, identity of the document, receiver and terms. Returns where the concepts begin. */
export function drawHeader(pdf: Document, cfdi: PrintableCfdi, notice?: string): number {
  drawNotice(pdf, notice);
  const issuerEnd = drawIssuer(pdf, cfdi, page.top + 24);
  const identityEnd = drawIdentity(pdf, cfdi, page.top + 24);
  const y = Math.max(issuerEnd, identityEnd) + 12;
  const half = (pageWidth - 12) / 2;
  const receiver: Row[] = [
    ['RFC', cfdi.receiver.tax_id],
    ['Domicilio fiscal', `C.P. ${cfdi.receiver.zip}`],
    ['Régimen fiscal', named(cfdi.receiver.tax_system, taxSystem)],
    ['Uso del CFDI', named(cfdi.receiver.use, use)],
  ];
  const terms: Row[] = [
    ...given('Forma de pago', cfdi.payment_form, paymentForm),
    ...given('Método de pago', cfdi.payment_method, paymentMethod),
    ['Moneda', cfdi.currency + (cfdi.exchange ? ` (tipo de cambio ${cfdi.exchange})` : '')],
    ['Exportación', named(cfdi.export, exportCode)],
    ...(cfdi.conditions === undefined ? [] : ([['Condiciones', cfdi.conditions]] as Row[])),
  ];
  const left = drawBlock(pdf, 'Receptor', receiver, {
    x: page.left,
    y,
    width: half,
    heading: cfdi.receiver.legal_name,
  });
  const right = drawBlock(pdf, 'Condiciones de la operación', terms, {
    x: page.left + half + 12,
    y,
    width: half,
  });
  return Math.max(left, right) + 12;
}

type Row = [label: string, value: string];

function given(
  label: string,
  code: string | undefined,
  lookUp: (code: string) => { name: string } | undefined,
): Row[] {
  return code === undefined ? [] : [[label, named(code, lookUp)]];
}

const types = {
  I: { title: 'Factura', name: 'I - Ingreso' },
  E: { title: 'Nota de crédito', name: 'E - Egreso' },
  P: { title: 'Recibo de pago', name: 'P - Pago' },
  T: { title: 'Traslado', name: 'T - Traslado' },
} as const;

export function documentTitle({ type }: Pick<PrintableCfdi, 'type'>): string {
  return types[type].title;
}

export function drawNotice(pdf: Document, notice?: string): void {
  pdf.rect(page.left, page.top, pageWidth, 15).fill('#fde8e8');
  bold(pdf, 7.5, '#9b1c1c');
  const text = [notice, 'DOCUMENTO DE PRUEBA EMITIDO POR EL SANDBOX · SIN VALIDEZ FISCAL']
    .filter((part) => part !== undefined)
    .join(' · ');
  line(pdf, text, { x: page.left, y: page.top + 4.5, width: pageWidth, align: 'center' });
}

function drawIssuer(pdf: Document, cfdi: PrintableCfdi, top: number): number {
  const { issuer } = cfdi;
  bold(pdf, 14);
  pdf.text(printable(issuer.legal_name), page.left, top, { width: mainWidth });
  let y = pdf.y + 4;
  regular(pdf, 9);
  for (const text of [
    `RFC ${issuer.tax_id}`,
    `Régimen fiscal ${named(issuer.tax_system, taxSystem)}`,
    `Lugar de expedición C.P. ${cfdi.zip}`,
  ]) {
    line(pdf, text, { x: page.left, y, width: mainWidth });
    y += 13;
  }
  return y;
}

function drawIdentity(pdf: Document, cfdi: PrintableCfdi, top: number): number {
  const x = page.right - asideWidth;
  pdf.rect(x, top, asideWidth, 92).fill(ink.band);
  bold(pdf, 13);
  const inner = { x: x + 10, width: asideWidth - 20 };
  const title = documentTitle(cfdi).toUpperCase();
  line(pdf, title, { ...inner, y: top + 9 });
  const numberWidthMax = inner.width - pdf.widthOfString(title) - 8;
  const number = `${cfdi.series} ${cfdi.folio}`;
  // A long series goes in smaller letters rather than over the title.
  if (pdf.widthOfString(number) > numberWidthMax) bold(pdf, 7.5);
  line(pdf, number, { ...inner, y: top + 9, align: 'right' });
  const rows: Row[] = [
    ['Folio fiscal', cfdi.stamp?.uuid ?? 'sin timbrar'],
    ['Emisión', cfdi.date.replace('T', ' ')],
    ['Certificación', cfdi.stamp?.date.replace('T', ' ') ?? 'sin timbrar'],
    ['Tipo', types[cfdi.type].name],
  ];
  let y = top + 30;
  for (const [label, value] of rows) {
    regular(pdf, 7, ink.soft);
    line(pdf, label, { x: inner.x, y: y + 0.5, width: 46 });
    regular(pdf, 7.5);
    line(pdf, value, { x: inner.x + 46, y, width: inner.width - 46, align: 'right' });
    y += 14;
  }
  return top + 92;
}

function drawBlock(
  pdf: Document,
  title: string,
  rows: readonly Row[],
  box: { x: number; y: number; width: number; heading?: string },
): number {
  bold(pdf, 7.5, ink.soft);
  line(pdf, title.toUpperCase(), { x: box.x, y: box.y, width: box.width });
  pdf
    .moveTo(box.x, box.y + 11)
    .lineTo(box.x + box.width, box.y + 11)
    .lineWidth(0.5)
    .strokeColor(ink.line)
    .stroke();
  let y = box.y + 17;
  if (box.heading !== undefined) {
    bold(pdf, 10);
    pdf.text(printable(box.heading), box.x, y, { width: box.width });
    y = pdf.y + 3;
  }
  for (const [label, value] of rows) {
    regular(pdf, 8, ink.soft);
    line(pdf, label, { x: box.x, y, width: 76 });
    regular(pdf, 8);
    pdf.text(printable(value), box.x + 78, y, { width: box.width - 78 });
    y = pdf.y + 3;
  }
  return y;
}

/** A code with its name of the catalogue, as people read it. */
function named(code: string, lookUp: (code: string) => { name: string } | undefined): string {
  const name = lookUp(code)?.name.replace(/\.$/, '');
  return name === undefined ? code : `${code} - ${name}`;
}
