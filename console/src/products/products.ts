import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Product, ProductInput, ProductPage, ProductPricing } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';
import { ifMatch, type KnownVersion, type LifeVerb } from '../api/versions.ts';

const pickerShownMax = 6;
const listPageSize = 30;

/** The products that best match what is being typed in a line of an invoice, best first. */
export function useProductSearch(q: string, enabled: boolean) {
  return useQuery({
    queryKey: ['products', 'search', q],
    queryFn: async ({ signal }) => {
      const query = { q, limit: pickerShownMax };
      return (await body(api.GET('/api/products', { params: { query }, signal }))).data;
    },
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** The pages of all products, of the archived ones, or of what was typed for. */
export function useProducts(q: string, archived: boolean) {
  return useInfiniteQuery({
    queryKey: ['products', 'list', q, archived],
    queryFn: ({ signal, pageParam }): Promise<ProductPage> => {
      const query = {
        q,
        limit: listPageSize,
        archived: archived ? ('1' as const) : ('0' as const),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return body(api.GET('/api/products', { params: { query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

/** One of the catalogue as it is now; null asks for none. */
export function useProduct(id: string | null) {
  return useQuery({
    queryKey: ['products', 'one', id],
    queryFn: ({ signal }) =>
      body(api.GET('/api/products/{id}', { params: { path: { id: id! } }, signal })),
    enabled: id !== null,
    // It may have been changed since somewhere else.
    staleTime: 0,
  });
}

/** One piece of what is being written, tax by tax; null asks for none. */
export function useProductPreview(pricing: ProductPricing | null) {
  return useQuery({
    queryKey: ['products', 'preview', pricing],
    queryFn: ({ signal }) => body(api.POST('/api/products/preview', { body: pricing!, signal })),
    placeholderData: keepPreviousData,
    enabled: pricing !== null,
  });
}

/** Makes a product, or replaces the one that is known if it still is in that version. */
export function useSaveProduct() {
  const settle = useSettled();
  return useMutation({
    mutationFn: ({ product, known }: { product: ProductInput; known?: KnownVersion }) =>
      body(
        known
          ? api.PUT('/api/products/{id}', {
              params: { path: { id: known.id }, header: ifMatch(known) },
              body: product,
            })
          : api.POST('/api/products', { body: product }),
      ),
    onSuccess: settle,
  });
}

/** Archives, restores or removes; answers what is left of it. */
export function useProductLife(onDone: (left: Product | null) => void) {
  const settle = useSettled();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ verb, known }: { verb: LifeVerb; known: KnownVersion }) => {
      const params = { path: { id: known.id }, header: ifMatch(known) };
      if (verb === 'archive') return body(api.POST('/api/products/{id}/archive', { params }));
      if (verb === 'restore') return body(api.POST('/api/products/{id}/restore', { params }));
      await body(api.DELETE('/api/products/{id}', { params }));
      return null;
    },
    onSuccess: (left, { known }) => {
      if (left) settle(left);
      else {
        cache.removeQueries({ queryKey: ['products', 'one', known.id] });
        void cache.invalidateQueries({ queryKey: ['products', 'list'] });
        void cache.invalidateQueries({ queryKey: ['products', 'search'] });
      }
      onDone(left);
    },
  });
}

/** What an answer says of a product is shown at once; lists that may hold it are asked again. */
function useSettled() {
  const cache = useQueryClient();
  return (product: Product) => {
    cache.setQueryData(['products', 'one', product.id], product);
    for (const list of ['list', 'search']) {
      void cache.invalidateQueries({ queryKey: ['products', list] });
    }
  };
}
