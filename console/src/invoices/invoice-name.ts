import type { Invoice } from '../api/bodies.ts';
import { words } from '../app/words.ts';

/** Series and folio as people say them: "F-128", or "sin folio" while there is none. */
export function invoiceName({ series, folio_number }: Invoice): string {
  if (folio_number === null) return words.invoice.untitled;
  return series ? `${series}-${folio_number}` : String(folio_number);
}
