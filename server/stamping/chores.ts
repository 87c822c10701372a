import type pg from 'pg';
import type { Logger } from '../platform/logging.ts';
import { inTransaction, type Queryable } from '../platform/postgres/database.ts';
import { askDueCustomers, startDueCustomerSyncs } from './customers/start-customer-syncs-store.ts';
import { removeOldAnswers, removeOldCalls } from './old-calls.ts';
import { tellLate } from './operator/late-invoices.ts';
import { type LimitScope, laneOf } from './queue/lanes.ts';
import { startDueReconciliations } from './reconciliation/start-reconciliations-store.ts';

/** Of Timbra's advisory locks on single things: "TMBC" as a 32-bit integer. */
const choresLock = 0x544d4243;
export const choresEveryMs = 60_000;

export interface ChoresOptions {
  readonly pool: pg.Pool;
  readonly limitScope: LimitScope;
  readonly log: Logger;
}

/**
 * What somebody has to look at about once a minute: invoices that grow late, reconciliations and
 * syncs of customers that are due, answers that nobody fetched. Every stamper tries; one at a time
 * does it.
 */
export async function doChores(o: ChoresOptions): Promise<void> {
  await inTransaction(o.pool, async (client) => {
    const { rows } = await client.query<{ ours: boolean }>(
      'select pg_try_advisory_xact_lock($1) as ours',
      [choresLock],
    );
    if (!rows[0]?.ours) return;
    const db = client as Queryable;
    const late = await tellLate(db);
    if (late > 0) o.log.warn({ invoices: late }, 'invoices are 48 hours old without a stamp');
    const lane = laneOf(o.limitScope);
    const due = await startDueReconciliations(db, { lane, now: new Date() });
    const lost = due.filter((one) => !one.started);
    if (lost.length > 0) o.log.warn({ runs: lost }, 'reconciliations lost their call');
    await startDueCustomerSyncs(db, { lane, now: new Date() });
    await askDueCustomers(db, lane);
    await removeOldAnswers(db);
    await removeOldCalls(db);
    await db.query(`delete from stamping_stampers where heartbeat_at < now() - interval '1 hour'`);
  });
}

export function startChores(o: ChoresOptions) {
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= doChores(o)
      .catch((error) => o.log.warn({ err: error }, 'the chores of the queue were not done'))
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(run, choresEveryMs);
  run();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
