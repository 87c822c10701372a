import { type QueryClient, useQuery } from '@tanstack/react-query';
import { api, body } from '../api/client.ts';

const statusKey = ['stamping-status'];
const pollMs = 5_000;
/** The server remembers its answer for so long, and a batch announces thousands of invoices. */
const answerAgeMsMax = 1_000;

/** How stamping goes for the company; asked again by itself while the page is visible. */
export function useStampingStatus() {
  return useQuery({
    queryKey: statusKey,
    queryFn: ({ signal }) => body(api.GET('/api/stamping/status', { signal })),
    refetchInterval: pollMs,
    staleTime: 0,
  });
}

export function refreshStampingStatus(cache: QueryClient): void {
  void cache.invalidateQueries({ queryKey: statusKey });
}

/**
 * To be told of everything that happens: asks at once, and again when an answer given just before
 * can no longer be the one, however many more tell meanwhile.
 */
export function statusFollower(cache: QueryClient) {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return {
    happened() {
      if (waiting !== undefined) return;
      refreshStampingStatus(cache);
      waiting = setTimeout(() => {
        waiting = undefined;
        refreshStampingStatus(cache);
      }, answerAgeMsMax);
    },
    stop() {
      clearTimeout(waiting);
      waiting = undefined;
    },
  };
}
