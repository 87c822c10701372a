import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, body } from '../api/client.ts';

const key = ['reconciliation'];
const runningPollMs = 1_500;
const idlePollMs = 30_000;
const differencesShown = 10;

/** How the company's invoices agree with FacturAPI's, and how far the reading of its history is. */
export function useReconciliation() {
  return useQuery({
    queryKey: [...key, 'state'],
    queryFn: ({ signal }) => body(api.GET('/api/reconciliation', { signal })),
    refetchInterval: ({ state }) =>
      state.data?.history.state === 'running' || state.data?.recent.state === 'running'
        ? runningPollMs
        : idlePollMs,
  });
}

/** Open ones, newest first; `openCount` so that a change of it asks for them again. */
export function useDifferences(openCount: number) {
  return useInfiniteQuery({
    queryKey: [...key, 'differences', openCount],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        open: '1' as const,
        limit: differencesShown,
        ...(pageParam === undefined ? {} : { cursor: pageParam }),
      };
      return body(api.GET('/api/reconciliation/differences', { params: { query }, signal }));
    },
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });
}

export function useCloseDifference(id: string, onClosed: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (why: string) =>
      body(
        api.POST('/api/reconciliation/differences/{id}/close', {
          params: { path: { id } },
          body: { why },
        }),
      ),
    onSuccess: onClosed,
    onSettled: () => cache.invalidateQueries({ queryKey: key }),
  });
}

export function useStartHistory() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.POST('/api/reconciliation/history')),
    onSettled: () => cache.invalidateQueries({ queryKey: key }),
  });
}
