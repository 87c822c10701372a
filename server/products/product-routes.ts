import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { ProductInput } from '../cfdi/document.ts';
import { entityTag, IfMatch, isKnown, versionsOf } from '../platform/http/entity-tags.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { notFound } from '../platform/http/problem.ts';
import { IdParams, nullable, oneOf, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type Pricing, previewProduct } from './product-amounts.ts';
import { productJson } from './product-json.ts';
import { FoundProductSchema, ProductPreviewSchema, ProductSchema } from './product-schemas.ts';
import { type Catalogue, type Product, ProductBody, type Seen } from './products.ts';

const tags = ['products'];
export const listLimitDefault = 20;
export const listLimitMax = 100;
export const queryLengthMax = 200;
const cursorLengthMax = 600;

const ListQuery = Type.Object(
  {
    q: Type.Optional(Type.String({ maxLength: queryLengthMax })),
    archived: Type.Optional(oneOf('0', '1')),
    cursor: Type.Optional(Type.String({ maxLength: cursorLengthMax })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: listLimitMax })),
  },
  { additionalProperties: false },
);
const PricingBody = Type.Pick(ProductBody, ['price', 'tax_included', 'taxability', 'taxes']);

export function productRoutes(server: HttpServer, catalogue: Catalogue): void {
  findRoute(server, catalogue);
  captureRoutes(server, catalogue);
  oneProductRoutes(server, catalogue);
  archiveRoutes(server, catalogue);
}

function findRoute(server: HttpServer, catalogue: Catalogue): void {
  server.get(
    '/api/products',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        querystring: ListQuery,
        response: {
          200: Type.Object({
            data: Type.Array(FoundProductSchema),
            next_cursor: nullable(Type.String()),
          }),
          ...problems(400, 401),
        },
      },
    },
    async (request) => {
      const { q = '', archived, cursor, limit = listLimitDefault } = request.query;
      const { tenantId } = principalOf(request);
      const options = { q, archived: archived === '1', cursor, limit };
      const { data, nextCursor } = await catalogue.page(tenantId, options);
      const found = data.map(({ product, match }) => ({
        ...productJson(product),
        ...(match ? { match } : {}),
      }));
      return { data: found, next_cursor: nextCursor } as never;
    },
  );
}

function captureRoutes(server: HttpServer, catalogue: Catalogue): void {
  server.post(
    '/api/products',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        body: ProductBody,
        response: { 201: ProductSchema, ...problems(401, 403, 409, 422) },
      },
    },
    async (request, reply) => {
      const fields = request.body as ProductInput;
      const product = await catalogue.create(principalOf(request).tenantId, fields);
      reply.code(201).header('location', `/api/products/${product.id}`);
      return answer(reply, product);
    },
  );

  server.post(
    '/api/products/preview',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        body: PricingBody,
        response: { 200: ProductPreviewSchema, ...problems(401, 422) },
      },
    },
    async (request) => previewProduct(request.body as Pricing),
  );
}

function oneProductRoutes(server: HttpServer, catalogue: Catalogue): void {
  const url = '/api/products/:id';

  server.get(
    url,
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        params: IdParams,
        response: { 200: ProductSchema, 304: Type.Null(), ...problems(401, 404) },
      },
    },
    async (request, reply) => {
      const product = await catalogue.find(principalOf(request).tenantId, request.params.id);
      if (!product) throw notFound();
      const etag = entityTag(product.version);
      if (isKnown(request.headers['if-none-match'], etag)) {
        return reply.code(304).header('etag', etag).send(null);
      }
      return answer(reply, product);
    },
  );

  server.put(
    url,
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        params: IdParams,
        headers: IfMatch,
        body: ProductBody,
        response: { 200: ProductSchema, ...problems(401, 403, 404, 409, 412, 422) },
      },
    },
    async (request, reply) => {
      const fields = request.body as ProductInput;
      const { tenantId } = principalOf(request);
      return answer(reply, await catalogue.replace(tenantId, seenBy(request), fields));
    },
  );

  server.delete(
    url,
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        params: IdParams,
        headers: IfMatch,
        response: { 204: Type.Null(), ...problems(401, 403, 404, 412) },
      },
    },
    async (request, reply) => {
      await catalogue.remove(principalOf(request).tenantId, seenBy(request));
      return reply.code(204).send(null);
    },
  );
}

function archiveRoutes(server: HttpServer, catalogue: Catalogue): void {
  const verbs: ReadonlyArray<['archive' | 'restore', Catalogue['archive']]> = [
    ['archive', catalogue.archive],
    ['restore', catalogue.restore],
  ];
  for (const [name, act] of verbs) {
    server.post(
      `/api/products/:id/${name}`,
      {
        config: { access: 'issuer' },
        schema: {
          tags,
          params: IdParams,
          headers: IfMatch,
          response: { 200: ProductSchema, ...problems(401, 403, 404, 412) },
        },
      },
      async (request, reply) => {
        const tenantId: TenantId = principalOf(request).tenantId;
        return answer(reply, await act(tenantId, seenBy(request)));
      },
    );
  }
}

interface ChangingRequest {
  readonly params: { readonly id: string };
  readonly headers: { readonly 'if-match'?: string };
}

function seenBy({ params, headers }: ChangingRequest): Seen {
  return { id: params.id, versions: versionsOf(headers['if-match']) };
}

function answer(reply: FastifyReply, product: Product) {
  return reply.header('etag', entityTag(product.version)).send(productJson(product) as never);
}
