import type { Logger } from '../../platform/logging.ts';
import { attemptListPage } from '../attempts/attempt-list-page.ts';
import type { Performed, PerformOptions } from '../attempts/ended-attempt.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { type ListBounds, listBounds } from './reconciliation-limits.ts';
import { failRun } from './runs-store.ts';
import { readListPage } from './their-invoice.ts';
import { writePage } from './write-page.ts';

export interface ReconcileExtras {
  readonly bounds?: ListBounds;
  /** Hears of CFDIs too many. */
  readonly log?: Logger;
}

/** One page of FacturAPI's invoices, held against ours. */
export function reconcilePage(
  call: AccountCall,
  o: PerformOptions,
  { bounds = listBounds, log }: ReconcileExtras = {},
): Promise<Performed> {
  return attemptListPage(call, o, {
    ask: (key, window) => o.facturapi.listInvoices(key, window),
    read: (answer) => readListPage(answer, bounds.pageSize),
    write: (db, page, askedAt) => writePage(db, { call, page, askedAt, bounds, log }),
    fail: (db, problem) => failRun(db, call.tenantId, call.id, problem),
  });
}
