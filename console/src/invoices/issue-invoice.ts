import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Invoice, InvoiceInput } from '../api/bodies.ts';
import { retryDelay, retryPassing } from '../api/cache.ts';
import { api, body } from '../api/client.ts';
import { isPassing, Problem } from '../api/problem.ts';
import { refreshStampingStatus } from '../stamping/stamping-status.ts';
import { invoiceKey, refreshInvoices } from './invoice-cache.ts';
import { forgetIssueKey, issueKey } from './issue-key.ts';

type RejectedInvoice = Pick<Invoice, 'id' | 'series' | 'folio_number'>;

/** What a form or a button needs to know of an invoice that is being handed over. */
export interface Issuing<Input = InvoiceInput> {
  readonly mutate: (input: Input, after?: { onError: (error: Error) => void }) => void;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly reset: () => void;
}

/** Hands an invoice to the server, which answers as soon as it is safely in its queue. */
export function useIssueInvoice(onIssued: (invoice: Invoice) => void): Issuing {
  return useIssuing((input: InvoiceInput) => {
    const header = headersOf(input);
    return body(api.POST('/api/invoices', { params: { header }, body: input }));
  }, onIssued);
}

/**
 * The same for one that was refused or expired: it keeps its id and its folio. Null: with the same
 * contents.
 */
export function useReissueInvoice(
  id: string,
  onIssued: (invoice: Invoice) => void,
): Issuing<InvoiceInput | null> {
  return useIssuing((input: InvoiceInput | null) => {
    const header = headersOf({ reissue: id, input });
    const params = { path: { id }, header };
    return body(api.POST('/api/invoices/{id}/reissue', { params, body: input }));
  }, onIssued);
}

function headersOf(content: unknown) {
  return { 'idempotency-key': issueKey(JSON.stringify(content)), prefer: 'wait=0' };
}

function useIssuing<Input>(
  send: (input: Input) => Promise<Invoice>,
  onIssued: (invoice: Invoice) => void,
): Issuing<Input> {
  const cache = useQueryClient();
  const { mutate, isPending, error, reset } = useMutation<Invoice, Error, Input>({
    mutationFn: send,
    // Safe without asking anyone: every attempt carries the same key.
    retry: retryPassing,
    retryDelay,
    onSuccess: (invoice) => {
      forgetIssueKey();
      cache.setQueryData(invoiceKey(invoice.id), invoice);
      refreshInvoices(cache);
      refreshStampingStatus(cache);
      onIssued(invoice);
    },
    onError: (error) => {
      // A refusal is an answer: nothing was stamped. Anything else may have been, so the key stays.
      if (isRefusal(error)) forgetIssueKey();
      if (rejectedInvoice(error)) refreshInvoices(cache);
    },
  });
  return { mutate: mutate as Issuing<Input>['mutate'], isPending, error, reset };
}

/** Of a refusal by FacturAPI or SAT: the invoice that was made and holds the spent folio. */
export function rejectedInvoice(error: unknown): RejectedInvoice | undefined {
  if (!(error instanceof Problem) || error.code !== 'invoice_rejected') return undefined;
  return error.said.invoice as RejectedInvoice | undefined;
}

/** Whether the server looked at the invoice and said no, so that it was not stamped. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Problem) || isPassing(error)) return false;
  // Any other 409: the same key is being worked on right now.
  return error.status < 500 && (error.status !== 409 || error.code === 'not_reissuable');
}
