import { Problem } from '../platform/http/problem.ts';
import type { InvoiceStatus } from './invoices.ts';

/** Each status as people say it: "la factura está ...". */
export const statusWords: Readonly<Record<InvoiceStatus, string>> = {
  draft: 'en borrador',
  queued: 'en cola para timbrarse',
  stamping: 'timbrándose en este momento',
  pending: 'pendiente en FacturAPI',
  valid: 'timbrada',
  rejected: 'rechazada',
  review: 'en revisión',
  expired: 'vencida sin timbrarse',
  canceled: 'cancelada',
};

/** A decision that the invoice's status does not allow. */
export function notInStatus(code: string, status: InvoiceStatus, only: string): Problem {
  const detail = `La factura está ${statusWords[status]}. ${only}`;
  return new Problem(409, code, detail, { extra: { invoice_status: status } });
}
