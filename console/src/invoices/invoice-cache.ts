/** Where answers about invoices are kept, and how an announced change reaches them. */
import type { QueryClient } from '@tanstack/react-query';
import type { Invoice, InvoiceStatus } from '../api/bodies.ts';

export const invoicesKey = ['invoices'];
export const invoiceKey = (id: string) => ['invoice', id];

/** Shows the new status at once, and asks for the rest (folio, UUID, reasons) in its wake. */
export function followInvoice(cache: QueryClient, id: string, status: InvoiceStatus): void {
  cache.setQueryData<Invoice>(invoiceKey(id), (known) => known && { ...known, status });
  cache.setQueriesData<Invoice[]>({ queryKey: invoicesKey }, (list) =>
    list?.map((invoice) => (invoice.id === id ? { ...invoice, status } : invoice)),
  );
  void cache.invalidateQueries({ queryKey: invoiceKey(id) });
}

export function refreshInvoices(cache: QueryClient): void {
  void cache.invalidateQueries({ queryKey: invoicesKey });
}

/** Whatever changed while nobody listened was not announced to this page. */
export function refreshEverything(cache: QueryClient): void {
  refreshInvoices(cache);
  void cache.invalidateQueries({ queryKey: ['invoice'] });
}
