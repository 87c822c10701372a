import type { InvoiceStatus } from '../api/bodies.ts';

export function isReissuable(status: InvoiceStatus): boolean {
  return status === 'rejected' || status === 'expired';
}
