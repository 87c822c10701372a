import type { FastifyInstance } from 'fastify';
import { ok } from '../answer.ts';
import type { CallRunner } from '../call.ts';
import { type CreateInvoiceParts, createInvoice } from './create-invoice.ts';
import { findInvoice } from './find-invoice.ts';
import { downloadInvoice } from './invoice-documents.ts';
import { listInvoices } from './list-invoices.ts';

export function invoiceRoutes(
  app: FastifyInstance,
  { serve }: CallRunner,
  parts: CreateInvoiceParts,
): void {
  app.post(
    '/invoices',
    serve(({ account, body }) => createInvoice(parts, account, body)),
  );
  app.get(
    '/invoices',
    serve(({ account, query }) => listInvoices(parts.invoices, account, query)),
  );
  app.get(
    '/invoices/:invoice_id',
    serve(({ account, params }) => ok(findInvoice(parts.invoices, account, params.invoice_id!))),
  );
  app.get(
    '/invoices/:invoice_id/:format',
    serve(({ account, params }) => downloadInvoice(parts, account, params)),
  );
}
