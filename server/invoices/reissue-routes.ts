import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { IdParams, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { InvoiceBody as Body } from './accept-invoice.ts';
import {
  answerIssued,
  IssueHeaders,
  type IssuingOptions,
  invoiceBytesMax,
  readWait,
} from './invoice-routes.ts';
import { AcceptedInvoiceSchema, InvoiceBody, InvoiceSchema } from './invoice-schemas.ts';

/** Without a body the same contents go again, with a new date. */
export function reissueRoutes(server: HttpServer, o: IssuingOptions): void {
  server.post(
    '/api/invoices/:id/reissue',
    {
      config: { access: 'issuer' },
      bodyLimit: invoiceBytesMax,
      schema: {
        tags: ['invoices'],
        headers: IssueHeaders,
        params: IdParams,
        body: Type.Union([InvoiceBody, Type.Null()]),
        response: {
          201: InvoiceSchema,
          202: AcceptedInvoiceSchema,
          ...problems(400, 401, 403, 404, 409, 413, 422, 429),
        },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const waitS = readWait(request.headers.prefer);
      const invoice = await o.invoices.reissue(
        {
          principal,
          id: request.params.id,
          body: (request.body as Body | null | undefined) ?? undefined,
          idempotencyKey: request.headers['idempotency-key'],
          requestId: request.id,
        },
        waitS * 1000,
      );
      return answerIssued(reply, { invoice, waitS, tenantId: principal.tenantId }, o);
    },
  );
}
