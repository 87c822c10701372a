import { useQuery } from '@tanstack/react-query';
import type { InvoiceInput, InvoiceStatus } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { invoiceKey, invoicesKey } from './invoice-cache.ts';
import { useLive } from './invoice-events.tsx';

const pollMs = 1_000;
/** Even a healthy stream may lose an event between two machines. */
const checkMs = 15_000;
/** The one invoice on the screen: that its stamping began is not announced, only its outcome. */
const lookMs = 2_000;

const movingStatuses: InvoiceStatus[] = ['queued', 'stamping', 'pending'];

/** Whether the invoice is still on its way, so that its status will change by itself. */
export function isMoving(status: InvoiceStatus | undefined): boolean {
  return status !== undefined && movingStatuses.includes(status);
}

export function useInvoice(id: string) {
  const live = useLive();
  return useQuery({
    queryKey: invoiceKey(id),
    queryFn: ({ signal }) =>
      body(api.GET('/api/invoices/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) =>
      isMoving(state.data?.status) ? (live ? lookMs : pollMs) : false,
  });
}

export function useRecentInvoices(limit: number) {
  const live = useLive();
  return useQuery({
    queryKey: [...invoicesKey, limit],
    queryFn: async ({ signal }) =>
      (await body(api.GET('/api/invoices', { params: { query: { limit } }, signal }))).data,
    refetchInterval: ({ state }) => {
      const moving = state.data?.some(({ status }) => isMoving(status));
      return moving ? (live ? checkMs : pollMs) : false;
    },
  });
}

/** The server's totals of a draft; null pauses it. The rules of rounding live in one place only. */
export function usePreview(input: InvoiceInput | null) {
  return useQuery({
    queryKey: ['preview', input],
    queryFn: ({ signal }) => body(api.POST('/api/invoices/preview', { body: input!, signal })),
    enabled: input !== null,
    // While the next totals are on their way, the last ones are better than a blank.
    placeholderData: (previous) => previous,
    gcTime: 60_000,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
