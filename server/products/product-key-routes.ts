import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { oneOf, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { KeyAnswer } from './product-keys-store.ts';
import type { KeySearch } from './search-product-keys.ts';

export const keyQueryLengthMax = 100;

const ProductKeyQuery = Type.Object(
  {
    q: Type.String({ minLength: 1, maxLength: keyQueryLengthMax }),
    known: Type.Optional(
      Type.Unsafe<'0' | '1'>({
        ...oneOf('0', '1'),
        description: 'With 1 only what is kept here: an answer at once, and no call to FacturAPI.',
      }),
    ),
  },
  { additionalProperties: false },
);

const ProductKeysSchema = Type.Object(
  {
    data: Type.Array(Type.Object({ code: Type.String(), name: Type.String() })),
    complete: Type.Boolean({ description: 'Whether this is all that the catalogue has for it.' }),
  },
  { title: 'ProductKeys' },
);

/** c_ClaveProdServ: what is known here, then what FacturAPI finds; best match first. */
export function productKeyRoutes(
  server: HttpServer,
  search: (search: KeySearch) => Promise<KeyAnswer>,
): void {
  server.get(
    '/api/catalogs/product-keys',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['catalogs'],
        querystring: ProductKeyQuery,
        response: { 200: ProductKeysSchema, ...problems(400, 401, 422, 429) },
      },
    },
    async (request) => {
      const { q, known } = request.query;
      const { tenantId } = principalOf(request);
      return (await search({
        tenantId,
        q,
        requestId: request.id,
        known: known === '1',
      })) as never;
    },
  );
}
