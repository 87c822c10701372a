import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { StampingOrder } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { refreshStampingStatus } from '../stamping/stamping-status.ts';

const viewKey = ['operation', 'view'];
const deadKey = ['operation', 'dead'];
const pollMs = 2_000;
const deadPollMs = 10_000;
const deadShown = 20;

export function useStampingView() {
  return useQuery({
    queryKey: viewKey,
    queryFn: ({ signal }) => body(api.GET('/api/cluster/stamping', { signal })),
    refetchInterval: pollMs,
  });
}

export function useOperateStamping(onDone: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (order: StampingOrder) => body(api.POST('/api/cluster/stamping', { body: order })),
    onSuccess: (view) => {
      cache.setQueryData(viewKey, view);
      refreshStampingStatus(cache);
      onDone();
    },
  });
}

/** Calls that do not go on by themselves, newest first. */
export function useDeadLetters() {
  return useInfiniteQuery({
    queryKey: deadKey,
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: deadShown, ...(pageParam ? { cursor: pageParam } : {}) };
      return body(api.GET('/api/cluster/stamping/dead', { params: { query }, signal }));
    },
    getNextPageParam: ({ next_cursor }) => (next_cursor ? Number(next_cursor) : undefined),
    refetchInterval: deadPollMs,
  });
}

export type DeadLetterAction = 'retry' | 'close';

export function useDeadLetter(id: number, action: DeadLetterAction, onDone: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (why: string) => {
      const request = { params: { path: { id } }, body: { why } };
      return body(
        action === 'retry'
          ? api.POST('/api/cluster/stamping/dead/{id}/retry', request)
          : api.POST('/api/cluster/stamping/dead/{id}/close', request),
      );
    },
    onSuccess: onDone,
    onSettled: () => cache.invalidateQueries({ queryKey: deadKey }),
  });
}
