import type { NewId } from '../../platform/clock.ts';
import { isGeneric } from './synced-fields.ts';
import type { TheirCustomer } from './their-customer.ts';

/** A customer of ours that one of theirs may be. */
export interface Candidate {
  readonly id: string;
  readonly taxId: string;
  readonly legalName: string;
  /** It is another one of theirs already. */
  readonly isLinked: boolean;
}

export type Match =
  | { readonly kind: 'ours'; readonly theirs: TheirCustomer; readonly customerId: string }
  | { readonly kind: 'new'; readonly theirs: TheirCustomer; readonly customerId: string }
  /** FacturAPI has it twice: each receiver that an invoice spells out otherwise is one more. */
  | { readonly kind: 'double'; readonly theirs: TheirCustomer }
  | { readonly kind: 'several'; readonly theirs: TheirCustomer; readonly candidates: string[] };

/**
 * Which of ours each of theirs is, of those that no id tells: the one with its RFC and its name; by
 * the RFC alone only if that is nobody else's, and never by a generic one.
 */
export function matchCustomers(
  unknown: readonly TheirCustomer[],
  candidates: readonly Candidate[],
  newId: NewId,
): Match[] {
  const byTaxId = Map.groupBy(candidates, ({ taxId }) => taxId);
  const taken = new Set(candidates.filter(({ isLinked }) => isLinked).map(({ id }) => id));
  return unknown.map((theirs): Match => {
    const { tax_id: taxId, legal_name: legalName } = theirs.fields;
    const sameTaxId = byTaxId.get(taxId ?? '') ?? [];
    const namesakes = sameTaxId.filter((one) => nameKey(one.legalName) === nameKey(legalName));
    const isFree = ({ id }: Candidate) => !taken.has(id);
    const link = (customerId: string): Match => {
      taken.add(customerId);
      return { kind: 'ours', theirs, customerId };
    };
    if (namesakes.length > 0) {
      const free = namesakes.filter(isFree);
      if (free.length === 1) return link(free[0]!.id);
      return free.length === 0
        ? { kind: 'double', theirs }
        : { kind: 'several', theirs, candidates: free.map(({ id }) => id) };
    }
    if (sameTaxId.length > 0 && !isGeneric(taxId)) {
      const [only] = sameTaxId;
      if (sameTaxId.length === 1 && isFree(only!)) return link(only!.id);
      return { kind: 'several', theirs, candidates: sameTaxId.map(({ id }) => id) };
    }
    // The next one on this page may be the same again.
    const id = newId();
    const made = { id, taxId: taxId ?? '', legalName: legalName ?? '', isLinked: true };
    byTaxId.set(made.taxId, [...sameTaxId, made]);
    taken.add(id);
    return { kind: 'new', theirs, customerId: id };
  });
}

/** A name as SAT compares it, near enough: neither accents nor case nor dots tell two apart. */
export function nameKey(name: string | null): string {
  const plain = (name ?? '').normalize('NFD').replace(/[\p{M}.,]/gu, '');
  return plain.toUpperCase().replace(/\s+/g, ' ').trim();
}
