import { useQuery } from '@tanstack/react-query';
import type { InvoiceStatus } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { invoiceKey } from '../invoices/invoice-cache.ts';
import { isMoving } from '../invoices/invoices.ts';

const pollMs = 3_000;

/** What happened to an invoice; asked for again when the invoice is, and while a call of it goes on. */
export function useInvoiceHistory(id: string, status: InvoiceStatus) {
  return useQuery({
    queryKey: [...invoiceKey(id), 'history'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/invoices/{id}/history', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => {
      const call = state.data?.call;
      const goesOn = call !== null && call !== undefined && call.state !== 'dead';
      return isMoving(status) || goesOn ? pollMs : false;
    },
  });
}
