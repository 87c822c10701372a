import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Invoice, InvoiceInput } from '../api/bodies.ts';
import { retryDelay, retryPassing } from '../api/cache.ts';
import { api, body } from '../api/client.ts';
import { isPassing, Problem } from '../api/problem.ts';
import { invoiceKey, refreshInvoices } from './invoice-cache.ts';
import { forgetIssueKey, issueKey } from './issue-key.ts';

type RejectedInvoice = Pick<Invoice, 'id' | 'series' | 'folio_number'>;

/** Hands an invoice to the server, which answers as soon as it is safely in its queue. */
export function useIssueInvoice(onIssued: (invoice: Invoice) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (input: InvoiceInput) => {
      const header = { 'idempotency-key': issueKey(JSON.stringify(input)), prefer: 'wait=0' };
      return body(api.POST('/api/invoices', { params: { header }, body: input }));
    },
    // Safe without asking anyone: every attempt carries the same key.
    retry: retryPassing,
    retryDelay,
    onSuccess: (invoice) => {
      forgetIssueKey();
      cache.setQueryData(invoiceKey(invoice.id), invoice);
      refreshInvoices(cache);
      onIssued(invoice);
    },
    onError: (error) => {
      // A refusal is an answer: nothing was stamped. Anything else may have been, so the key stays.
      if (isRefusal(error)) forgetIssueKey();
      if (rejectedInvoice(error)) refreshInvoices(cache);
    },
  });
}

/** Of a refusal by FacturAPI or SAT: the invoice that was made and holds the spent folio. */
export function rejectedInvoice(error: unknown): RejectedInvoice | undefined {
  if (!(error instanceof Problem) || error.code !== 'invoice_rejected') return undefined;
  return error.said.invoice as RejectedInvoice | undefined;
}

/** Whether the server looked at the invoice and said no, so that it was not stamped. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Problem) || isPassing(error)) return false;
  // 409: the same key is being worked on right now.
  return error.status < 500 && error.status !== 409;
}
