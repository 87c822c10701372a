import { Type } from 'typebox';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { notFound } from '../../platform/http/problem.ts';
import { IdParams, problems } from '../../platform/http/schemas.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import { principalOf } from '../../sessions/sessions.ts';
import { type CustomerStanding, readStanding } from './ask-customer-store.ts';
import { CustomerStandingSchema } from './customer-sync-schemas.ts';
import type { CustomerQuestions } from './question.ts';

const LinkBody = Type.Object(
  { email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })) },
  { additionalProperties: false },
);

const tags = ['customers'];

export interface CustomerStandingRoutesOptions {
  readonly db: Queryable;
  readonly questions: CustomerQuestions;
}

/** One customer beside FacturAPI's; the paths are FacturAPI's own. */
export function customerStandingRoutes(
  server: HttpServer,
  { db, questions }: CustomerStandingRoutesOptions,
): void {
  server.get(
    '/api/customers/:id/sync',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        params: IdParams,
        response: { 200: CustomerStandingSchema, ...problems(401, 404) },
      },
    },
    async (request) => {
      const standing = await readStanding(db, principalOf(request).tenantId, request.params.id);
      if (!standing) throw notFound();
      return toStanding(standing) as never;
    },
  );

  server.post(
    '/api/customers/:id/tax-info-validation',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        description:
          'Asks SAT, through FacturAPI, whether its register agrees; kept with its time.',
        params: IdParams,
        response: {
          200: CustomerStandingSchema,
          ...problems(401, 403, 404, 409, 422, 429),
        },
      },
    },
    async (request) => {
      const { tenantId } = principalOf(request);
      const question = { tenantId, customerId: request.params.id, requestId: request.id };
      return toStanding(await questions.validate(question)) as never;
    },
  );

  server.post(
    '/api/customers/:id/email-edit-link',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        description: 'FacturAPI e-mails the customer a page on which to correct their data.',
        params: IdParams,
        body: LinkBody,
        response: {
          200: CustomerStandingSchema,
          ...problems(401, 403, 404, 409, 422, 429),
        },
      },
    },
    async (request) => {
      const { tenantId } = principalOf(request);
      const question = { tenantId, customerId: request.params.id, requestId: request.id };
      return toStanding(await questions.sendEditLink(question, request.body.email)) as never;
    },
  );
}

function toStanding(s: CustomerStanding) {
  const { check } = s;
  const hasLink = s.editLink !== null || s.editLinkSentAt !== null;
  return {
    facturapi_id: s.facturapiId,
    in_step: s.inStep,
    synced_at: s.syncedAt,
    difference: s.difference && String(s.difference.id),
    tax_check: check && {
      is_valid: check.valid,
      errors: check.errors,
      checked_at: new Date(check.checkedAt).toISOString(),
      current: check.version === s.version,
    },
    edit_link: hasLink
      ? { url: s.editLink, sent_at: s.editLinkSentAt, expires_at: s.editLinkExpiresAt }
      : null,
  };
}
