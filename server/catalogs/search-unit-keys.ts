import { type CatalogEntry, isValidOn } from '../cfdi/catalogs/look-up.ts';

export const unitKeysShownMax = 50;

/**
 * Makes the search of the units of measure: those that have every word typed in their key or name,
 * best first. All are folded once, since a person types letter by letter.
 */
export function unitKeySearch(
  all: readonly CatalogEntry[],
): (typed: string, on: string | undefined) => CatalogEntry[] {
  const units = all.map((unit) => {
    const [code, name] = [fold(unit.code), fold(unit.name)];
    return { unit, code, name, text: `${code} ${name}` };
  });
  return (typed, on) => {
    const q = fold(typed).trim();
    const words = q.split(/\s+/);
    return units
      .filter(({ unit, text }) => isValidOn(unit, on) && words.every((word) => text.includes(word)))
      .map((entry) => ({ ...entry, rank: rankOf(entry, q) }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, unitKeysShownMax)
      .map(({ unit }) => unit);
  };
}

/** The key itself, then the unit's whole name, names that start so, and the rest as listed. */
function rankOf({ code, name }: { code: string; name: string }, q: string): number {
  if (code === q) return 0;
  if (name === q) return 1;
  return name.startsWith(q) ? 2 : 3;
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
