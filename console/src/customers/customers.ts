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

export function useCreateCustomer() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (customer: CustomerInput) => body(api.POST('/api/customers', { body: customer })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['customers'] }),
  });
}
