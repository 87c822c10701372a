import { ApiError, type ErrorDetail, invalidRequest } from '../api-error.ts';

/** FacturAPI's documented limits of every list. */
export const pageMax = 30;
export const pageSizeMax = 100;

export interface Page {
  page: number;
  limit: number;
}

export type Query = Readonly<Record<string, string | string[] | undefined>>;

export function queryValue(query: Query, name: string): string | undefined {
  const value = query[name];
  const single = Array.isArray(value) ? value[0] : value;
  return single === '' ? undefined : single;
}

export function queryDetail(path: string, code: string, message: string): ErrorDetail {
  return { code, message, path, location: 'query', source: 'facturapi' };
}

/** Reads `page` and `limit`; a page past the last allowed one has a code of its own. */
export function readPage(query: Query, defaultLimit: number): Page {
  const page = readWholeNumber(query, 'page') ?? 1;
  const limit = readWholeNumber(query, 'limit') ?? defaultLimit;
  if (page > pageMax) {
    const message = `La página máxima que se puede pedir es ${pageMax}.`;
    const errors = [queryDetail('page', 'too_large', message)];
    throw new ApiError(400, 'page_too_large', message, { errors });
  }
  if (limit > pageSizeMax) {
    const message = `El límite máximo por página es ${pageSizeMax}.`;
    throw invalidRequest([queryDetail('limit', 'too_large', message)]);
  }
  return { page, limit };
}

export function readWholeNumber(query: Query, name: string): number | undefined {
  const text = queryValue(query, name);
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) {
    const message = `El parámetro ${name} debe ser un número entero.`;
    throw invalidRequest([queryDetail(name, 'invalid_type', message)]);
  }
  const value = Number(text);
  if (value < 1) {
    const message = `El parámetro ${name} debe ser mayor o igual a 1.`;
    throw invalidRequest([queryDetail(name, 'too_small', message)]);
  }
  return value;
}

/**
 * The date range of FacturAPI's lists, `date[gte]=...` and so on, as SQL comparisons of a column
 * that holds ISO instants in UTC (whose order as text is their order in time).
 */
export function readDateRange(query: Query, column: string): { sql: string[]; values: string[] } {
  const sql: string[] = [];
  const values: string[] = [];
  for (const [name, operator] of dateOperators) {
    const text = queryValue(query, `date[${name}]`);
    if (text === undefined) continue;
    const instant = new Date(text);
    if (Number.isNaN(instant.getTime())) {
      const message = `La fecha de date[${name}] no es válida.`;
      const errors = [queryDetail(`date.${name}`, 'invalid_format', message)];
      throw new ApiError(400, 'invalid_date', message, { errors });
    }
    sql.push(`${column} ${operator} ?`);
    values.push(instant.toISOString());
  }
  return { sql, values };
}

const dateOperators = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
] as const;

/** A list's answer, put together from bodies that are stored as JSON text, without parsing them. */
export function listBody(page: Page, total: number, bodies: readonly string[]): string {
  const pages = Math.ceil(total / page.limit);
  const head = `"page":${page.page},"total_pages":${pages},"total_results":${total}`;
  return `{${head},"data":[${bodies.join(',')}]}`;
}

/** Text as searches compare it: without accents or case, so 'María' is found by 'maria'. */
export function searchable(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** A LIKE pattern for "contains", with LIKE's own signs taken literally (ESCAPE '\'). */
export function containing(text: string): string {
  return `%${searchable(text).replace(/[\\%_]/g, '\\$&')}%`;
}
