import { outcomeOfCreate } from '../../facturapi/outcome.ts';
import type { Logger } from '../../platform/logging.ts';
import { attemptOf, type Performed, type PerformOptions } from '../attempts/ended-attempt.ts';
import { notRead } from '../attempts/read-again.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { type ListBounds, listBounds } from './reconciliation-limits.ts';
import { failRun, type PageRequest } from './runs-store.ts';
import { readListPage } from './their-invoice.ts';
import { writePage } from './write-page.ts';

export interface ReconcileExtras {
  readonly bounds?: ListBounds;
  /** Hears of CFDIs too many. */
  readonly log?: Logger;
}

/**
 * One page of FacturAPI's list, held against ours. A page that cannot be had is tried again as any
 * read; one that FacturAPI refuses would be refused for ever, so its run ends as failed.
 */
export async function reconcilePage(
  call: AccountCall,
  o: PerformOptions,
  { bounds = listBounds, log }: ReconcileExtras = {},
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
  const answer = await o.facturapi.listInvoices(key, {
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    before: new Date(before).toISOString(),
    page,
  });
  const list = readListPage(answer, bounds.pageSize);
  if (list) {
    return {
      attempt: attemptOf(o, startedAt, answer, 'listed'),
      settlement: {
        state: 'done',
        alongside: (db) => writePage(db, { call, page: list, askedAt: startedAt, bounds, log }),
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
