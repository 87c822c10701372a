import type pg from 'pg';
import { Type } from 'typebox';
import type { NewId } from '../../platform/clock.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { nullable, problems } from '../../platform/http/schemas.ts';
import { administratorOf, principalOf } from '../../sessions/sessions.ts';
import type { Lane } from '../stamping.ts';
import { readErrors } from './ask-customer.ts';
import { readSyncReport } from './customer-sync-report-store.ts';
import {
  CustomerDifferenceSchema,
  CustomerSyncSchema,
  ResolveBody,
} from './customer-sync-schemas.ts';
import { type DifferenceRow, listDifferences } from './difference-rows-store.ts';
import { wordsOf } from './difference-words.ts';
import { choicesOf, resolveDifference } from './resolve-difference.ts';
import { startCustomerSync, stopCustomerSync } from './start-customer-syncs-store.ts';
import { type SyncedFields, toBody } from './synced-fields.ts';

export const differencesLimitDefault = 20;
export const differencesLimitMax = 100;

const id = Type.String({ pattern: '^[1-9][0-9]{0,14}$' });
const DifferencesQuery = Type.Object(
  {
    cursor: Type.Optional(id),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: differencesLimitMax })),
  },
  { additionalProperties: false },
);

const forAdministrators = 'Solo quien administra la empresa puede sincronizar sus clientes.';
const tags = ['customers'];

export interface CustomerSyncRoutesOptions {
  readonly pool: pg.Pool;
  readonly lane: Lane;
  readonly newId: NewId;
  readonly now: () => Date;
}

export function customerSyncRoutes(server: HttpServer, o: CustomerSyncRoutesOptions): void {
  server.get(
    '/api/customers/sync',
    {
      config: { access: 'signed_in' },
      schema: { tags, response: { 200: CustomerSyncSchema, ...problems(401) } },
    },
    async (request) => (await readSyncReport(o.pool, principalOf(request).tenantId)) as never,
  );

  server.post(
    '/api/customers/sync',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        description:
          'Reads all customers of FacturAPI now, and from then on keeps both sides in step.',
        response: { 202: CustomerSyncSchema, ...problems(401, 403) },
      },
    },
    async (request, reply) => {
      const { tenantId, personId: by } = administratorOf(request, forAdministrators);
      await startCustomerSync(o.pool, tenantId, { by, lane: o.lane, now: o.now() });
      return reply.code(202).send((await readSyncReport(o.pool, tenantId)) as never);
    },
  );

  server.post(
    '/api/customers/sync/stop',
    {
      config: { access: 'issuer' },
      schema: { tags, response: { 200: CustomerSyncSchema, ...problems(401, 403) } },
    },
    async (request) => {
      const { tenantId } = administratorOf(request, forAdministrators);
      await stopCustomerSync(o.pool, tenantId);
      return (await readSyncReport(o.pool, tenantId)) as never;
    },
  );

  differenceRoutes(server, o);
}

function differenceRoutes(server: HttpServer, o: CustomerSyncRoutesOptions): void {
  server.get(
    '/api/customers/sync/differences',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        querystring: DifferencesQuery,
        response: {
          200: Type.Object({
            data: Type.Array(CustomerDifferenceSchema),
            next_cursor: nullable(Type.String()),
          }),
          ...problems(400, 401),
        },
      },
    },
    async (request) => {
      const { cursor, limit = differencesLimitDefault } = request.query;
      const rows = await listDifferences(o.pool, principalOf(request).tenantId, {
        cursor: cursor === undefined ? undefined : Number(cursor),
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const next_cursor = rows.length > limit ? String(page.at(-1)!.id) : null;
      return { data: page.map(toDifference), next_cursor } as never;
    },
  );

  server.post(
    '/api/customers/sync/differences/:id/resolve',
    {
      config: { access: 'issuer' },
      schema: {
        tags,
        params: Type.Object({ id }),
        body: ResolveBody,
        response: { 200: CustomerDifferenceSchema, ...problems(400, 401, 403, 404, 409, 422) },
      },
    },
    async (request) => {
      const { tenantId, personId } = principalOf(request);
      const { choice, customer, version } = request.body as typeof request.body & {
        choice: 'ours';
      };
      const decision = { id: Number(request.params.id), choice, customer, version, personId };
      const asked = { decision, newId: o.newId };
      return toDifference(await resolveDifference(o.pool, o.lane, tenantId, asked)) as never;
    },
  );
}

function toDifference(row: DifferenceRow) {
  return {
    id: String(row.id),
    kind: row.kind,
    detail: wordsOf(row),
    customer: row.customerId,
    facturapi_id: row.facturapiId,
    ours: shown(row.ours),
    theirs: shown(row.theirs),
    candidates: row.candidates,
    errors: readErrors(row.problem?.errors ?? []),
    choices: row.endedAt === null ? choicesOf(row) : [],
    version: row.version,
    found_at: row.foundAt,
    ended_at: row.endedAt,
    choice: row.choice,
  };
}

function shown(fields: SyncedFields | null): object | null {
  return fields && toBody(fields, { whole: false });
}
