import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { CustomerInput } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';

const customersShownMax = 8;

/** The customers that best match what is being typed, best first. */
export function useCustomerSearch(q: string, enabled: boolean) {
  return useQuery({
    queryKey: ['customers', 'search', q],
    queryFn: async ({ signal }) => {
      const query = { q, limit: customersShownMax };
      return (await body(api.GET('/api/customers', { params: { query }, signal }))).data;
    },
    placeholderData: keepPreviousData,
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

/** Makes a customer, or replaces the one with this id. */
export function useSaveCustomer(id: string | undefined) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (customer: CustomerInput) =>
      body(
        id
          ? api.PUT('/api/customers/{id}', { params: { path: { id } }, body: customer })
          : api.POST('/api/customers', { body: customer }),
      ),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['customers'] }),
  });
}
