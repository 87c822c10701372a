import type { Logger } from '../../platform/logging.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import { priorities } from '../queue/priorities.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import {
  comparePage,
  type Difference,
  type Findings,
  isTheSame,
  notTakenOver,
  type Pair,
  repaired,
  takenOver,
} from './compare-page.ts';
import { endHealed, noteDifferences } from './differences-store.ts';
import { type ImportedInvoice, toImported } from './imported-invoice.ts';
import { type PageSpan, spanOfPage } from './list-cursor.ts';
import { matchPage } from './match-page-store.ts';
import {
  askToRead,
  forgetStrays,
  giveStrandedACall,
  noteStrays,
  readUnseen,
} from './ours-not-there-store.ts';
import type { ListBounds } from './reconciliation-limits.ts';
import {
  adoptInvoices,
  followCancellations,
  hurryCalls,
  takeOverInvoices,
} from './repairs-store.ts';
import { askNextPage, endRun, lockRun, type Run } from './runs-store.ts';
import type { ListPage, TheirInvoice } from './their-invoice.ts';

export interface PageToWrite {
  readonly call: AccountCall;
  readonly page: ListPage;
  readonly askedAt: Date;
  readonly bounds: ListBounds;
  readonly log: Logger | undefined;
}

/**
 * What a page brought, in the transaction that ends its call: repairs, differences, the cursor and
 * the next page's call. When all agrees it is five statements that change one row.
 */
export async function writePage(db: Queryable, o: PageToWrite): Promise<void> {
  const { call, page } = o;
  const { tenantId } = call;
  const run = await lockRun(db, tenantId, call.id);
  if (!run) return;
  if (run.pages === 0 && run.task === 'recent') await forgetStrays(db, tenantId);
  const theirs = [...new Map(page.invoices.map((one) => [one.id, one])).values()];
  const pairs = await matchPage(db, tenantId, theirs, o.askedAt);
  const findings = comparePage(pairs);
  const repairs = await repair(db, tenantId, run, findings);
  const { imported, differences } = await takeOver(db, tenantId, run, findings.takeOver);
  const found: Difference[] = [
    ...findings.differences,
    ...repairs,
    ...differences,
    ...page.unreadable.map((id) => notTakenOver(id, 'unreadable')),
  ];
  await endHealed(db, tenantId, healedBy(pairs, found));

  const span = spanOfPage(run, page, o.bounds);
  if (run.task === 'recent') await compareOurs(db, tenantId, run, span, pairs);
  if (!span.next && run.task === 'recent') found.push(...(await endWindow(db, tenantId, run)));
  const noted = found.length > 0 ? await noteDifferences(db, tenantId, found) : [];
  alarm(o, found);
  const total = run.pages === 0 ? page.total : run.total;
  const left = page.total - (run.page - 1) * o.bounds.pageSize - page.count;
  const progress = {
    seen: span.next ? Math.max(run.seen, Math.min(total, total - left)) : total,
    total,
    imported,
    repaired: found.filter((one) => one.repaired && one.kind !== 'made_elsewhere').length,
    differences: noted.length - found.filter((one) => one.repaired).length,
    problem: span.beyondPages ? { code: 'too_many_in_one_second', before: run.before } : null,
  };
  if (span.next) {
    const { next } = span;
    await askNextPage(db, tenantId, run, { next, progress, priority: priorityOf(run) });
  } else await endRun(db, tenantId, run, progress);
}

export function priorityOf({ task }: Pick<Run, 'task'>): number {
  return task === 'recent' ? priorities.housekeeping : priorities.history;
}

/** What was put right, and what could not be. */
async function repair(
  db: Queryable,
  tenantId: string,
  { lane }: Run,
  { adopt, cancel, hurry, read }: Findings,
): Promise<Difference[]> {
  const queue = { lane, priority: priorities.housekeeping };
  if (hurry.length > 0) await hurryCalls(db, tenantId, idsOf(hurry));
  if (read.length > 0) await askToRead(db, tenantId, idsOf(read), queue);
  const adopted = adopt.length > 0 ? await adoptInvoices(db, tenantId, adopt, queue) : [];
  const canceled = cancel.length > 0 ? await followCancellations(db, tenantId, cancel) : [];
  return [
    ...adopt.map((one) =>
      adopted.includes(one.ours.id)
        ? repaired('adopted', one)
        : notTakenOver(one.theirs.id, 'uuid_taken', { invoiceId: one.ours.id }),
    ),
    ...cancel
      .filter((one) => canceled.includes(one.ours.id))
      .map((one) => repaired('canceled_there', one)),
  ];
}

/** What nobody here asked for. That a company had invoices before us is no difference. */
async function takeOver(
  db: Queryable,
  tenantId: string,
  run: Run,
  unknown: readonly TheirInvoice[],
): Promise<{ imported: number; differences: Difference[] }> {
  const differences: Difference[] = [];
  const rows: ImportedInvoice[] = [];
  const byId = new Map(unknown.map((theirs) => [theirs.id, theirs]));
  for (const theirs of unknown) {
    const row = toImported(theirs);
    if (typeof row === 'object') rows.push(row);
    else if (row === 'without_folio') differences.push(notTakenOver(theirs.id, row));
  }
  if (rows.length === 0) return { imported: 0, differences };
  const results = await takeOverInvoices(db, tenantId, rows);
  for (const one of results) {
    const theirs = byId.get(one.facturapiId)!;
    if (one.id !== null) {
      if (run.task === 'recent') differences.push(takenOver(one.id, theirs));
      continue;
    }
    const { series, folioNumber, uuid, total } = theirs;
    const detail = { folio: `${series}${folioNumber}`, uuid, total };
    differences.push(
      one.uuidTaken
        ? notTakenOver(one.facturapiId, 'uuid_taken', { detail })
        : notTakenOver(one.facturapiId, 'folio_taken', { invoiceId: one.folioHolder, detail }),
    );
  }
  return { imported: results.filter((one) => one.id !== null).length, differences };
}

/** Ours against theirs, as far as this page and those before it show everything. */
async function compareOurs(
  db: Queryable,
  tenantId: string,
  run: Run,
  span: PageSpan,
  pairs: readonly Pair[],
): Promise<void> {
  const from = span.wholeFrom ?? run.from ?? new Date(0);
  const shown = presentOf(pairs);
  const isOutOfPlace = ({ ours, theirs }: (typeof shown)[number]) =>
    !(span.relists && theirs.date < from) && !(ours.date >= from && ours.date < run.before);
  await noteStrays(db, tenantId, {
    span: { from, before: run.before, until: run.until },
    shown: shown.map(({ ours }) => ours.id),
    outOfPlace: shown.filter(isOutOfPlace).map(({ ours }) => ours.id),
  });
}

async function endWindow(db: Queryable, tenantId: string, run: Run): Promise<Difference[]> {
  const { lane } = run;
  await readUnseen(db, tenantId, { lane, priority: priorities.housekeeping });
  const stranded = await giveStrandedACall(db, tenantId, { lane, priority: priorities.batch });
  return stranded.map(({ id, status }) => ({
    kind: 'without_call',
    invoiceId: id,
    facturapiId: null,
    detail: { status },
    repaired: true,
  }));
}

/** Ours that they have, as the very same CFDI. */
function presentOf(pairs: readonly Pair[]) {
  return pairs.flatMap(({ ours, theirs }) =>
    ours && isTheSame(ours, theirs) ? [{ ours, theirs }] : [],
  );
}

function healedBy(pairs: readonly Pair[], found: readonly Difference[]) {
  const differing = new Set(found.map((one) => one.facturapiId));
  return {
    canceledThere: pairs
      .filter(({ theirs }) => theirs.status === 'canceled')
      .map(({ theirs }) => theirs.id),
    agreeing: pairs
      .filter(({ theirs, ours }) => !differing.has(theirs.id) && !ours?.changedSince)
      .map(({ theirs }) => theirs.id),
    present: presentOf(pairs).map(({ ours }) => ours.id),
  };
}

/** These two mean that a sale may be declared twice: somebody must hear of it today. */
function alarm({ call, log }: PageToWrite, found: readonly Difference[]): void {
  for (const { kind, invoiceId, facturapiId } of found) {
    if (kind !== 'duplicate_in_facturapi' && kind !== 'superseded_but_stamped') continue;
    const where = { tenant: call.tenantId, invoice: invoiceId, facturapiId };
    log?.error({ ...where, kind }, 'FacturAPI has a CFDI too many for an invoice');
  }
}

function idsOf(invoices: Findings['read']): string[] {
  return invoices.map(({ id }) => id);
}
