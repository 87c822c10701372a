import type { InvoiceParts } from '../invoices/invoice-parts.ts';
import type { Happening } from '../webhooks/event.ts';
import type { ReceiptsStore } from './receipts-store.ts';

/** What the verbs of a receipt are made of: those of an invoice, because it becomes one. */
export interface ReceiptParts extends Omit<InvoiceParts, 'announce'> {
  receipts: ReceiptsStore;
  announce(happening: Happening): void;
}
