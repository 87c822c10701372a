import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { notFound } from '../platform/http/problem.ts';
import { IdParams, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import { CustomerSchema } from './customer-schemas.ts';
import { CustomerBody, type Directory } from './customers.ts';

export const searchLimitDefault = 20;
export const searchLimitMax = 100;
export const queryLengthMax = 200;

const SearchQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: queryLengthMax, pattern: '^[^\\u0000]*$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: searchLimitMax })),
});

export function customerRoutes(server: HttpServer, directory: Directory): void {
  const tags = ['customers'];

  server.get(
    '/api/customers',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        querystring: SearchQuery,
        response: { 200: Type.Object({ data: Type.Array(CustomerSchema) }), ...problems(400, 401) },
      },
    },
    async (request) => {
      const { q = '', limit = searchLimitDefault } = request.query;
      return { data: await directory.search(principalOf(request).tenantId, q, limit) };
    },
  );

  server.post(
    '/api/customers',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        body: CustomerBody,
        response: { 201: CustomerSchema, ...problems(401, 403, 422) },
      },
    },
    async (request, reply) => {
      const customer = await directory.create(principalOf(request).tenantId, request.body);
      return reply.code(201).header('location', `/api/customers/${customer.id}`).send(customer);
    },
  );

  server.get(
    '/api/customers/:id',
    {
      config: { access: 'signed_in' },
      schema: { tags, params: IdParams, response: { 200: CustomerSchema, ...problems(401, 404) } },
    },
    async (request) => {
      const customer = await directory.find(principalOf(request).tenantId, request.params.id);
      if (!customer) throw notFound();
      return customer;
    },
  );

  server.put(
    '/api/customers/:id',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        params: IdParams,
        body: CustomerBody,
        response: { 200: CustomerSchema, ...problems(401, 403, 404, 422) },
      },
    },
    async (request) =>
      directory.replace(principalOf(request).tenantId, request.params.id, request.body),
  );

  server.delete(
    '/api/customers/:id',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        params: IdParams,
        response: { 204: Type.Null(), ...problems(401, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      await directory.remove(principalOf(request).tenantId, request.params.id);
      return reply.code(204).send(null);
    },
  );
}
