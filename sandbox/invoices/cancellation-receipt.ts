import { sign } from 'node:crypto';
import { localDateTime } from '../../server/cfdi/time-zone.ts';
import type { FileAnswer } from '../answer.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { Keyring } from '../certificates/keyring.ts';
import { type ReceiptFacts, renderReceipt } from '../cfdi-pdf/cancellation-receipt.ts';
import { element, toXml } from '../cfdi-xml/element.ts';
import type { Account } from '../organizations/organization.ts';
import { findStamped } from './find-invoice.ts';
import type { InvoicesStore } from './invoices-store.ts';

/** SAT's clock. */
const satZip = '06000';
/** EstatusUUID 201: received and canceled. */
const canceledCode = '201';

/** SAT's acknowledgement (acuse) of a cancellation, as XML or PDF. */
export async function downloadCancellationReceipt(
  parts: { invoices: InvoicesStore; keyring: Keyring },
  account: Account,
  params: Readonly<Record<string, string>>,
): Promise<FileAnswer> {
  const { format } = params;
  if (format !== 'xml' && format !== 'pdf') throw notFound('not_found', 'La ruta no existe.');
  const { body, cfdi } = findStamped(parts.invoices, account, params.invoice_id!);
  if (body.status !== 'canceled' || body.canceled_at === undefined) {
    const message = 'La factura no está cancelada, así que no tiene acuse.';
    throw new ApiError(400, 'invoice_cancellation_receipt_unavailable', message);
  }
  const date = localDateTime(new Date(body.canceled_at), satZip);
  const words = [cfdi.stamp.uuid, cfdi.issuer.tax_id, date, canceledCode].join('|');
  const receipt: ReceiptFacts = {
    uuid: cfdi.stamp.uuid,
    issuer_tax_id: cfdi.issuer.tax_id,
    issuer_legal_name: cfdi.issuer.legal_name,
    receiver_tax_id: cfdi.receiver.tax_id,
    total: cfdi.total,
    motive: body.cancellation?.motive ?? '',
    substitution: body.cancellation?.substitutionUUID,
    date,
    seal: sign('sha256', Buffer.from(words), parts.keyring.pac.key).toString('base64'),
  };
  const name = `acuse-${receipt.uuid}.${format}`;
  if (format === 'xml') {
    return { status: 200, file: receiptXml(receipt), type: 'application/xml', name };
  }
  return { status: 200, file: await renderReceipt(receipt), type: 'application/pdf', name };
}

/** The nodes of SAT's own acknowledgement; the signature is of the sandbox's PAC. */
function receiptXml(receipt: ReceiptFacts): string {
  const text = (name: string, value: string) => ({ ...element(name, {}), text: value });
  return toXml(
    element('Acuse', { Fecha: receipt.date, RfcEmisor: receipt.issuer_tax_id }, [
      element('Folios', { xmlns: 'http://cancelacfd.sat.gob.mx' }, [
        text('UUID', receipt.uuid.toUpperCase()),
        text('EstatusUUID', canceledCode),
      ]),
      element('Signature', { Id: 'SelloSAT', xmlns: 'http://www.w3.org/2000/09/xmldsig#' }, [
        text('SignatureValue', receipt.seal),
      ]),
    ]),
  );
}
