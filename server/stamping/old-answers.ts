import type { Queryable } from '../platform/postgres/database.ts';
import { keptAnswerMsMax } from './stamping.ts';

/** Whoever asked has read it by then, or waits no more. */
export const answerMsMax = 10 * 60_000;
export const removedMax = 1_000;

/** Answers whose time is over, some of them at each call; answers how many were removed. */
export async function removeOldAnswers(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ removed: number }>({
    name: 'remove-old-answers',
    text: `with read as (
             delete from stamping_answers where call_id in (
               select call_id from stamping_answers
                where created_at < now() - $1::float8 * interval '1 ms'
                order by created_at limit $3) returning 1),
           kept as (
             delete from facturapi_answers_kept where (catalog, q) in (
               select catalog, q from facturapi_answers_kept
                where kept_at < now() - $2::float8 * interval '1 ms'
                order by kept_at limit $3) returning 1)
           select (select count(*) from read)::int + (select count(*) from kept)::int as removed`,
    values: [answerMsMax, keptAnswerMsMax, removedMax],
  });
  return rows[0]!.removed;
}
