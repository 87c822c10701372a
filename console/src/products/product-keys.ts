import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, body } from '../api/client.ts';

/** What is known here costs nothing; FacturAPI is asked once somebody stops typing. */
const askDelayMs = 500;
const askLengthMin = 3;
const staleMs = 10 * 60_000;

/**
 * SAT's keys for what is being typed: at once those that are known here, and if they may not be
 * all, a little later those that FacturAPI finds.
 */
export function useProductKeys(q: string, enabled: boolean) {
  const known = useKeys(q, '1', enabled && q !== '');
  const [rested] = useDebouncedValue(q, askDelayMs);
  const worthAsking = rested === q && q.length >= askLengthMin && known.data?.complete === false;
  const asked = useKeys(q, '0', enabled && worthAsking && !known.isPlaceholderData);
  const answer = (worthAsking && !asked.isPlaceholderData && asked.data) || known.data;
  return {
    keys: answer?.data ?? [],
    complete: answer?.complete ?? false,
    waiting: known.isFetching || asked.isFetching || (worthAsking && asked.isPending),
    failed: known.isError || asked.isError,
    tooShort: q.length < askLengthMin,
  };
}

function useKeys(q: string, known: '0' | '1', enabled: boolean) {
  return useQuery({
    queryKey: ['catalogs', 'product-keys', q, known],
    queryFn: ({ signal }) =>
      body(api.GET('/api/catalogs/product-keys', { params: { query: { q, known } }, signal })),
    placeholderData: keepPreviousData,
    // One that may grow is worth another look sooner.
    staleTime: ({ state }) => (state.data?.complete ? staleMs : 0),
    retry: false,
    enabled,
  });
}

/** What a whole key means, if that is known here. */
export function useProductKeyName(code: string): string | undefined {
  const found = useKeys(code, '1', /^\d{8}$/.test(code));
  return found.data?.data.find((key) => key.code === code)?.name;
}
