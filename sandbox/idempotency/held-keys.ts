import { ApiError } from '../api-error.ts';
import type { Work } from '../call.ts';
import { type IdempotencySettings, keyInUse, keyOf } from './repeated-document.ts';

/**
 * Makes a creation hold the keys of bodies that were refused, where the settings say so: then not
 * even a corrected body may use the key again. Held in memory, as a cache of theirs would.
 */
export function holdingRefusedKeys(settings: IdempotencySettings, work: Work): Work {
  const held = new Set<string>();
  return async (call) => {
    const key = keyOf(call.body);
    if (key === undefined || settings.idempotency_refused === 'free') return work(call);
    const name = `${call.account.scope} ${key}`;
    if (held.has(name)) throw keyInUse();
    try {
      return await work(call);
    } catch (error) {
      if (error instanceof ApiError && error.status === 400) held.add(name);
      throw error;
    }
  };
}
