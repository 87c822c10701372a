import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { CustomerInput, CustomerRecord } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { ifMatch, type KnownVersion, type LifeVerb } from '../api/versions.ts';

export const pickerShownMax = 8;
export const listShownMax = 50;
const archivedPageSize = 50;

/**
 * The customers that best match what is being typed, best first. Each letter asks anew, and what
 * was asked before it and has not been answered is called off.
 */
export function useCustomerSearch(q: string, enabled: boolean, limit = pickerShownMax) {
  return useQuery({
    queryKey: ['customers', 'search', q, limit],
    queryFn: async ({ signal }) =>
      (await body(api.GET('/api/customers', { params: { query: { q, limit } }, signal }))).data,
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** The archived ones, by name. */
export function useArchivedCustomers(enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['customers', 'archived'],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: archivedPageSize, ...(pageParam ? { cursor: pageParam } : {}) };
      return body(api.GET('/api/customers/archived', { params: { query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled,
  });
}

/** One of the directory as it is now; null asks for none. */
export function useCustomer(id: string | null) {
  return useQuery({
    queryKey: ['customers', 'one', id],
    queryFn: ({ signal }) =>
      body(api.GET('/api/customers/{id}', { params: { path: { id: id! } }, signal })),
    enabled: id !== null,
    // It may have been corrected since somewhere else.
    staleTime: 0,
  });
}

/** Reads one when it is asked for. */
export function useReadCustomer(onRead: (customer: CustomerRecord) => void) {
  return useMutation({
    mutationFn: (id: string) => body(api.GET('/api/customers/{id}', { params: { path: { id } } })),
    onSuccess: onRead,
  });
}

export function useCustomerHistory(customer: CustomerRecord) {
  const { id, version } = customer;
  return useInfiniteQuery({
    queryKey: ['customers', 'history', id, version],
    queryFn: ({ signal, pageParam }) => {
      const query = pageParam ? { cursor: pageParam } : {};
      const params = { path: { id }, query };
      return body(api.GET('/api/customers/{id}/history', { params, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

/** Others with this RFC; null asks for none. */
export function useDuplicates(taxId: string | null, exceptId: string | undefined) {
  return useQuery({
    queryKey: ['customers', 'duplicates', taxId, exceptId],
    queryFn: async ({ signal }) => {
      const query = { tax_id: taxId!, ...(exceptId ? { except: exceptId } : {}) };
      return (await body(api.GET('/api/customers/duplicates', { params: { query }, signal }))).data;
    },
    enabled: taxId !== null,
  });
}

/** Makes a customer, or replaces the one that is known if it still is in that version. */
export function useSaveCustomer() {
  const settle = useSettled();
  return useMutation({
    mutationFn: ({ customer, known }: { customer: CustomerInput; known?: KnownVersion }) =>
      body(
        known
          ? api.PUT('/api/customers/{id}', {
              params: { path: { id: known.id }, header: ifMatch(known) },
              body: customer,
            })
          : api.POST('/api/customers', { body: customer }),
      ),
    onSuccess: settle,
  });
}

/** Archives, restores or removes; answers what is left of it. */
export function useCustomerLife(onDone: (left: CustomerRecord | null) => void) {
  const settle = useSettled();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ verb, known }: { verb: LifeVerb; known: KnownVersion }) => {
      const params = { path: { id: known.id }, header: ifMatch(known) };
      if (verb === 'archive') return body(api.POST('/api/customers/{id}/archive', { params }));
      if (verb === 'restore') return body(api.POST('/api/customers/{id}/restore', { params }));
      await body(api.DELETE('/api/customers/{id}', { params }));
      return null;
    },
    onSuccess: async (left, { known }) => {
      if (left) settle(left);
      else {
        cache.removeQueries({ queryKey: ['customers', 'one', known.id] });
        void cache.invalidateQueries({ queryKey: ['customers', 'search'] });
        void cache.invalidateQueries({ queryKey: ['customers', 'archived'] });
      }
      onDone(left);
    },
  });
}

/** What an answer says of a customer is shown at once; lists that may hold it are asked again. */
function useSettled() {
  const cache = useQueryClient();
  return (customer: CustomerRecord) => {
    cache.setQueryData(['customers', 'one', customer.id], customer);
    for (const list of ['search', 'archived', 'duplicates', 'history']) {
      void cache.invalidateQueries({ queryKey: ['customers', list] });
    }
  };
}
