import type { FastifyInstance } from 'fastify';
import { ApiError, type ErrorDetail, invalidRequest, notFound } from '../api-error.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import type { DueOutcome, StoredInvoice } from './invoices-store.ts';

/**
 * The words of SAT and of the receiver, by which a test settles at once what would come by itself:
 * `POST /__sandbox/invoices/ID/cancellation` and `/stamping`, with `{ "status": ... }`.
 */
export function invoiceControl(
  app: FastifyInstance,
  { invoices, settlement }: Pick<InvoiceParts, 'invoices' | 'settlement'>,
): void {
  // What the control plane shows is settled too, and a clock that it moves brings things about.
  app.addHook('preHandler', async () => settlement.run());
  app.addHook('onResponse', async ({ method }) => {
    if (method === 'GET') return;
    settlement.run();
    settlement.arm();
  });

  const rowOf = (params: unknown): StoredInvoice => {
    const row = invoices.findRowById((params as { id: string }).id);
    if (!row) throw notFound('invoice_not_found', 'La factura no existe.');
    return row;
  };
  const decide = (row: StoredInvoice, outcome: DueOutcome) =>
    JSON.parse(settlement.decide(row, outcome).body) as unknown;

  app.post('/invoices/:id/cancellation', async ({ params, body }) => {
    const outcome = readOutcome(body, ['accepted', 'rejected', 'expired']);
    const row = rowOf(params);
    if (row.cancellationStatus === 'pending' || row.cancellationStatus === 'verifying') {
      return decide(row, outcome);
    }
    throw new ApiError(409, 'conflict', 'La factura no tiene una cancelación en curso.');
  });
  app.post('/invoices/:id/stamping', async ({ params, body }) => {
    const outcome = readOutcome(body, ['valid', 'failed']);
    const row = rowOf(params);
    if (row.status === 'pending') return decide(row, outcome);
    throw new ApiError(409, 'conflict', 'La factura no tiene un timbrado pendiente.');
  });
}

function readOutcome(body: unknown, allowed: readonly DueOutcome[]): DueOutcome {
  const status = (body as { status?: DueOutcome } | undefined)?.status;
  if (status !== undefined && allowed.includes(status)) return status;
  const detail: ErrorDetail = {
    code: 'invalid_value',
    message: `status debe ser uno de: ${allowed.join(', ')}.`,
    path: 'status',
    location: 'body',
    source: 'facturapi',
  };
  throw invalidRequest([detail]);
}
