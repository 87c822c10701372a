import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Session } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { forgetDrafts } from '../invoices/kept-draft.ts';

const sessionKey = ['session'];

/** Who is signed in; null for nobody. */
export function useSession() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }): Promise<Session | null> => {
      try {
        return await body(api.GET('/api/auth/me', { signal }));
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 5 * 60_000,
  });
}

export function useSignIn() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (credentials: { email: string; password: string }) =>
      body(api.POST('/api/auth/login', { body: credentials })),
    onSuccess: (session: Session) => {
      // Another person may sign in on this page: nothing of the previous one may show.
      cache.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] });
      cache.setQueryData(sessionKey, session);
    },
  });
}

export function useSignOut() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.POST('/api/auth/logout')),
    onSuccess: () => {
      forgetDrafts();
      forgetSession(cache);
    },
  });
}

/** Asks the server again who is signed in: something was refused that is not for strangers. */
export function recheckSession(cache: QueryClient): void {
  void cache.invalidateQueries({ queryKey: sessionKey });
}

/** The server no longer knows this session. A half-written invoice stays for the next sign-in. */
export function forgetSession(cache: QueryClient): void {
  cache.setQueryData(sessionKey, null);
}

/** What the server asks of whoever issues, corrects or decides. */
export function mayIssue({ user }: Session): boolean {
  return user.role !== 'viewer';
}

export function mayAdminister({ user }: Session): boolean {
  return user.role === 'owner' || user.role === 'administrator';
}
