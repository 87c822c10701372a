import type { Queryable } from '../platform/postgres/database.ts';
import { keptAnswerMsMax } from '../stamping/stamping.ts';
import type { CatalogEntry } from './search-product-keys.ts';

/** What FacturAPI answered to somebody, of whichever company, within the last day. */
export async function readKeptAnswer(
  db: Queryable,
  catalog: string,
  q: string,
): Promise<CatalogEntry[] | undefined> {
  const { rows } = await db.query<{ data: CatalogEntry[] }>({
    name: 'read-kept-answer',
    text: `select data from facturapi_answers_kept
            where catalog = $1 and q = $2 and kept_at > now() - $3::float8 * interval '1 ms'`,
    values: [catalog, q, keptAnswerMsMax],
  });
  return rows[0]?.data;
}

export async function keepAnswer(
  db: Queryable,
  catalog: string,
  q: string,
  data: readonly CatalogEntry[],
): Promise<void> {
  await db.query({
    name: 'keep-answer',
    text: `insert into facturapi_answers_kept (catalog, q, data) values ($1, $2, $3::jsonb)
           on conflict (catalog, q) do update set data = excluded.data, kept_at = now()`,
    values: [catalog, q, JSON.stringify(data)],
  });
}
