import { type Answer, ok } from '../answer.ts';
import { ApiError, invalidRequest, notFound } from '../api-error.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { customerId } from './create-receipt.ts';
import { type Receipt, readReceiver } from './receipt.ts';
import type { ReceiptParts } from './receipt-parts.ts';
import type { ReceiptsStore } from './receipts-store.ts';

/**
 *   open -> canceled | invoiced_to_customer | invoiced_globally
 *
 * Only an open receipt changes; what becomes of it is final.
 */
export function findReceipt(receipts: ReceiptsStore, account: Account, id: string): Receipt {
  const receipt = receipts.find(account.scope, id);
  if (!receipt) throw notFound('receipt_not_found', 'El recibo no existe.');
  return receipt;
}

export function requireOpen(receipt: Receipt): void {
  if (receipt.status === 'open') return;
  const message = `El recibo ${receipt.key} no está abierto: su estado es "${receipt.status}".`;
  throw new ApiError(400, 'receipt_not_open', message);
}

/** Writes a receipt's new status and tells of it. */
export function changeStatus(
  parts: ReceiptParts,
  account: Account,
  receipt: Receipt,
  change: Pick<Receipt, 'status'> & Partial<Receipt>,
): Receipt {
  const changed = { ...receipt, ...change };
  const { scope } = account;
  parts.receipts.update(scope, changed);
  const object = JSON.stringify(changed);
  parts.announce({ type: 'receipt.status_updated', scope, object });
  return changed;
}

export function cancelReceipt(parts: ReceiptParts, account: Account, id: string): Answer {
  const receipt = findReceipt(parts.receipts, account, id);
  if (receipt.status === 'canceled') return ok(JSON.stringify(receipt));
  requireOpen(receipt);
  return ok(JSON.stringify(changeStatus(parts, account, receipt, { status: 'canceled' })));
}

export function assignCustomer(
  parts: ReceiptParts,
  account: Account,
  id: string,
  body: unknown,
): Answer {
  const receipt = findReceipt(parts.receipts, account, id);
  requireOpen(receipt);
  const reader = new FieldReader();
  const from = reader.object(body, '');
  const given = from && readReceiver(reader, from);
  if (from && given === undefined && reader.errors.length === 0) {
    reader.fail('customer', 'required', 'El campo customer es requerido.');
  }
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  const customer = customerId(parts.customers, account, given, parts.now())!;
  const changed = { ...receipt, customer };
  parts.receipts.update(account.scope, changed);
  return ok(JSON.stringify(changed));
}
