import { Problem } from '../platform/http/problem.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import { askCatalog, awaitAnswer, type CallWatch, type Lane } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  type CatalogEntry,
  type KeyAnswer,
  keepAnswer,
  keyNameLengthMax,
  matchKeptKeys,
  readKeptAnswers,
} from './product-keys-store.ts';

export interface SearchOptions {
  readonly db: Queryable;
  readonly lane: Lane;
  readonly watchCall: () => CallWatch;
}

export interface KeySearch {
  readonly tenantId: TenantId;
  readonly q: string;
  readonly requestId: string;
  /** Only what is kept here: no call, whatever is missing. */
  readonly known?: boolean;
}

/** A person types and waits. */
export const searchWaitMsMax = 8_000;
export const keysShownMax = 50;
/** A longer question is not looked up by its parts. */
const wordsMax = 12;
const retryAfterS = 5;
const nothing: KeyAnswer = { data: [], complete: true };

/**
 * Searches SAT's 52,000 product keys, which FacturAPI has and we have not: here first, among the
 * keys of all earlier answers. Only when those may not be all is it asked, through the queue like
 * every call, and its answer kept for everybody, since the catalogue is the same for all.
 *
 * `complete` says that nobody knows of more: FacturAPI sent all it has for these words, or for some
 * of them, of which these are fewer. If it does not answer, what is known is the answer, and not
 * complete.
 */
export function productKeySearch(o: SearchOptions, waitMsMax = searchWaitMsMax) {
  /** By company: several who ask the same at once make one call. */
  const running = new Map<TenantId, Map<string, Promise<KeyAnswer>>>();

  return async (search: KeySearch): Promise<KeyAnswer> => {
    const q = foldQuery(search.q);
    if (q === '') return nothing;
    const kept = await answerFromKept(o.db, q);
    if (kept) return kept;
    const hits = await matchKeptKeys(o.db, q, keysShownMax);
    if (isWholeKey(q) && hits[0]?.code === q) return { data: [hits[0]], complete: true };
    if (search.known) return { data: hits, complete: false };
    try {
      return joined(await askOnce(search, q), hits);
    } catch (error) {
      if (hits.length > 0 && error instanceof Problem) return { data: hits, complete: false };
      throw error;
    }
  };

  function askOnce(search: KeySearch, q: string): Promise<KeyAnswer> {
    const own = running.get(search.tenantId) ?? new Map<string, Promise<KeyAnswer>>();
    const same = own.get(q);
    if (same) return same;
    const asking = ask(search, q).finally(() => {
      own.delete(q);
      if (own.size === 0) running.delete(search.tenantId);
    });
    running.set(search.tenantId, own.set(q, asking));
    return asking;
  }

  async function ask({ tenantId, q, requestId }: KeySearch, folded: string) {
    const untilMs = Date.now() + waitMsMax;
    const question = { catalog: 'products' as const, q: q.trim(), requestId, waitMs: waitMsMax };
    const callId = await askCatalog(o.db, o.lane, tenantId, question);
    if (callId === undefined) throw tooMany();
    const answer = await awaitAnswer(o.db, o.watchCall(), { tenantId, callId, untilMs });
    if (answer.kind !== 'answered') throw noAnswer();
    return take(answer, folded);
  }

  async function take({ status, body }: { status: number; body: unknown }, folded: string) {
    const answer = readEntries(body);
    if (status !== 200 || !answer) {
      const detail = 'FacturAPI no entendió la búsqueda. Prueba con otras palabras.';
      throw new Problem(422, 'search_refused', detail);
    }
    await keepAnswer(o.db, folded, answer);
    return answer;
  }
}

/**
 * The answer to this very question, or what is left of a complete answer to some of its words. A
 * part of a word is no such question: whether FacturAPI finds beginnings of words is not said.
 */
async function answerFromKept(db: Queryable, q: string): Promise<KeyAnswer | undefined> {
  const words = q.split(' ').slice(0, wordsMax);
  const leading = words.map((_, index) => words.slice(0, index + 1).join(' '));
  const answers = await readKeptAnswers(db, [...new Set([q, ...leading, ...words])]);
  for (const { q: asked, data, complete } of answers) {
    if (asked === q) return { data, complete };
    const narrowed = complete ? data.filter((entry) => hasWords(entry, q)) : [];
    // Of nothing found nothing is learnt: FacturAPI may know these words together.
    if (narrowed.length > 0) return { data: narrowed, complete };
  }
  return undefined;
}

/** FacturAPI's own order first, then what is known besides. */
function joined(answer: KeyAnswer, hits: readonly CatalogEntry[]): KeyAnswer {
  const codes = new Set(answer.data.map(({ code }) => code));
  const more = hits.filter(({ code }) => !codes.has(code));
  return { ...answer, data: [...answer.data, ...more].slice(0, keysShownMax) };
}

function hasWords({ code, name }: CatalogEntry, q: string): boolean {
  const text = ` ${code} ${foldQuery(name)}`;
  return q.split(' ').every((word) => text.includes(` ${word}`));
}

function isWholeKey(q: string): boolean {
  return /^\d{8}$/.test(q);
}

function noAnswer(): Problem {
  const detail = 'FacturAPI no respondió a tiempo. Intenta la búsqueda de nuevo en unos segundos.';
  return new Problem(503, 'facturapi_did_not_answer', detail, { retryAfterS });
}

function tooMany(): Problem {
  const detail = 'Hay demasiadas búsquedas de tu empresa a la vez. Intenta en unos segundos.';
  return new Problem(429, 'too_many_searches', detail, { retryAfterS });
}

/** FacturAPI's list; undefined when it is none. What is no key of SAT's is left out. */
function readEntries(body: unknown): KeyAnswer | undefined {
  const { data, total_results: total } = (body ?? {}) as {
    data?: unknown;
    total_results?: unknown;
  };
  if (!Array.isArray(data)) return undefined;
  const entries = data.flatMap((one: { key?: unknown; description?: unknown } | null) =>
    isKey(one?.key) && isName(one?.description) ? [{ code: one.key, name: one.description }] : [],
  );
  const unlike = [...new Map(entries.map((entry) => [entry.code, entry])).values()];
  return { data: unlike, complete: typeof total === 'number' && total <= data.length };
}

function isKey(key: unknown): key is string {
  return typeof key === 'string' && isWholeKey(key);
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '' && name.length <= keyNameLengthMax;
}

/** As people's spelling varies, case, accents, signs, blanks: the same as timbra_fold. */
export function foldQuery(q: string): string {
  const plain = q
    .normalize('NFD')
    .replace(/[\p{M}.']/gu, '')
    .toLowerCase();
  return plain.replace(/[^a-z0-9&@]+/g, ' ').trim();
}
