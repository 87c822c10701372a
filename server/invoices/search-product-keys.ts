import { Problem } from '../platform/http/problem.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import { askCatalog, type Lane, readAnswer } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { callKey, type InvoiceSignals } from './invoice-signals.ts';
import { keepAnswer, readKeptAnswer } from './kept-answers-store.ts';

export interface CatalogEntry {
  readonly code: string;
  readonly name: string;
}

export interface SearchOptions {
  readonly db: Queryable;
  readonly lane: Lane;
  readonly signals: InvoiceSignals;
}

export interface Search {
  readonly tenantId: TenantId;
  readonly q: string;
  readonly requestId: string;
}

/** A person types and waits. */
export const searchWaitMsMax = 8_000;
const retryAfterS = 5;
const catalog = 'products' as const;

/**
 * Searches SAT's 52,000 product keys, which FacturAPI has and we have not. The catalogue is the
 * same for all, so an answer is kept for a day; only what nobody has asked costs a call, through
 * the queue like every call.
 */
export function productKeySearch(o: SearchOptions, waitMsMax = searchWaitMsMax) {
  /** By company: several who ask the same at once make one call. */
  const running = new Map<TenantId, Map<string, Promise<readonly CatalogEntry[]>>>();

  return async (search: Search): Promise<readonly CatalogEntry[]> => {
    const q = foldQuery(search.q);
    if (q === '') return [];
    const kept = await readKeptAnswer(o.db, catalog, q);
    if (kept) return kept;
    const own = running.get(search.tenantId) ?? new Map();
    const same = own.get(q);
    if (same) return same;
    const asking = ask(search, q).finally(() => {
      own.delete(q);
      if (own.size === 0) running.delete(search.tenantId);
    });
    running.set(search.tenantId, own.set(q, asking));
    return asking;
  };

  async function ask({ tenantId, q, requestId }: Search, folded: string) {
    const deadlineMs = Date.now() + waitMsMax;
    const signal = o.signals.watch();
    try {
      const question = { catalog, q: q.trim(), requestId, waitMs: waitMsMax };
      const callId = await askCatalog(o.db, o.lane, tenantId, question);
      if (callId === undefined) throw tooMany();
      signal.follow(callKey(callId));
      for (;;) {
        const answer = await readAnswer(o.db, tenantId, callId);
        if (answer.kind === 'answered') return await take(answer, folded);
        const leftMs = deadlineMs - Date.now();
        if (answer.kind === 'unanswered' || leftMs <= 0 || signal.isClosing()) throw noAnswer();
        await signal.next(leftMs);
      }
    } finally {
      signal.stop();
    }
  }

  async function take({ status, body }: { status: number; body: unknown }, folded: string) {
    const entries = readEntries(body);
    if (status !== 200 || !entries) {
      const detail = 'FacturAPI no entendió la búsqueda. Prueba con otras palabras.';
      throw new Problem(422, 'search_refused', detail);
    }
    await keepAnswer(o.db, catalog, folded, entries);
    return entries;
  }
}

function noAnswer(): Problem {
  const detail = 'FacturAPI no respondió a tiempo. Intenta la búsqueda de nuevo en unos segundos.';
  return new Problem(503, 'facturapi_did_not_answer', detail, { retryAfterS });
}

function tooMany(): Problem {
  const detail = 'Hay demasiadas búsquedas de tu empresa a la vez. Intenta en unos segundos.';
  return new Problem(429, 'too_many_searches', detail, { retryAfterS });
}

/** FacturAPI's list; undefined when it is none. */
function readEntries(body: unknown): CatalogEntry[] | undefined {
  const data = (body as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((one: { key?: unknown; description?: unknown } | null) =>
    typeof one?.key === 'string' && typeof one.description === 'string'
      ? [{ code: one.key, name: one.description }]
      : [],
  );
}

/** As people's spelling varies: case, accents, blanks. */
export function foldQuery(q: string): string {
  return q.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim().replace(/\s+/g, ' ');
}
