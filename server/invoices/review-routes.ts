import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { refused } from '../platform/http/problem.ts';
import { IdParams, oneOf, problems, Why } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { ReviewDecision, ReviewRequest } from './decide-review.ts';
import type { InvoiceHistory } from './invoice-history.ts';
import { HistorySchema, InvoiceSchema } from './invoice-schemas.ts';
import type { Invoices } from './invoices.ts';

export interface ReviewRoutesOptions {
  readonly invoices: Pick<Invoices, 'read'>;
  readonly decide: (request: ReviewRequest) => Promise<void>;
  readonly history: (tenantId: TenantId, id: string) => Promise<InvoiceHistory>;
}

const ReviewBody = Type.Object(
  {
    decision: oneOf('look_again', 'not_stamped', 'adopt'),
    why: Why,
    facturapi_id: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{8,64}$' })),
  },
  { additionalProperties: false, title: 'ReviewInput' },
);

const tags = ['invoices'];

/** What happened to an invoice, and what a person makes of one that nobody can be sure of. */
export function reviewRoutes(server: HttpServer, o: ReviewRoutesOptions): void {
  server.get(
    '/api/invoices/:id/history',
    {
      config: { access: 'signed_in' },
      schema: { tags, params: IdParams, response: { 200: HistorySchema, ...problems(401, 404) } },
    },
    async (request) => (await o.history(principalOf(request).tenantId, request.params.id)) as never,
  );

  server.post(
    '/api/invoices/:id/review',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        params: IdParams,
        body: ReviewBody,
        response: { 200: InvoiceSchema, ...problems(400, 401, 403, 404, 409, 422) },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { id } = request.params;
      const verdict = toDecision(request.body as Verdict);
      await o.decide({ principal, id, requestId: request.id, verdict });
      return (await o.invoices.read(principal.tenantId, id)) as never;
    },
  );
}

interface Verdict {
  readonly decision: ReviewDecision['decision'];
  readonly why: string;
  readonly facturapi_id?: string;
}

function toDecision({ decision, why, facturapi_id: facturapiId }: Verdict): ReviewDecision {
  if (decision === 'adopt') {
    if (facturapiId !== undefined) return { decision, why, facturapiId };
    const message = 'Indica el id del CFDI en FacturAPI.';
    throw refused([{ path: 'facturapi_id', code: 'required', message }]);
  }
  if (facturapiId === undefined) return { decision, why };
  const message = 'Solo se indica cuando se adopta un CFDI de FacturAPI.';
  throw refused([{ path: 'facturapi_id', code: 'unknown_field', message }]);
}
