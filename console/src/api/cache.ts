import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isPassing, Problem } from './problem.ts';

const retriesMax = 2;
const retryDelayMsMax = 8_000;

/** How long to wait before trying again: what the server asks for, else 0.5 s, 1 s, 2 s. */
export function retryDelay(attempt: number, error: unknown): number {
  const asked = error instanceof Problem ? error.retryAfterMs : undefined;
  return Math.min(asked ?? 500 * 2 ** attempt, retryDelayMsMax);
}

export function retryPassing(failures: number, error: unknown): boolean {
  return failures < retriesMax && isPassing(error);
}

/** One cache of the server's answers; `onSignedOut` runs when any answer says the session ended. */
export function createCache(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof Problem && error.status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Without a network a request should fail and say so, not wait in silence: and Timbra may
      // well run on this very machine.
      queries: { retry: retryPassing, retryDelay, staleTime: 10_000, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });
}
