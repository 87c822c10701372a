import type { Queryable } from '../platform/postgres/database.ts';
import { keptAnswerMsMax } from '../stamping/stamping.ts';

/** SAT's catalogue is one for all, so what is kept of it belongs to no company. */
export interface CatalogEntry {
  readonly code: string;
  readonly name: string;
}

/** As FacturAPI answered: best first, and whether that was all it has. */
export interface KeyAnswer {
  readonly data: readonly CatalogEntry[];
  readonly complete: boolean;
}

/** c_ClaveProdServ has some 52,500 keys; whoever sends more sends something else. */
export const keptKeysMax = 60_000;
/** A key that no answer has named for so long may have left SAT's catalogue. */
export const keptKeyDaysMax = 180;
export const keyNameLengthMax = 300;
const removedMax = 500;

const catalog = 'products';

/** What FacturAPI answered to one of these questions within the last day, the longest first. */
export async function readKeptAnswers(
  db: Queryable,
  questions: readonly string[],
): Promise<ReadonlyArray<KeyAnswer & { readonly q: string }>> {
  const { rows } = await db.query<KeyAnswer & { q: string }>({
    name: 'read-kept-answers',
    text: `select q, data, complete from facturapi_answers_kept
            where catalog = $1 and q = any($2::text[])
              and kept_at > now() - $3::float8 * interval '1 ms'
            order by length(q) desc`,
    values: [catalog, questions, keptAnswerMsMax],
  });
  return rows;
}

/**
 * The kept keys that have every word of a folded question, as a word's beginning: the code itself
 * first, then codes and names that begin so, then the shortest names. Words of three letters and
 * more go by the trigram index; over all 52,500 keys shorter ones cost some 20 ms.
 */
export async function matchKeptKeys(
  db: Queryable,
  q: string,
  limit: number,
): Promise<CatalogEntry[]> {
  const patterns = q.split(' ').map((word) => `% ${word}%`);
  const longest = patterns.reduce((one, other) => (other.length > one.length ? other : one));
  const { rows } = await db.query<CatalogEntry>({
    name: 'match-kept-keys',
    // An index serves one LIKE, and none of ALL.
    text: `select code, name from sat_product_keys
            where words like $2 and words like all ($3::text[])
            order by code = $1 desc, starts_with(code, $1) desc,
                     starts_with(substr(words, 11), $1) desc, length(name), code
            limit $4`,
    values: [q, longest, patterns, limit],
  });
  return rows;
}

/** Keeps an answer, and each key in it for questions that nobody has asked yet. */
export async function keepAnswer(
  db: Queryable,
  q: string,
  answer: KeyAnswer,
  keysMax = keptKeysMax,
): Promise<void> {
  await db.query({
    name: 'keep-answer',
    text: `with answer as (
             insert into facturapi_answers_kept (catalog, q, data, complete)
             values ($1, $2, $3::jsonb, $4)
             on conflict (catalog, q) do update
               set data = excluded.data, complete = excluded.complete, kept_at = now()),
           gone as (
             delete from sat_product_keys where code in (
               select code from sat_product_keys
                where seen_at < now() - $6 * interval '1 day'
                  and code not in (select key ->> 'code' from jsonb_array_elements($3::jsonb) key)
                order by seen_at limit $7 for update skip locked))
           insert into sat_product_keys (code, name)
           select code, name from jsonb_to_recordset($3::jsonb) as key(code text, name text)
            where code in (select code from sat_product_keys)
               or (select count(*) from sat_product_keys) + jsonb_array_length($3::jsonb) <= $5
            order by code
           on conflict (code) do update set name = excluded.name, seen_at = now()
             where sat_product_keys.name <> excluded.name
                or sat_product_keys.seen_at < now() - interval '1 day'`,
    values: [
      catalog,
      q,
      JSON.stringify(answer.data),
      answer.complete,
      keysMax,
      keptKeyDaysMax,
      removedMax,
    ],
  });
}
