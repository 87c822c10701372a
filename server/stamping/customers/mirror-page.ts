import { attemptListPage } from '../attempts/attempt-list-page.ts';
import type { Performed, PerformOptions } from '../attempts/ended-attempt.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { type ListBounds, listBounds } from '../reconciliation/reconciliation-limits.ts';
import { failRun } from './customer-runs-store.ts';
import { readCustomerList } from './their-customer.ts';
import { writeCustomerPage } from './write-customer-page.ts';

/** One page of FacturAPI's customers, brought over to ours. */
export function mirrorPage(
  call: AccountCall,
  o: PerformOptions,
  bounds: ListBounds = listBounds,
): Promise<Performed> {
  return attemptListPage(call, o, {
    ask: (key, window) => o.facturapi.listCustomers(key, window),
    read: (answer) => readCustomerList(answer, bounds.pageSize),
    write: (db, list, askedAt) => writeCustomerPage(db, { call, list, askedAt, bounds }),
    fail: (db, problem) => failRun(db, call.tenantId, call.id, problem),
  });
}
