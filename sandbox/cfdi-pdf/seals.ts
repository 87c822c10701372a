import QRCode from 'qrcode';
import type { Cfdi } from '../cfdi-xml/cfdi.ts';
import { stampCadena } from '../cfdi-xml/timbre.ts';
import { verificationUrl } from '../cfdi-xml/verification-url.ts';
import { bold, type Document, ink, page, pageWidth, regular } from './page.ts';

/** Anexo 20 wants the code at least 2.75 cm wide. */
const qrWidth = 104;
/** Room enough for the seals of 2,048-bit keys and the stamp's cadena. */
export const sealsHeight = 176;

/** The QR code of SAT's verification page, beside the seals and certificates in small print. */
export function drawSeals(pdf: Document, cfdi: Cfdi, top: number): void {
  pdf.moveTo(page.left, top).lineTo(page.right, top).lineWidth(0.5).strokeColor(ink.line).stroke();
  drawQr(pdf, cfdi, top + 12);
  const { stamp } = cfdi;
  const x = page.left + qrWidth + 14;
  const width = pageWidth - qrWidth - 14;
  let y = top + 12;
  const certificates =
    `Certificado del emisor ${cfdi.certificate_number}   ` +
    `Certificado del SAT ${stamp.sat_certificate_number}   ` +
    `PAC ${stamp.pac_tax_id}`;
  regular(pdf, 6.5);
  pdf.text(certificates, x, y, { width });
  y = pdf.y + 5;
  for (const [title, text] of [
    ['Sello digital del CFDI', cfdi.seal],
    ['Sello digital del SAT', stamp.sat_seal],
    [
      'Cadena original del complemento de certificación digital del SAT',
      stampCadena(stamp, cfdi.seal),
    ],
  ] as const) {
    bold(pdf, 6.5, ink.soft);
    pdf.text(title, x, y, { width });
    pdf.font('Courier').fontSize(sealSize).fillColor(ink.text);
    pdf.text(inLines(text, width), x, pdf.y + 1, { width, lineBreak: true });
    y = pdf.y + 5;
  }
}

const sealSize = 5.2;
/** Courier's letters are all 0.6 of its size wide. */
const courierWidth = 0.6;

/** Full lines: left to itself, pdfkit would break base64 at its slashes. */
function inLines(text: string, width: number): string {
  const length = Math.floor(width / (sealSize * courierWidth));
  return (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join('\n');
}

/** Drawn as squares rather than as a picture, so that it prints sharp at any size. */
function drawQr(pdf: Document, cfdi: Cfdi, top: number): void {
  const url = verificationUrl({
    uuid: cfdi.stamp.uuid,
    issuerTaxId: cfdi.issuer.tax_id,
    receiverTaxId: cfdi.receiver.tax_id,
    total: cfdi.total,
    seal: cfdi.seal,
  });
  const { modules } = QRCode.create(url, { errorCorrectionLevel: 'M' });
  const side = qrWidth / modules.size;
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column)) {
        pdf.rect(page.left + column * side, top + row * side, side, side);
      }
    }
  }
  pdf.fill('#000000');
}
