import type { ProductTier } from './product-search-store.ts';

/** In UTF-16 units of the stored field, as JavaScript cuts text. */
export interface MatchRange {
  readonly field: 'description' | 'sku';
  readonly start: number;
  readonly length: number;
}

interface Searched {
  readonly description: string;
  readonly sku: string | null;
}

/** What of a product to highlight: the beginnings of words, or of its SKU, that were typed. */
export function matchRanges(
  { description, sku }: Searched,
  tier: ProductTier,
  words: readonly string[],
): MatchRange[] {
  if (tier === 'sku' || tier === 'sku_prefix') {
    const length = lengthOfCode(sku ?? '', words.join(''));
    return length > 0 ? [{ field: 'sku', start: 0, length }] : [];
  }
  const ranges = words.flatMap((word) => {
    const found = wordsOf(description).find(({ folded }) => folded.text.startsWith(word));
    if (!found) return [];
    const length = found.folded.ends[word.length - 1]!;
    return [{ field: 'description' as const, start: found.start, length }];
  });
  const starts = new Map<number, MatchRange>();
  for (const range of ranges.sort((a, b) => a.length - b.length)) starts.set(range.start, range);
  return [...starts.values()].sort((a, b) => a.start - b.start);
}

/** How much of a SKU its first letters and digits take, signs between them included. */
function lengthOfCode(sku: string, code: string): number {
  const { text, ends } = fold(sku);
  return text.startsWith(code) ? (ends[code.length - 1] ?? 0) : 0;
}

interface Folded {
  readonly text: string;
  /** Behind each of its characters: how many units of the original are used up. */
  readonly ends: readonly number[];
}

/** As timbra_fold does, of one word: what it drops joins what stands before it. */
function fold(original: string): Folded {
  let text = '';
  const ends: number[] = [];
  let used = 0;
  for (const character of original.normalize('NFC')) {
    used += character.length;
    for (const kept of plain(character)) {
      text += kept;
      ends.push(used);
    }
  }
  return { text, ends };
}

function plain(character: string): string {
  return character
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9&@]/g, '');
}

/** Dots and apostrophes stand inside a word, as in S.A.; every other sign ends it. */
function wordsOf(text: string): Array<{ start: number; folded: Folded }> {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}&@.']+/gu)].map((match) => ({
    start: match.index,
    folded: fold(match[0]),
  }));
}
