import { outcomeOfCreate } from '../../facturapi/outcome.ts';
import { attemptOf, type Performed, type PerformOptions } from '../attempts/ended-attempt.ts';
import { notRead } from '../attempts/read-again.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { type ListBounds, listBounds } from '../reconciliation/reconciliation-limits.ts';
import { failRun, type PageRequest } from './customer-runs-store.ts';
import { readCustomerList } from './their-customer.ts';
import { writeCustomerPage } from './write-customer-page.ts';

/**
 * One page of FacturAPI's customers, brought over to ours. A page that cannot be had is tried again
 * as any read; one that FacturAPI refuses would be refused for ever, so its run ends as failed.
 */
export async function mirrorPage(
  call: AccountCall,
  o: PerformOptions,
  bounds: ListBounds = listBounds,
): Promise<Performed> {
  const startedAt = o.now();
  const { from, before, page } = call.request as PageRequest;
  const failed = (problem: object): Performed['settlement'] => ({
    state: 'done',
    problem,
    alongside: (db) => failRun(db, call.tenantId, call.id, problem),
  });
  const key = o.keyOf(call);
  if (key === undefined) {
    return {
      attempt: attemptOf(o, startedAt, undefined, 'blocked'),
      settlement: failed({ code: 'facturapi_key_missing' }),
    };
  }
  const answer = await o.facturapi.listCustomers(key, {
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    before: new Date(before).toISOString(),
    page,
  });
  const list = readCustomerList(answer, bounds.pageSize);
  if (list) {
    return {
      attempt: attemptOf(o, startedAt, answer, 'listed'),
      settlement: {
        state: 'done',
        alongside: (db) => writeCustomerPage(db, { call, list, askedAt: startedAt, bounds }),
      },
    };
  }
  const outcome = outcomeOfCreate(answer);
  if (outcome.kind === 'refused') {
    const attempt = attemptOf(o, startedAt, answer, 'refused');
    return { attempt, settlement: failed(outcome.problem) };
  }
  const problem =
    answer.kind === 'answered' ? { code: `http_${answer.status}` } : { code: answer.kind };
  return notRead(call, o, { startedAt, answer, problem, outcome: 'not_listed' });
}
