import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { CustomerImport } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { Problem, Unreachable } from '../api/problem.ts';

const key = ['customer-imports'];
/** Fifty megabytes over a slow line. */
const sendMsMax = 15 * 60_000;
const pollMs = 1_000;

export interface FileToSend {
  readonly file: File;
  readonly dryRun: boolean;
  readonly stripCompanySuffix: boolean;
}

export interface SentFile {
  readonly id: string;
  /** The same file was imported before: this is that import. */
  readonly repeated: boolean;
}

export function useSendFile() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, dryRun, stripCompanySuffix }: FileToSend): Promise<SentFile> => {
      const form = new FormData();
      form.set('file', file);
      const query = new URLSearchParams({
        dry_run: dryRun ? '1' : '0',
        strip_company_suffix: stripCompanySuffix ? '1' : '0',
      });
      const answer = await fetch(`/api/customers/imports?${query}`, {
        method: 'POST',
        body: form,
        signal: AbortSignal.timeout(sendMsMax),
      }).catch((error) => {
        throw new Unreachable(error);
      });
      const said: unknown = await answer.json().catch(() => null);
      if (!answer.ok) throw new Problem(answer.status, said, answer.headers);
      return said as SentFile;
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: [...key, 'list'] }),
  });
}

export function useRecentImports() {
  return useQuery({
    queryKey: [...key, 'list'],
    queryFn: async ({ signal }) => (await body(api.GET('/api/customers/imports', { signal }))).data,
    // One may have ended since.
    staleTime: 0,
  });
}

/** An import as it is at this moment: told by the server while it runs, asked for when it is not. */
export function useImport(id: string) {
  const cache = useQueryClient();
  const [live, setLive] = useState(false);
  const found = useQuery({
    queryKey: [...key, 'one', id],
    queryFn: ({ signal }) =>
      body(api.GET('/api/customers/imports/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.status === 'running' && !live ? pollMs : false),
  });
  const running = found.data?.status === 'running';

  useEffect(() => {
    if (!running) return;
    const stream = new EventSource(`/api/customers/imports/${id}/events`);
    stream.addEventListener('open', () => setLive(true));
    stream.addEventListener('error', () => setLive(false));
    stream.addEventListener('progress', (event: MessageEvent<string>) => {
      const state = JSON.parse(event.data) as CustomerImport;
      cache.setQueryData([...key, 'one', id], state);
      if (state.status === 'running') return;
      stream.close();
      if (!state.dry_run) void cache.invalidateQueries({ queryKey: ['customers'] });
    });
    return () => {
      stream.close();
      setLive(false);
    };
  }, [id, running, cache]);
  return found;
}
