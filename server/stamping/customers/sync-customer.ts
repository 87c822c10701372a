import type { Answer } from '../../facturapi/facturapi.ts';
import { isUnknownThere, outcomeOfCreate } from '../../facturapi/outcome.ts';
import { attemptOf, type Performed, type PerformOptions } from '../attempts/ended-attempt.ts';
import { notRead, problemOf, withoutKey } from '../attempts/read-again.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { listBounds } from '../reconciliation/reconciliation-limits.ts';
import { compareCustomer } from './compare-customer.ts';
import { nameKey } from './match-customers.ts';
import { type CustomerEnd, settleCustomer } from './settle-customer.ts';
import { areSame, isGeneric, type SyncedFields, toBody } from './synced-fields.ts';
import { readCustomerAnswer, readCustomerList, type TheirCustomer } from './their-customer.ts';

/** Frozen as it was asked for, by timbra_ask_customer_sync. */
export interface SyncRequest {
  readonly customer: string;
  readonly version: number;
  readonly facturapi_id: string | null;
  readonly base: SyncedFields | null;
  readonly ours: SyncedFields;
  /** Others of ours that look the same are these. */
  readonly taken: readonly string[];
}

/**
 * One attempt at bringing one customer in step. Theirs is read first, so that nothing that was
 * changed there is written over:
 *
 *   known there ── read ──┬─ gone ──────────────────────> a person decides
 *                         ├─ theirs is newer, or both ──> ours follows, or a person decides
 *                         └─ ours is newer ─────────────> send it
 *   not known ── look for it ──┬─ found ────────────────> as above
 *                              └─ not found ────────────> make it there
 *
 * A lost answer costs nothing: the same again sets the same fields, and to make the same customer
 * again brings the one that was made.
 */
export async function syncCustomer(call: AccountCall, o: PerformOptions): Promise<Performed> {
  const request = call.request as SyncRequest;
  const key = o.keyOf(call);
  const startedAt = o.now();
  if (key === undefined) return withoutKey(o, startedAt);
  const ended = (answer: Answer, outcome: string, end: CustomerEnd, at = startedAt): Performed => ({
    attempt: attemptOf(o, at, answer, outcome),
    settlement: { state: 'done', alongside: (db) => settleCustomer(db, call, request, end) },
  });
  const again = (answer: Answer, at = startedAt) =>
    notRead(call, o, { startedAt: at, answer, problem: problemOf(answer), outcome: 'not_synced' });

  const found = request.facturapi_id
    ? await readKnown(o, key, request.facturapi_id)
    : await lookFor(o, key, request);
  if (found.kind === 'unread') return again(found.answer);
  if (found.kind === 'gone') return ended(found.answer, 'gone', { kind: 'gone' });
  const { theirs } = found;
  if (theirs && compareCustomer(request.ours, theirs.fields, request.base) !== 'ours_newer') {
    return ended(found.answer, 'read', { kind: 'read', theirs });
  }

  const sentAt = o.now();
  const body = toBody(request.ours, { whole: theirs === undefined });
  const answer = theirs
    ? await o.facturapi.updateCustomer(key, theirs.id, body)
    : await o.facturapi.createCustomer(key, body);
  const written = readCustomerAnswer(answer);
  if (written) {
    const isAsSent = areSame(written.fields, request.ours);
    const outcome = theirs ? 'updated' : 'created';
    return ended(answer, outcome, { kind: 'written', theirs: written, isAsSent }, sentAt);
  }
  if (theirs && isUnknownThere(answer)) return ended(answer, 'gone', { kind: 'gone' }, sentAt);
  const outcome = outcomeOfCreate(answer);
  if (outcome.kind !== 'refused') return again(answer, sentAt);
  const { problem } = outcome;
  return ended(answer, 'refused', { kind: 'refused', theirs, problem }, sentAt);
}

type Found =
  | { readonly kind: 'found'; readonly answer: Answer; readonly theirs: TheirCustomer | undefined }
  | { readonly kind: 'gone'; readonly answer: Answer }
  | { readonly kind: 'unread'; readonly answer: Answer };

async function readKnown(o: PerformOptions, key: string, facturapiId: string): Promise<Found> {
  const answer = await o.facturapi.readCustomer(key, facturapiId);
  if (isUnknownThere(answer)) return { kind: 'gone', answer };
  const theirs = readCustomerAnswer(answer);
  return theirs?.id === facturapiId
    ? { kind: 'found', answer, theirs }
    : { kind: 'unread', answer };
}

/** By RFC and name; of several the one that says the same, or the newest. */
async function lookFor(o: PerformOptions, key: string, request: SyncRequest): Promise<Found> {
  const { ours, taken } = request;
  // A generic RFC has more customers than a page shows.
  const q = (isGeneric(ours.tax_id) ? ours.legal_name : ours.tax_id) ?? '';
  const answer = await o.facturapi.listCustomers(key, { page: 1, q });
  const list = readCustomerList(answer, listBounds.pageSize);
  if (!list) return { kind: 'unread', answer };
  const like = list.customers.filter(
    ({ id, fields }) =>
      fields.tax_id === ours.tax_id &&
      nameKey(fields.legal_name) === nameKey(ours.legal_name) &&
      !taken.includes(id),
  );
  const theirs = like.find(({ fields }) => areSame(fields, ours)) ?? like[0];
  return { kind: 'found', answer, theirs };
}
