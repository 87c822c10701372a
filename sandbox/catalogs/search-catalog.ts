import { unitKeys } from '../../server/cfdi/catalogs/unit-keys.ts';
import { type Answer, ok } from '../answer.ts';
import { listBody, type Query, queryValue, readPage, searchable } from '../state/page.ts';
import productKeys from './product-keys.json' with { type: 'json' };

export interface CatalogEntry {
  code: string;
  name: string;
  /** Of the name, as searches compare them. */
  words: readonly string[];
}

/**
 * The keys that invoices name most, of the 52,000 of c_ClaveProdServ, under short names. A product
 * may have any other key too: the sandbox does not hold items against this list.
 */
export const commonProductKeys: readonly CatalogEntry[] = productKeys.map(indexed);
export const units: readonly CatalogEntry[] = unitKeys.map(indexed);

function indexed({ code, name }: { code: string; name: string }): CatalogEntry {
  return { code, name, words: wordsOf(name) };
}

const limitDefault = 50;

/** `GET /catalogs/products` and `/catalogs/units`: best match first, or all without `q`. */
export function searchCatalog(entries: readonly CatalogEntry[], query: Query): Answer {
  const page = readPage(query, limitDefault);
  const found = rank(entries, queryValue(query, 'q') ?? '');
  const start = (page.page - 1) * page.limit;
  const shown = found.slice(start, start + page.limit).map((match) => JSON.stringify(match));
  return ok(listBody(page, found.length, shown));
}

interface Match {
  key: string;
  description: string;
  /** From 0 to 1. */
  score: number;
}

function rank(entries: readonly CatalogEntry[], q: string): Match[] {
  const words = wordsOf(q);
  const matches = entries
    .map((entry) => ({ key: entry.code, description: entry.name, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0);
  return words.length === 0 ? matches : matches.sort((a, b) => b.score - a.score);
}

/**
 * How well an entry answers: the share of the words that it has, where a word's beginning counts
 * for less than the word, less again the more else it says; its very key is a full match.
 */
function scoreOf(entry: CatalogEntry, words: readonly string[]): number {
  const has = entry.words;
  const code = entry.code.toLowerCase();
  if (words.length === 0 || (words.length === 1 && words[0] === code)) return 1;
  let points = 0;
  for (const word of words) {
    if (has.includes(word)) points += 1;
    else if (has.some((other) => other.startsWith(word))) points += 0.8;
    else if (code.startsWith(word)) points += 0.6;
    else return 0;
  }
  const rest = Math.max(0, has.length - words.length);
  const score = (points / words.length) * (1 - rest / (rest + 20));
  return Math.round(score * 10_000) / 10_000;
}

function wordsOf(text: string): string[] {
  return searchable(text)
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
