import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReviewInput } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { invoiceKey, refreshInvoices } from '../invoices/invoice-cache.ts';

/** Tells the server what a person found out about an invoice that nobody can be sure of. */
export function useDecideReview(id: string, onDecided: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (decision: ReviewInput) =>
      body(api.POST('/api/invoices/{id}/review', { params: { path: { id } }, body: decision })),
    onSuccess: (invoice) => {
      cache.setQueryData(invoiceKey(id), invoice);
      onDecided();
    },
    onSettled: () => {
      // Also when it failed: somebody else may have decided first.
      refreshInvoices(cache);
      void cache.invalidateQueries({ queryKey: invoiceKey(id) });
    },
  });
}
