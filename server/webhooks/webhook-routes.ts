import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { Problem } from '../platform/http/problem.ts';
import { nullable, problems } from '../platform/http/schemas.ts';
import { administratorOf, type Principal } from '../sessions/sessions.ts';
import { signatureHeader } from './facturapi-signature.ts';
import type { Receipt, Webhooks } from './webhooks.ts';
import type { WebhookState } from './webhooks-store.ts';

/**
 * An event holds its whole invoice, so one of more than some 2,000 lines is larger. It is refused,
 * and what it tells is found by the next poll: strangers must not fill the memory for its sake.
 */
export const eventBytesMax = 1024 * 1024;
export const secretLengthMin = 8;
export const secretLengthMax = 500;

const place = '/api/webhooks/facturapi';
const tags = ['webhooks'];

/** For FacturAPI: no session is looked up, the address and the signature say who it is. */
export async function facturapiWebhookRoutes(
  server: HttpServer,
  webhooks: Webhooks,
): Promise<void> {
  await server.register(async (scope) => {
    // Only here: the signature is over the bytes, whatever they claim to be.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, raw, done) => {
      done(null, raw);
    });
    (scope as unknown as HttpServer).post(
      `${place}/:token`,
      {
        config: { access: 'open' },
        bodyLimit: eventBytesMax,
        schema: {
          tags,
          description: 'For FacturAPI: an event, signed in Facturapi-Signature.',
          // Of any form: a token that cannot be one is refused as one that is not known.
          params: Type.Object({ token: Type.String() }),
          response: {
            200: Type.Object({ received: Type.Boolean() }),
            ...problems(400, 401, 413),
          },
        },
      },
      async (request) => {
        const receipt = await webhooks.receive({
          token: request.params.token,
          raw: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
          signature: request.headers[signatureHeader],
          requestId: request.id,
        });
        return answerTo(receipt, request);
      },
    );
  });
}

function answerTo(receipt: Receipt, request: FastifyRequest): { received: boolean } {
  const { tenantId: tenant } = receipt;
  switch (receipt.kind) {
    case 'received': {
      const { event, effect } = receipt;
      request.log.info({ tenant, event: event.id, type: event.type, effect }, 'an event came');
      return { received: true };
    }
    case 'malformed':
      request.log.warn({ tenant }, 'a signed event cannot be read');
      throw new Problem(400, 'malformed_event', 'El cuerpo no es un evento de FacturAPI.');
    case 'refused': {
      const { why } = receipt;
      const level = why === 'secret_unreadable' ? 'error' : 'warn';
      request.log[level]({ tenant, why }, 'an event was refused');
      // The same for each reason: who tries addresses learns nothing.
      throw new Problem(401, 'not_authentic', 'La dirección o la firma del evento no es válida.');
    }
  }
}

const State = {
  /** Below the installation's own address; the token follows. */
  path: Type.String(),
  has_address: Type.Boolean(),
  /** Whether the secret is there, so that events are taken. */
  configured: Type.Boolean(),
  last_event_at: nullable(Type.String({ format: 'date-time' })),
};
/** Shown in this answer and never again. */
const WithAddress = Type.Object({ ...State, address: Type.Optional(Type.String()) });

const SecretBody = Type.Object(
  {
    secret: Type.String({
      minLength: secretLengthMin,
      maxLength: secretLengthMax,
      pattern: '^[\\x21-\\x7e]+$',
    }),
  },
  { additionalProperties: false },
);

const forAdministrators = 'Solo la administración de la empresa puede ver esto.';

/** For the company's administrator: the address for FacturAPI, and FacturAPI's secret for it. */
export function webhookSettingsRoutes(server: HttpServer, webhooks: Webhooks): void {
  const config = { access: 'signed_in' } as const;
  const shown = async ({ tenantId }: Principal, token?: string) => ({
    ...shownOf(await webhooks.read(tenantId)),
    ...(token === undefined ? {} : { address: `${place}/${token}` }),
  });

  server.get(
    place,
    { config, schema: { tags, response: { 200: Type.Object(State), ...problems(401, 403) } } },
    async (request) => shown(administratorOf(request, forAdministrators)),
  );

  server.put(
    place,
    {
      config,
      schema: {
        tags,
        body: SecretBody,
        response: { 200: WithAddress, ...problems(401, 403, 422) },
      },
    },
    async (request, reply) => {
      const principal = administratorOf(request, forAdministrators);
      const token = await webhooks.keepSecret(principal.tenantId, request.body.secret);
      tell(request, principal, 'the secret of the webhook was set');
      return reply.header('cache-control', 'no-store').send(await shown(principal, token));
    },
  );

  server.post(
    `${place}/rotate`,
    { config, schema: { tags, response: { 200: WithAddress, ...problems(401, 403) } } },
    async (request, reply) => {
      const principal = administratorOf(request, forAdministrators);
      const token = await webhooks.rotate(principal.tenantId);
      tell(request, principal, 'the webhook has a new address');
      return reply.header('cache-control', 'no-store').send(await shown(principal, token));
    },
  );

  server.delete(
    place,
    { config, schema: { tags, response: { 204: Type.Null(), ...problems(401, 403) } } },
    async (request, reply) => {
      const principal = administratorOf(request, forAdministrators);
      await webhooks.remove(principal.tenantId);
      tell(request, principal, 'the webhook was removed');
      return reply.code(204).send(null);
    },
  );
}

function shownOf({ hasAddress, configured, lastEventAt }: WebhookState) {
  return {
    path: `${place}/`,
    has_address: hasAddress,
    configured,
    last_event_at: lastEventAt?.toISOString() ?? null,
  };
}

function tell(request: FastifyRequest, { tenantId, personId }: Principal, what: string): void {
  request.log.info({ tenant: tenantId, person: personId }, what);
}
