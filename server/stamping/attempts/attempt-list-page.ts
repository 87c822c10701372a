import type { Answer, InvoicePage } from '../../facturapi/facturapi.ts';
import { outcomeOfCreate } from '../../facturapi/outcome.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { attemptOf, type Performed, type PerformOptions } from './ended-attempt.ts';
import { notRead } from './read-again.ts';

/** What the call of a page asks for. Instants in ISO 8601. */
interface PageRequest {
  readonly from: string | null;
  readonly before: string;
  readonly page: number;
}

export interface ListReading<List> {
  readonly ask: (key: string, window: InvoicePage) => Promise<Answer>;
  /** Undefined for what is no page of the list. */
  readonly read: (answer: Answer) => List | undefined;
  /** In the transaction that ends the call. */
  readonly write: (db: Queryable, list: List, askedAt: Date) => Promise<void>;
  readonly fail: (db: Queryable, problem: object) => Promise<void>;
}

/**
 * One page of a list of FacturAPI's. A page that cannot be had is tried again as any read; one that
 * FacturAPI refuses would be refused for ever, so its run ends as failed.
 */
export async function attemptListPage<List>(
  call: AccountCall,
  o: PerformOptions,
  reading: ListReading<List>,
): Promise<Performed> {
  const startedAt = o.now();
  const { from, before, page } = call.request as PageRequest;
  const failed = (problem: object): Performed['settlement'] => ({
    state: 'done',
    problem,
    alongside: (db) => reading.fail(db, problem),
  });
  const key = o.keyOf(call);
  if (key === undefined) {
    return {
      attempt: attemptOf(o, startedAt, undefined, 'blocked'),
      settlement: failed({ code: 'facturapi_key_missing' }),
    };
  }
  const answer = await reading.ask(key, {
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    before: new Date(before).toISOString(),
    page,
  });
  const list = reading.read(answer);
  if (list) {
    return {
      attempt: attemptOf(o, startedAt, answer, 'listed'),
      settlement: { state: 'done', alongside: (db) => reading.write(db, list, startedAt) },
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
