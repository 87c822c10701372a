import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CatalogEntry } from '../api/bodies.ts';
import { api, body } from '../api/client.ts';

type SmallCatalog = 'payment-forms' | 'uses' | 'tax-systems' | 'countries' | 'taxabilities';

// SAT changes its catalogues a few times a year.
const catalogStaleMs = 60 * 60_000;

/** One of SAT's small catalogues, whole. */
export function useCatalog(catalog: SmallCatalog) {
  return useQuery({
    queryKey: ['catalogs', catalog],
    queryFn: async ({ signal }): Promise<CatalogEntry[]> =>
      (await body(api.GET(`/api/catalogs/${catalog}`, { signal }))).data,
    staleTime: catalogStaleMs,
    gcTime: catalogStaleMs,
  });
}

/** The units that match what is being typed. */
export function useUnitKeys(q: string, enabled: boolean) {
  return useQuery({
    queryKey: ['catalogs', 'unit-keys', q],
    queryFn: async ({ signal }) =>
      (await body(api.GET('/api/catalogs/unit-keys', { params: { query: { q } }, signal }))).data,
    staleTime: catalogStaleMs,
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** The uses that a receiver of this regime may give a CFDI; all of them while it is unknown. */
export function usesFor(uses: CatalogEntry[], taxSystem: string | undefined): CatalogEntry[] {
  if (!taxSystem) return uses;
  return uses.filter((use) => !use.tax_systems || use.tax_systems.includes(taxSystem));
}

/** The use to start with: the customer's own, else general expenses, else whatever is allowed. */
export function suggestedUse(
  uses: CatalogEntry[],
  taxSystem: string | undefined,
  wanted: (string | null | undefined)[],
): string | undefined {
  const allowed = usesFor(uses, taxSystem).map((use) => use.code);
  return [...wanted, 'G03', 'S01'].find((code) => code && allowed.includes(code)) ?? allowed[0];
}
