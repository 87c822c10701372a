import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { Problem, refused } from '../platform/http/problem.ts';
import { IdParams, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { Notice } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type InvoiceBody as Body, customerAbsent } from './accept-invoice.ts';
import { checkDraft, type DraftSources } from './check-draft.ts';
import {
  AcceptedInvoiceSchema,
  InvoiceBody,
  InvoiceSchema,
  PreviewSchema,
  statuses,
} from './invoice-schemas.ts';
import { type Invoice, type Invoices, isOnItsWay } from './invoices.ts';

export const waitSecondsDefault = 10;
export const waitSecondsMax = 30;
export const listLimitDefault = 50;
export const listLimitMax = 200;
/** FacturAPI takes 5,000 lines; they need more room than other bodies. */
export const invoiceBytesMax = 2 * 1024 * 1024;
export const idempotencyKeyLengthMax = 255;

export const IssueHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: idempotencyKeyLengthMax, pattern: '^[\\x21-\\x7e]+$' }),
  ),
  prefer: Type.Optional(Type.String({ maxLength: 200 })),
});

const ListQuery = Type.Object(
  {
    status: Type.Optional(Type.Union(statuses)),
    customer: Type.Optional(Type.String({ format: 'uuid' })),
    q: Type.Optional(Type.String({ maxLength: 200, pattern: '^[^\\u0000]*$' })),
    from: Type.Optional(Type.String({ format: 'date-time' })),
    to: Type.Optional(Type.String({ format: 'date-time' })),
    cursor: Type.Optional(Type.String({ format: 'uuid' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: listLimitMax })),
  },
  { additionalProperties: false },
);

export interface IssuingOptions {
  readonly invoices: Invoices;
  /** What a company should know while its invoices wait; none when that cannot be told quickly. */
  readonly notices: (tenantId: TenantId) => Promise<readonly Notice[]>;
}

export interface InvoiceRoutesOptions extends IssuingOptions, DraftSources {
  readonly now: () => Date;
}

const tags = ['invoices'];

export function invoiceRoutes(server: HttpServer, o: InvoiceRoutesOptions): void {
  issueRoutes(server, o);
  readRoutes(server, o);
}

function issueRoutes(server: HttpServer, o: InvoiceRoutesOptions): void {
  server.post(
    '/api/invoices',
    {
      config: { access: 'issuer' },
      bodyLimit: invoiceBytesMax,
      schema: {
        tags,
        headers: IssueHeaders,
        body: InvoiceBody,
        response: {
          201: InvoiceSchema,
          202: AcceptedInvoiceSchema,
          ...problems(400, 401, 403, 413, 422, 429),
        },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const waitS = readWait(request.headers.prefer);
      const invoice = await o.invoices.issue(
        {
          principal,
          body: request.body as Body,
          idempotencyKey: request.headers['idempotency-key'],
          requestId: request.id,
        },
        waitS * 1000,
      );
      return answerIssued(reply, { invoice, waitS, tenantId: principal.tenantId }, o);
    },
  );

  server.post(
    '/api/invoices/preview',
    {
      config: { access: 'signed_in' },
      bodyLimit: invoiceBytesMax,
      schema: {
        tags,
        body: InvoiceBody,
        response: { 200: PreviewSchema, ...problems(401, 413, 422) },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const body = request.body as Body;
      const draft = await checkDraft(principal, body, o.now(), o);
      if (draft.kind === 'customer_absent') throw customerAbsent();
      if (draft.kind === 'invalid') throw refused(draft.errors);
      const { transferred, withheld, ...totals } = draft.totals;
      return { ...totals, taxes: { transferred, withheld } };
    },
  );
}

function readRoutes(server: HttpServer, o: InvoiceRoutesOptions): void {
  server.get(
    '/api/invoices',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        querystring: ListQuery,
        response: {
          200: Type.Object({
            data: Type.Array(InvoiceSchema),
            next_cursor: Type.Union([Type.String(), Type.Null()]),
          }),
          ...problems(400, 401),
        },
      },
    },
    async (request) => {
      const { from, to, limit = listLimitDefault, status, ...query } = request.query;
      const data = await o.invoices.list(principalOf(request).tenantId, {
        ...query,
        status: status as Invoice['status'] | undefined,
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
        limit: limit + 1,
      });
      const page = data.slice(0, limit);
      const next_cursor = data.length > limit ? page.at(-1)!.id : null;
      return { data: page, next_cursor } as never;
    },
  );

  server.get(
    '/api/invoices/:id',
    {
      config: { access: 'signed_in' },
      schema: { tags, params: IdParams, response: { 200: InvoiceSchema, ...problems(401, 404) } },
    },
    async (request) =>
      (await o.invoices.read(principalOf(request).tenantId, request.params.id)) as never,
  );
}

/** 201 when it is stamped, 202 while it is on its way, and a 422 when it was refused. */
export async function answerIssued(
  reply: FastifyReply,
  issued: { readonly invoice: Invoice; readonly waitS: number; readonly tenantId: TenantId },
  o: Pick<IssuingOptions, 'notices'>,
) {
  const { invoice } = issued;
  reply.header('location', `/api/invoices/${invoice.id}`);
  reply.header('preference-applied', `wait=${issued.waitS}`);
  if (invoice.status === 'rejected') throw rejected(invoice);
  if (invoice.status === 'valid') return reply.code(201).send(invoice as never);
  const notices = isOnItsWay(invoice) ? await o.notices(issued.tenantId) : [];
  const body = notices.length > 0 ? { ...invoice, notices } : invoice;
  return reply.code(202).send(body as never);
}

/** RFC 7240: a preference that cannot be understood is ignored. */
export function readWait(prefer: string | undefined): number {
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?/i.exec(prefer ?? '')?.[1];
  return seconds === undefined ? waitSecondsDefault : Math.min(waitSecondsMax, Number(seconds));
}

/** Refused by FacturAPI or SAT while the request waited: their paths and words, for the person. */
function rejected(invoice: Invoice): Problem {
  const { rejection } = invoice;
  return new Problem(422, 'invoice_rejected', rejection?.detail ?? 'La factura fue rechazada.', {
    errors: rejection?.errors.length
      ? rejection.errors
      : [{ path: '', code: rejection?.code ?? 'rejected', message: rejection?.detail ?? '' }],
    extra: {
      invoice: { id: invoice.id, series: invoice.series, folio_number: invoice.folio_number },
    },
  });
}
