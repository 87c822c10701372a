import type pg from 'pg';
import { until } from '../../test/support/until.ts';

/**
 * So many at once, for certain: the row that they will all want is locked until every one of them
 * waits for it.
 */
export async function linedUp<T>(
  admin: pg.Pool,
  lock: { readonly sql: string; readonly values: readonly unknown[] },
  count: number,
  start: () => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const holder = await admin.connect();
  try {
    await holder.query('begin');
    await holder.query(lock.sql, [...lock.values]);
    const answers = Promise.allSettled(Array.from({ length: count }, start));
    await until(async () => (await countWaiting(admin)) >= count);
    await holder.query('commit');
    return await answers;
  } finally {
    holder.release();
  }
}

async function countWaiting(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]!.count;
}
