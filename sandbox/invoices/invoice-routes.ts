import type { FastifyInstance } from 'fastify';
import { ok } from '../answer.ts';
import type { Call, CallRunner, Work } from '../call.ts';
import { holdingRefusedKeys } from '../idempotency/held-keys.ts';
import { queryValue } from '../state/page.ts';
import { cancelInvoice } from './cancel-invoice.ts';
import { downloadCancellationReceipt } from './cancellation-receipt.ts';
import { copyInvoice } from './copy-invoice.ts';
import { createInvoice } from './create-invoice.ts';
import { editDraft } from './edit-draft.ts';
import { findInvoice } from './find-invoice.ts';
import { downloadInvoice } from './invoice-documents.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { listInvoices } from './list-invoices.ts';
import { paymentSummary } from './payment-summary.ts';
import { previewInvoice } from './preview-invoice.ts';
import { sendInvoice } from './send-invoice.ts';
import { stampDraft } from './stamp-draft.ts';
import { updateStatus } from './update-status.ts';

/** Above this FacturAPI does not keep the client waiting for the stamp. */
const bodyLengthMax = 2 * 1024 * 1024;
const isLarge = (body: unknown) => JSON.stringify(body ?? null).length > bodyLengthMax;

/** How a call wants its stamp, and what befalls it. */
function optionsOf({ query, body, fault }: Call) {
  return { async: queryValue(query, 'async') === 'true' || isLarge(body), fault };
}

export function invoiceRoutes(app: FastifyInstance, runner: CallRunner, parts: InvoiceParts): void {
  /** Every call sees the invoices as they are by now. */
  const serve = (work: Work) =>
    runner.serve((call) => {
      parts.settlement.run();
      return work(call);
    });
  const id = ({ params }: Call) => params.invoice_id!;
  const create: Work = (call) => createInvoice(parts, call.account, call.body, optionsOf(call));

  app.post('/invoices', serve(holdingRefusedKeys(parts.settings, create)));
  app.get(
    '/invoices',
    serve(({ account, query }) => listInvoices(parts, account, query)),
  );
  app.post(
    '/invoices/preview/pdf',
    serve(({ account, body }) => previewInvoice(parts, account, body)),
  );
  app.get(
    '/invoices/:invoice_id',
    serve((call) => ok(findInvoice(parts.invoices, call.account, id(call)))),
  );
  app.put(
    '/invoices/:invoice_id',
    serve((call) => editDraft(parts, call.account, id(call), call.body)),
  );
  app.delete(
    '/invoices/:invoice_id',
    serve((call) => cancelInvoice(parts, call.account, id(call), call.query)),
  );
  app.post(
    '/invoices/:invoice_id/copy',
    serve((call) => copyInvoice(parts, call.account, id(call))),
  );
  app.post(
    '/invoices/:invoice_id/stamp',
    serve((call) => stampDraft(parts, call.account, id(call), optionsOf(call))),
  );
  app.post(
    '/invoices/:invoice_id/email',
    serve((call) => sendInvoice(parts, call.account, id(call), call.body)),
  );
  app.put(
    '/invoices/:invoice_id/status',
    serve((call) => updateStatus(parts, call.account, id(call))),
  );
  app.get(
    '/invoices/:invoice_id/payment-summary',
    serve((call) => paymentSummary(parts.invoices, call.account, id(call), call.query)),
  );
  app.get(
    '/invoices/:invoice_id/cancellation_receipt/:format',
    serve(({ account, params }) => downloadCancellationReceipt(parts, account, params)),
  );
  app.get(
    '/invoices/:invoice_id/:format',
    serve(({ account, params }) => downloadInvoice(parts, account, params)),
  );
}
