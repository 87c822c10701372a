import type { FastifyInstance } from 'fastify';
import { type Answer, type FileAnswer, ok } from '../answer.ts';
import type { CallRunner } from '../call.ts';
import { previewInvoice } from '../invoices/preview-invoice.ts';
import type { Account } from '../organizations/organization.ts';
import { assignCustomer, cancelReceipt, findReceipt } from './change-receipt.ts';
import { createReceipt } from './create-receipt.ts';
import { createGlobalInvoice } from './global-invoice.ts';
import {
  invoiceBodyOf,
  invoiceKeys,
  invoiceReceipt,
  objectOf,
  receiptsOfKeys,
} from './invoice-receipts.ts';
import { listReceipts } from './list-receipts.ts';
import type { ReceiptParts } from './receipt-parts.ts';
import { renderReceipt } from './receipt-pdf.ts';
import { sendReceipt } from './send-receipt.ts';

export function receiptRoutes(
  app: FastifyInstance,
  { serve }: CallRunner,
  parts: ReceiptParts,
): void {
  app.post(
    '/receipts',
    serve(({ account, body }) => createReceipt(parts, account, body)),
  );
  app.get(
    '/receipts',
    serve(({ account, query }) => listReceipts(parts.receipts, account, query)),
  );
  app.post(
    '/receipts/global-invoice',
    serve(({ account, body }) => createGlobalInvoice(parts, account, body)),
  );
  app.post(
    '/receipts/to-invoice',
    serve(({ account, body }) => invoiceKeys(parts, account, body)),
  );
  app.post(
    '/receipts/to-invoice/preview',
    serve(({ account, body }) => previewKeys(parts, account, body)),
  );
  app.get(
    '/receipts/:receipt_id',
    serve(({ account, params }) =>
      ok(JSON.stringify(findReceipt(parts.receipts, account, params.receipt_id!))),
    ),
  );
  app.put(
    '/receipts/:receipt_id',
    serve(({ account, params, body }) => assignCustomer(parts, account, params.receipt_id!, body)),
  );
  app.delete(
    '/receipts/:receipt_id',
    serve(({ account, params }) => cancelReceipt(parts, account, params.receipt_id!)),
  );
  app.get(
    '/receipts/:receipt_id/pdf',
    serve(({ account, params }) => downloadReceipt(parts, account, params.receipt_id!)),
  );
  app.post(
    '/receipts/:receipt_id/email',
    serve(({ account, params, body }) => sendReceipt(parts, account, params.receipt_id!, body)),
  );
  app.post(
    '/receipts/:receipt_id/invoice',
    serve(({ account, params, body }) => invoiceReceipt(parts, account, params.receipt_id!, body)),
  );
}

async function downloadReceipt(
  parts: ReceiptParts,
  account: Account,
  id: string,
): Promise<FileAnswer> {
  const receipt = findReceipt(parts.receipts, account, id);
  const file = await renderReceipt(receipt, account.organization);
  return { status: 200, file, type: 'application/pdf', name: `${receipt.key}.pdf` };
}

async function previewKeys(parts: ReceiptParts, account: Account, input: unknown): Promise<Answer> {
  const body = objectOf(input);
  const receipts = receiptsOfKeys(parts, account, body);
  return previewInvoice(parts, account, invoiceBodyOf(receipts, body));
}
