import type { DatabaseSync } from 'node:sqlite';
import type { Settings } from '../settings.ts';
import { inTransaction } from '../state/database.ts';
import { applyOutcome, type OutcomeParts } from './apply-outcome.ts';
import type { InvoiceEvent } from './invoice-parts.ts';
import type { DueOutcome, StoredInvoice } from './invoices-store.ts';

export interface SettlementParts extends OutcomeParts {
  database: DatabaseSync;
  settings: Pick<Settings, 'sat'>;
  announce(event: InvoiceEvent): void;
  now(): Date;
}

/**
 * Brings about what comes to an invoice by itself: a pending stamping or cancellation whose time
 * has come. What is due is in the file, so a restart loses none of it. It is looked for before
 * every call, which also follows a clock that was moved, and by a timer, so that those who listen
 * hear of it when nobody calls.
 */
export interface Settlement {
  /** Settles what is due. Cheap when nothing is. */
  run(): void;
  /** Settles one now, by a person's or a test's word. */
  decide(row: StoredInvoice, outcome: DueOutcome): StoredInvoice;
  /** To be called after a change was planned. */
  arm(): void;
  close(): void;
}

/** What stays overdue (SAT is down) is looked at again so often. */
const timerMsMin = 20;
const timerMsMax = 2 ** 31 - 1;

export function createSettlement(parts: SettlementParts): Settlement {
  const { database, invoices, settings, now } = parts;
  let nextDueAt = invoices.nextDueAt();
  let timer: NodeJS.Timeout | undefined;

  function run(): void {
    // Nothing is stamped or canceled without SAT; what is due waits for it.
    if (settings.sat === 'down') return;
    if (nextDueAt === undefined || nextDueAt > now().toISOString()) return;
    const settled = inTransaction(database, () =>
      invoices.due(now().toISOString()).map((row) => settle(row, row.dueOutcome!)),
    );
    nextDueAt = invoices.nextDueAt();
    for (const row of settled) announce(row);
  }

  function settle(row: StoredInvoice, outcome: DueOutcome): StoredInvoice {
    // An earlier one of the same turn may have changed it: a payment writes in its invoices.
    const present = invoices.findRowById(row.id) ?? row;
    const settled = applyOutcome(parts, present, outcome, now());
    invoices.update(settled);
    return settled;
  }

  function announce(row: StoredInvoice): void {
    const stamping = row.cancellationStatus === 'none';
    const type = stamping ? 'invoice.status_updated' : 'invoice.cancellation_status_updated';
    parts.announce({ type, scope: row.scope, object: row.body });
  }

  function arm(): void {
    clearTimeout(timer);
    nextDueAt = invoices.nextDueAt();
    if (nextDueAt === undefined) return;
    const wait = Math.max(timerMsMin, Date.parse(nextDueAt) - now().getTime());
    timer = setTimeout(
      () => {
        run();
        arm();
      },
      Math.min(wait, timerMsMax),
    );
    timer.unref();
  }

  arm();
  return {
    run,
    decide(row, outcome) {
      const settled = inTransaction(database, () => settle(row, outcome));
      announce(settled);
      arm();
      return settled;
    },
    arm,
    close: () => clearTimeout(timer),
  };
}
