import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { Problem } from '../../platform/http/problem.ts';
import { nullable, oneOf, problems } from '../../platform/http/schemas.ts';
import { principalOf } from '../../sessions/sessions.ts';
import {
  type CustomerSearch,
  searchLimitDefault,
  searchLimitMax,
  typedLengthMax,
} from './search-customers.ts';

const SearchQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: typedLengthMax, pattern: '^[^\\u0000]*$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: searchLimitMax })),
});

const Match = Type.Object({
  tier: oneOf('tax_id', 'tax_id_prefix', 'email', 'name_start', 'words', 'typo'),
  ranges: Type.Array(
    Type.Object({
      field: oneOf('legal_name', 'tax_id', 'email'),
      start: Type.Integer({ description: 'In UTF-16 units, as JavaScript counts.' }),
      length: Type.Integer(),
    }),
  ),
});

const FoundCustomerSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    legal_name: Type.String(),
    tax_id: Type.String(),
    tax_system: Type.String(),
    email: nullable(Type.String()),
    phone: nullable(Type.String()),
    default_invoice_use: nullable(Type.String()),
    rfc_check_digit_accepted: Type.Boolean(),
    address: Type.Object({ zip: Type.String() }),
    match: Match,
  },
  { title: 'FoundCustomer' },
);

export const FoundCustomersSchema = Type.Object({ data: Type.Array(FoundCustomerSchema) });

export function customerSearchRoutes(server: HttpServer, search: CustomerSearch): void {
  server.get(
    '/api/customers',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['customers'],
        querystring: SearchQuery,
        response: {
          200: FoundCustomersSchema,
          ...problems(400, 401),
        },
      },
    },
    async (request, reply) => {
      const { q = '', limit = searchLimitDefault } = request.query;
      const { tenantId } = principalOf(request);
      const searched = await search(tenantId, q, limit, leaving(reply));
      if (searched.kind === 'busy') throw busy();
      // Nobody is left to read an answer.
      if (searched.kind === 'gone') return reply.hijack();
      // PostgreSQL has written the JSON: here it would be read and written once more.
      return reply
        .type('application/json; charset=utf-8')
        .send(searched.rows[0]!.answer as unknown as never);
    },
  );
}

/** Aborted when the connection ends before the answer. */
function leaving(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function busy(): Problem {
  return new Problem(
    503,
    'search_busy',
    'La búsqueda está ocupada en este momento. Sigue escribiendo o intenta de nuevo.',
    { retryAfterS: 1 },
  );
}
