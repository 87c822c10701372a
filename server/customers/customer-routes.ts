import { Type } from 'typebox';
import { entityTag, IfMatch, isKnown, tagged, versionsOf } from '../platform/http/entity-tags.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { notFound } from '../platform/http/problem.ts';
import { IdParams, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import { customerLifeRoutes } from './customer-life-routes.ts';
import {
  ArchivedSchema,
  CustomerSchema,
  DuplicatesSchema,
  SavedCustomerSchema,
} from './customer-schemas.ts';
import { CustomerBody, type CustomerFields, type Directory } from './customers.ts';

export const listLimitDefault = 20;
export const listLimitMax = 100;
const taxIdLengthMax = 40;

const DuplicatesQuery = Type.Object({
  tax_id: Type.String({ maxLength: taxIdLengthMax }),
  /** The customer that is being edited. */
  except: Type.Optional(Type.String({ format: 'uuid' })),
});

const ArchivedQuery = Type.Object({
  cursor: Type.Optional(Type.String({ format: 'uuid' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: listLimitMax })),
});

const IfNoneMatch = Type.Object({
  'if-none-match': Type.Optional(Type.String({ maxLength: 1000 })),
});

const tags = ['customers'];

export function customerRoutes(server: HttpServer, directory: Directory): void {
  collectionRoutes(server, directory);
  oneRoutes(server, directory);
  customerLifeRoutes(server, directory);
}

function collectionRoutes(server: HttpServer, directory: Directory): void {
  server.get(
    '/api/customers/duplicates',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        querystring: DuplicatesQuery,
        response: { 200: DuplicatesSchema, ...problems(400, 401) },
      },
    },
    async (request) => {
      const { tax_id: taxId, except } = request.query;
      return { data: await directory.duplicates(principalOf(request).tenantId, taxId, except) };
    },
  );

  server.get(
    '/api/customers/archived',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        querystring: ArchivedQuery,
        response: { 200: ArchivedSchema, ...problems(400, 401) },
      },
    },
    async (request) => {
      const { cursor, limit = listLimitDefault } = request.query;
      const page = { after: cursor, limit: limit + 1 };
      const found = await directory.archived(principalOf(request).tenantId, page);
      const data = found.slice(0, limit);
      return { data, next_cursor: found.length > limit ? data.at(-1)!.id : null };
    },
  );

  server.post(
    '/api/customers',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        body: CustomerBody,
        response: { 201: SavedCustomerSchema, ...problems(401, 403, 422) },
      },
    },
    async (request, reply) => {
      const { tenantId, personId: by } = principalOf(request);
      const body = request.body as CustomerFields;
      const customer = await directory.create(tenantId, body, { by });
      reply.code(201).header('location', `/api/customers/${customer.id}`);
      return tagged(reply, customer) as never;
    },
  );
}

function oneRoutes(server: HttpServer, directory: Directory): void {
  server.get(
    '/api/customers/:id',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        params: IdParams,
        headers: IfNoneMatch,
        response: { 200: CustomerSchema, 304: Type.Null(), ...problems(401, 404) },
      },
    },
    async (request, reply) => {
      const customer = await directory.find(principalOf(request).tenantId, request.params.id);
      if (!customer) throw notFound();
      tagged(reply, customer);
      const known = isKnown(request.headers['if-none-match'], entityTag(customer.version));
      return known ? reply.code(304).send(null) : customer;
    },
  );

  server.put(
    '/api/customers/:id',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        description:
          'Replaces all of it. With If-Match only the version that it names: otherwise a 412, ' +
          'whose `current` is the customer as it is now. Without If-Match the last one wins.',
        params: IdParams,
        headers: IfMatch,
        body: CustomerBody,
        response: { 200: SavedCustomerSchema, ...problems(401, 403, 404, 412, 422) },
      },
    },
    async (request, reply) => {
      const { tenantId, personId: by } = principalOf(request);
      const versions = versionsOf(request.headers['if-match']);
      const body = request.body as CustomerFields;
      const edit = { by, versions };
      return tagged(
        reply,
        await directory.replace(tenantId, request.params.id, body, edit),
      ) as never;
    },
  );
}
