import type { Queryable } from '../../platform/postgres/database.ts';

/** Accepted invoices show in the ranking about so soon. */
export const foldUsesEveryMs = 60_000;
export const usesBatchMax = 1_000;
export const turningBatchMax = 200;
/** What is left after so many batches waits a minute: other work has the connection meanwhile. */
const batchesMax = 20;

/**
 * Brings the ranking up to date: the uses that invoices noted go into the heat, and customers whose
 * coldness changed, by use or by time, have their keys moved. Every web worker tries; one at a time
 * does it. Answers how many uses were folded and how many customers looked at.
 */
export async function foldCustomerUses(db: Queryable): Promise<{ uses: number; turned: number }> {
  const uses = await inBatches(usesBatchMax, async () => {
    const { rows } = await db.query<{ n: number }>('select timbra_fold_customer_uses($1) as n', [
      usesBatchMax,
    ]);
    return rows[0]!.n;
  });
  const turned = await inBatches(turningBatchMax, async () => {
    const { rows } = await db.query<{ n: number }>('select timbra_turn_customers($1) as n', [
      turningBatchMax,
    ]);
    return rows[0]!.n;
  });
  return { uses, turned };
}

async function inBatches(size: number, one: () => Promise<number>): Promise<number> {
  let done = 0;
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const n = await one();
    done += n;
    if (n < size) break;
  }
  return done;
}
