import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { CatalogEntry, Search } from './search-product-keys.ts';

const ProductKeyQuery = Type.Object(
  { q: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);
const ProductKeysSchema = Type.Object({
  data: Type.Array(Type.Object({ code: Type.String(), name: Type.String() })),
});

/** c_ClaveProdServ, as FacturAPI searches it: best match first. */
export function productKeyRoutes(
  server: HttpServer,
  search: (search: Search) => Promise<readonly CatalogEntry[]>,
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
      const { tenantId } = principalOf(request);
      const data = await search({ tenantId, q: request.query.q, requestId: request.id });
      return { data } as never;
    },
  );
}
