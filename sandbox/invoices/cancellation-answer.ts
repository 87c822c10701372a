import { Decimal } from '../../server/cfdi/decimal.ts';
import { inspectRfc } from '../../server/cfdi/rfc.ts';
import type { Settings } from '../settings.ts';
import type { InvoiceBody } from './invoice-body.ts';

/** Up to here nobody has to accept a cancellation (RMF 2.7.1.35). */
const pesosMax = 1_000;

/**
 * What SAT says to a cancellation. Of its exceptions the sandbox knows three: the type, the amount
 * and the generic receivers. That of the first business day it leaves out, because every
 * cancellation of a test would fall under it.
 */
export function cancellationAnswer(
  setting: Settings['cancellation'],
  invoice: InvoiceBody,
): 'accepted' | 'pending' | 'verifying' {
  if (setting !== 'by_total') return setting;
  const pesos = new Decimal(invoice.total).times(Number(invoice.exchange ?? 1));
  const receiver = inspectRfc(invoice.customer?.tax_id ?? '');
  const named = 'kind' in receiver && ['person', 'company'].includes(receiver.kind);
  return invoice.type === 'I' && named && pesos.gt(pesosMax) ? 'pending' : 'accepted';
}
