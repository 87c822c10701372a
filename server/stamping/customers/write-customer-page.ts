import { newId } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import { priorities } from '../queue/priorities.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { spanOfPage } from '../reconciliation/list-cursor.ts';
import type { ListBounds } from '../reconciliation/reconciliation-limits.ts';
import { bringInStep, type Pair } from './bring-in-step.ts';
import { type Difference, noteDifferences } from './customer-differences-store.ts';
import {
  insertTaken,
  type Link,
  leaveOut,
  lockCustomers,
  noteSeen,
  readCandidates,
  readLinks,
  readPairs,
  saySync,
  type Taken,
} from './customer-links-store.ts';
import { askNextPage, endRun, lockRun, type Progress, type Run } from './customer-runs-store.ts';
import { type Match, matchCustomers } from './match-customers.ts';
import { acceptanceOf } from './synced-fields.ts';
import type { CustomerList, TheirCustomer } from './their-customer.ts';

export interface PageToWrite {
  readonly call: AccountCall;
  readonly list: CustomerList;
  readonly askedAt: Date;
  readonly bounds: ListBounds;
}

/**
 * What a page brought, in the transaction that ends its call: customers taken over or brought in
 * step, differences, the cursor and the next page's call.
 */
export async function writeCustomerPage(db: Queryable, o: PageToWrite): Promise<void> {
  const { call, list } = o;
  const { tenantId } = call;
  const run = await lockRun(db, tenantId, call.id);
  if (!run) return;
  await saySync(db, tenantId);
  const theirs = [...new Map(list.customers.map((one) => [one.id, one])).values()];
  await lockCustomers(db, tenantId, theirs);
  const ids = theirs.map(({ id }) => id);
  const links = new Map(
    (await readLinks(db, tenantId, ids, o.askedAt)).map((link) => [link.facturapiId, link]),
  );
  const leftAlone = [...links.values()].filter((link) => link.isLeftAlone);
  await noteSeen(
    db,
    tenantId,
    leftAlone.map(({ facturapiId }) => facturapiId),
  );
  const known = await bringInStep(db, tenantId, pairsOf(theirs, links));
  const unknown = await takeUnknown(
    db,
    tenantId,
    theirs.filter(({ id }) => !links.has(id)),
  );

  const span = spanOfPage(run, list, o.bounds);
  const total = run.pages === 0 ? list.total : run.total;
  const left = list.total - (run.page - 1) * o.bounds.pageSize - list.count;
  const unreadable = list.count - list.customers.length;
  const progress: Progress = {
    seen: span.next ? Math.max(run.seen, Math.min(total, total - left)) : total,
    total,
    created: unknown.created,
    linked: unknown.linked,
    updated: known.updated + unknown.updated,
    differences: known.differences + unknown.differences,
    problem: problemOf(span.beyondPages, unreadable),
  };
  if (span.next) {
    await askNextPage(db, tenantId, run, { next: span.next, progress, priority: priorityOf(run) });
  } else await endRun(db, tenantId, run, progress);
}

export function priorityOf({ task }: Pick<Run, 'task'>): number {
  return task === 'new' ? priorities.housekeeping : priorities.history;
}

function problemOf(beyondPages: boolean, unreadable: number): object | null {
  if (beyondPages) return { code: 'beyond_pages' };
  return unreadable > 0 ? { code: 'unreadable_customers', count: unreadable } : null;
}

function pairsOf(theirs: readonly TheirCustomer[], links: ReadonlyMap<string, Link>): Pair[] {
  return theirs.flatMap((one) => {
    const link = links.get(one.id);
    if (!link?.customerId || !link.ours || link.isLeftAlone) return [];
    return [{ customerId: link.customerId, ours: link.ours, theirs: one, base: link.base }];
  });
}

/** Those that no link tells: found among ours, or taken over, or shown to a person. */
async function takeUnknown(
  db: Queryable,
  tenantId: string,
  theirs: readonly TheirCustomer[],
): Promise<{ created: number; linked: number; updated: number; differences: number }> {
  if (theirs.length === 0) return { created: 0, linked: 0, updated: 0, differences: 0 };
  const fields = theirs.map((one) => one.fields);
  const matches = matchCustomers(theirs, await readCandidates(db, tenantId, fields), newId);
  const made: Taken[] = [];
  const found: Difference[] = [];
  for (const match of matches) {
    if (match.kind === 'several') found.push(severalHere(match));
    if (match.kind !== 'new') continue;
    const { theirs: one, customerId } = match;
    const { errors, checkDigitAccepted } = acceptanceOf(one.fields);
    if (errors.length === 0) made.push({ customerId, fields: one.fields, checkDigitAccepted });
    else found.push({ ...notAcceptable(one), problem: { errors } });
  }
  await insertTaken(db, tenantId, made);
  const createdIds = new Set(made.map(({ customerId }) => customerId));
  const pairs = await readPairs(
    db,
    tenantId,
    matches.flatMap((match) =>
      match.kind === 'ours' || (match.kind === 'new' && createdIds.has(match.customerId))
        ? [{ customerId: match.customerId, theirs: match.theirs }]
        : [],
    ),
  );
  const brought = await bringInStep(db, tenantId, pairs);
  await leaveOut(
    db,
    tenantId,
    matches.filter(({ kind }) => kind === 'double').map((match) => match.theirs.id),
  );
  return {
    created: made.length,
    linked: pairs.length - made.length,
    updated: brought.updated,
    differences: brought.differences + (await noteDifferences(db, tenantId, found)),
  };
}

function severalHere({ theirs, candidates }: Match & { kind: 'several' }): Difference {
  const of = { customerId: null, facturapiId: theirs.id, theirs: theirs.fields };
  return { kind: 'several_here', ...of, candidates };
}

function notAcceptable(theirs: TheirCustomer): Difference {
  const of = { customerId: null, facturapiId: theirs.id, theirs: theirs.fields };
  return { kind: 'not_acceptable', ...of };
}
