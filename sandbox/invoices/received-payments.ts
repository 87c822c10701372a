import { Decimal, ZERO } from '../../server/cfdi/decimal.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { PaymentFields } from './invoice-fields.ts';
import { toRow } from './invoice-row.ts';
import type { InvoicesStore } from './invoices-store.ts';

/**
 * Writes a payment down in the invoices of the account that it names: their balance and the ids of
 * their payments. Returns the ids of those invoices, which the payment lists.
 */
export function recordPayments(
  invoices: InvoicesStore,
  scope: string,
  payment: InvoiceBody,
): string[] {
  return changePaid(invoices, scope, payment, (paid, amount) => ({
    ...paid,
    amount_due: Decimal.max(ZERO, new Decimal(paid.amount_due ?? 0).minus(amount)).toNumber(),
    received_payment_ids: [...new Set([...(paid.received_payment_ids ?? []), payment.id])],
  }));
}

/** A canceled payment leaves its invoices unpaid again. */
export function takeBackPayments(
  invoices: InvoicesStore,
  scope: string,
  payment: InvoiceBody,
): void {
  changePaid(invoices, scope, payment, (paid, amount) => ({
    ...paid,
    amount_due: Decimal.min(paid.total, new Decimal(paid.amount_due ?? 0).plus(amount)).toNumber(),
    received_payment_ids: (paid.received_payment_ids ?? []).filter((id) => id !== payment.id),
  }));
}

function changePaid(
  invoices: InvoicesStore,
  scope: string,
  payment: InvoiceBody,
  change: (paid: InvoiceBody, amount: number) => InvoiceBody,
): string[] {
  const ids = new Set<string>();
  for (const { uuid, amount } of documentsOf(payment)) {
    const row = invoices.findRowByUuid(scope, uuid);
    if (row?.type !== 'I') continue;
    const body = change(JSON.parse(row.body) as InvoiceBody, amount);
    const due = row.dueAt !== null ? { at: row.dueAt, outcome: row.dueOutcome! } : undefined;
    invoices.update(toRow({ scope, body, cfdi: row.cfdi, due }));
    ids.add(row.id);
  }
  return [...ids];
}

function documentsOf({ type, complements = [] }: InvoiceBody) {
  if (type !== 'P') return [];
  const pagos = complements as readonly { data: Pick<PaymentFields, 'related_documents'>[] }[];
  return pagos.flatMap(({ data }) => data.flatMap((payment) => payment.related_documents));
}
