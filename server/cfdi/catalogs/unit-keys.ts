import { type CatalogEntry, lookUpIn } from './look-up.ts';
import entries from './unit-keys.json' with { type: 'json' };

/** c_ClaveUnidad. */
export const unitKeys: readonly CatalogEntry[] = entries;

/** The unit of a key, by the same rules as the look-ups of catalogs.ts. */
export const unitKey = lookUpIn(unitKeys);
