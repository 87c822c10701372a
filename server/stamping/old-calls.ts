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

/** What is about no invoice of ours, or only read one, tells nobody anything after so long. */
export const passingDaysMax = 7;

/** Ends searches that nobody waits for any more, and removes old passing calls; some at a time. */
export async function removeOldCalls(db: Queryable): Promise<number> {
  await db.query({
    name: 'end-expired-searches',
    text: `update stamping_calls set state = 'done', done_at = now()
            where kind in ('search_catalog', 'ask_customer') and state in ('queued', 'delayed')
              and expires_at < now() - interval '1 minute'`,
  });
  const { rows } = await db.query<{ removed: number }>({
    name: 'remove-old-calls',
    text: `with calls as (
             delete from stamping_calls where id in (
               select id from stamping_calls
                where state = 'done' and kind in ('search_catalog', 'list_invoices', 'read_invoice')
                  and done_at < now() - $1 * interval '1 day'
                order by done_at limit $2) returning 1),
           of_customers as (
             delete from stamping_calls where id in (
               select id from stamping_calls
                where state = 'done' and kind in ('list_customers', 'sync_customer', 'ask_customer')
                  and done_at < now() - $1 * interval '1 day'
                order by done_at limit $2) returning 1),
           attempts as (
             delete from stamping_attempts where id in (
               select id from stamping_attempts
                where invoice_id is null and ended_at < now() - $1 * interval '1 day'
                order by ended_at limit $2) returning 1)
           select (select count(*) from calls)::int + (select count(*) from of_customers)::int
                  + (select count(*) from attempts)::int as removed`,
    values: [passingDaysMax, removedMax],
  });
  return rows[0]!.removed;
}
