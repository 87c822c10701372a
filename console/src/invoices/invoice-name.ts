import type { Invoice } from '../api/bodies.ts';

/** Series and folio as people say them: "F-128". */
export function invoiceName(invoice: Pick<Invoice, 'series' | 'folio_number'>): string {
  const { series, folio_number } = invoice;
  return series ? `${series}-${folio_number}` : String(folio_number);
}
