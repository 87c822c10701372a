import { Type } from 'typebox';
import { IfMatch, tagged, versionsOf } from '../platform/http/entity-tags.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { IdParams, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import { CustomerHistorySchema, CustomerSchema } from './customer-schemas.ts';
import type { Directory } from './customers.ts';

const tags = ['customers'];
const HistoryQuery = Type.Object({ cursor: Type.Optional(Type.Integer({ minimum: 1 })) });

/** How a customer leaves and comes back, and what became of it meanwhile. */
export function customerLifeRoutes(server: HttpServer, directory: Directory): void {
  for (const verb of ['archive', 'restore'] as const) {
    server.post(
      `/api/customers/:id/${verb}`,
      {
        config: { access: 'issuer' },
        schema: {
          tags,
          params: IdParams,
          headers: IfMatch,
          response: { 200: CustomerSchema, ...problems(401, 403, 404, 412) },
        },
      },
      async (request, reply) => {
        const { tenantId, personId: by } = principalOf(request);
        const versions = versionsOf(request.headers['if-match']);
        const edit = { by, versions };
        return tagged(reply, await directory[verb](tenantId, request.params.id, edit));
      },
    );
  }

  server.delete(
    '/api/customers/:id',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        params: IdParams,
        headers: IfMatch,
        response: { 204: Type.Null(), ...problems(401, 403, 404, 409, 412) },
      },
    },
    async (request, reply) => {
      const versions = versionsOf(request.headers['if-match']);
      await directory.remove(principalOf(request).tenantId, request.params.id, { versions });
      return reply.code(204).send(null);
    },
  );

  server.get(
    '/api/customers/:id/history',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        params: IdParams,
        querystring: HistoryQuery,
        response: { 200: CustomerHistorySchema, ...problems(400, 401, 404) },
      },
    },
    async (request) =>
      (await directory.history(
        principalOf(request).tenantId,
        request.params.id,
        request.query.cursor,
      )) as never,
  );
}
