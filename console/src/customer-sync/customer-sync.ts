import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { CustomerDifference, CustomerStanding } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';

const key = ['customer-sync'];
const standingKey = (id: string) => ['customer-standing', id];
const runningPollMs = 1_500;
const idlePollMs = 15_000;
const differencesShown = 10;

/** How far the company's customers are in step with FacturAPI's. */
export function useSync() {
  return useQuery({
    queryKey: [...key, 'state'],
    queryFn: ({ signal }) => body(api.GET('/api/customers/sync', { signal })),
    refetchInterval: ({ state }) =>
      state.data?.state === 'running' || (state.data?.waiting ?? 0) > 0
        ? runningPollMs
        : idlePollMs,
  });
}

export function useSyncOrder(onDone: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (order: 'start' | 'stop') =>
      order === 'start'
        ? body(api.POST('/api/customers/sync'))
        : body(api.POST('/api/customers/sync/stop')),
    onSuccess: (state) => {
      cache.setQueryData([...key, 'state'], state);
      onDone();
    },
  });
}

/** Newest first; `openCount` so that a change of it asks for them again. */
export function useDifferences(openCount: number) {
  return useInfiniteQuery({
    queryKey: [...key, 'differences', openCount],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: differencesShown,
        ...(pageParam === undefined ? {} : { cursor: pageParam }),
      };
      return body(api.GET('/api/customers/sync/differences', { params: { query }, signal }));
    },
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });
}

export type Choice = CustomerDifference['choices'][number];

/** What changed since it was shown is shown again, whatever became of the choice. */
export function useResolve({ id, version, customer: known }: CustomerDifference) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ choice, customer }: { choice: Choice; customer?: string | undefined }) =>
      body(
        api.POST('/api/customers/sync/differences/{id}/resolve', {
          params: { path: { id } },
          body: { choice, version, ...(customer ? { customer } : {}) },
        }),
      ),
    onSettled: async () => {
      await cache.invalidateQueries({ queryKey: key });
      await cache.invalidateQueries({ queryKey: ['customers'] });
      if (known) await cache.invalidateQueries({ queryKey: standingKey(known) });
    },
  });
}

/** How one customer stands; `version` so that an edit of it asks again. */
export function useStanding(id: string, version: number) {
  return useQuery({
    queryKey: [...standingKey(id), version],
    queryFn: ({ signal }) =>
      body(api.GET('/api/customers/{id}/sync', { params: { path: { id } }, signal })),
  });
}

export function useAskFacturapi(id: string, version: number) {
  const cache = useQueryClient();
  const params = { path: { id } };
  const onSuccess = (standing: CustomerStanding) =>
    cache.setQueryData([...standingKey(id), version], standing);
  const onError = () => cache.invalidateQueries({ queryKey: standingKey(id) });
  const validate = useMutation({
    mutationFn: () => body(api.POST('/api/customers/{id}/tax-info-validation', { params })),
    onSuccess,
    onError,
  });
  const sendLink = useMutation({
    mutationFn: (email: string) =>
      body(
        api.POST('/api/customers/{id}/email-edit-link', { params, body: email ? { email } : {} }),
      ),
    onSuccess,
    onError,
  });
  return { validate, sendLink };
}
