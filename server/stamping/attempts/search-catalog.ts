import type { FacturapiCatalog } from '../../facturapi/facturapi.ts';
import type { Settlement } from '../queue/settle-call.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { attemptOf, type Performed, type PerformOptions } from './ended-attempt.ts';
import { notRead, problemOf } from './read-again.ts';

export interface CatalogSearch {
  readonly catalog: FacturapiCatalog;
  readonly q: string;
}

/**
 * A search in SAT's large catalogues, which a person waits for: past its `expires_at` it is not
 * worth a slot any more. The answer is kept for whoever asked.
 */
export async function searchCatalog(call: AccountCall, o: PerformOptions): Promise<Performed> {
  const startedAt = o.now();
  const { catalog, q } = call.request as CatalogSearch;
  const key = o.keyOf(call);
  if (key === undefined || (call.expiresAt && call.expiresAt <= startedAt)) {
    const outcome = key === undefined ? 'blocked' : 'nobody_waits';
    return {
      attempt: attemptOf(o, startedAt, undefined, outcome),
      settlement: { state: 'done', problem: { code: outcome } },
    };
  }
  const answer = await o.facturapi.searchCatalog(key, catalog, q);
  if (answer.kind === 'answered' && (answer.status === 200 || isFinal(answer.status))) {
    return {
      attempt: attemptOf(o, startedAt, answer, 'answered'),
      settlement: { state: 'done', alongside: keep(call, answer.status, answer.body) },
    };
  }
  const problem = problemOf(answer);
  return notRead(call, o, { startedAt, answer, problem, outcome: 'not_answered' });
}

/** The question itself is refused: asking again brings the same. */
function isFinal(status: number): boolean {
  return status === 400 || status === 404;
}

function keep(
  call: AccountCall,
  status: number,
  body: unknown,
): NonNullable<Settlement['alongside']> {
  return async (db) => {
    await db.query(
      `insert into stamping_answers (call_id, tenant_id, status, body)
       values ($1, $2, $3, $4::jsonb) on conflict do nothing`,
      [call.id, call.tenantId, status, JSON.stringify(body ?? null)],
    );
  };
}
