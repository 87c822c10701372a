import { areSame, differing, type SyncedFields } from './synced-fields.ts';

export type Standing = 'same' | 'ours_newer' | 'theirs_newer' | 'changed_on_both';

/**
 * FacturAPI does not say when a customer was changed. What has changed is told by `base`, which
 * both sides had when they last said the same:
 *
 *   theirs is still the base   only ours was changed
 *   ours is still the base     only theirs was changed
 *   neither                    both were: a person decides
 *
 * Without a base (they have only just been found to be the same customer) one follows from the
 * other if it only says more: an invoice leaves a customer there with little more than its RFC.
 */
export function compareCustomer(
  ours: SyncedFields,
  theirs: SyncedFields,
  base: SyncedFields | null,
): Standing {
  if (areSame(ours, theirs)) return 'same';
  if (base) {
    if (areSame(theirs, base)) return 'ours_newer';
    return areSame(ours, base) ? 'theirs_newer' : 'changed_on_both';
  }
  const names = differing(ours, theirs);
  if (names.every((name) => theirs[name] === null)) return 'ours_newer';
  if (names.every((name) => ours[name] === null)) return 'theirs_newer';
  return 'changed_on_both';
}
