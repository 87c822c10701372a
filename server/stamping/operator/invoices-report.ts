import type { Queryable } from '../../platform/postgres/database.ts';
import {
  type ReconciliationReport,
  reconciliationReport,
} from '../reconciliation/reconciliation-report-store.ts';
import { type LateReport, readLateReport } from './late-invoices.ts';

export interface InvoicesReport extends LateReport {
  readonly reconciliation: ReconciliationReport;
}

/** What an operator should know of the invoices themselves, over all companies. */
export async function readInvoicesReport(db: Queryable): Promise<InvoicesReport> {
  const [late, reconciliation] = await Promise.all([readLateReport(db), reconciliationReport(db)]);
  return { ...late, reconciliation };
}
