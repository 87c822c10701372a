import { Type } from 'typebox';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { notFound, Problem } from '../../platform/http/problem.ts';
import { nullable, problems } from '../../platform/http/schemas.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import { administratorOf, principalOf } from '../../sessions/sessions.ts';
import { wordsOf } from './difference-words.ts';
import { closeDifference, type DifferenceRow, listDifferences } from './differences-store.ts';
import { readReconciliation } from './reconciliation-report-store.ts';
import { startHistoryImport } from './start-reconciliations-store.ts';

export const differencesLimitDefault = 50;
export const differencesLimitMax = 200;
export const whyLengthMax = 500;

const instant = nullable(Type.String({ format: 'date-time' }));

const HistorySchema = Type.Object({
  state: Type.String(),
  seen: Type.Integer(),
  total: Type.Integer(),
  imported: Type.Integer(),
  started_at: instant,
  finished_at: instant,
  problem: nullable(Type.String()),
});

const ReconciliationSchema = Type.Object(
  {
    recent: Type.Object({
      state: Type.String(),
      last_finished_at: instant,
      seen: Type.Integer(),
      differences_open: Type.Integer(),
      problem: nullable(Type.String()),
    }),
    history: HistorySchema,
  },
  { title: 'Reconciliation' },
);

const DifferenceSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    detail: Type.String(),
    invoice: nullable(Type.String()),
    facturapi_id: nullable(Type.String()),
    found_at: Type.String({ format: 'date-time' }),
    ended_at: instant,
    why: nullable(Type.String()),
  },
  { title: 'ReconciliationDifference' },
);

const id = Type.String({ pattern: '^[1-9][0-9]{0,14}$' });
const DifferencesQuery = Type.Object(
  {
    open: Type.Optional(Type.Union([Type.Literal('0'), Type.Literal('1')])),
    cursor: Type.Optional(id),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: differencesLimitMax })),
  },
  { additionalProperties: false },
);
const CloseBody = Type.Object(
  { why: Type.String({ minLength: 1, maxLength: whyLengthMax }) },
  { additionalProperties: false },
);

const forAdministrators = 'Solo quien administra la empresa puede importar su historial.';

const tags = ['reconciliation'];
const access = 'issuer';

export interface ReconciliationRoutesOptions {
  readonly db: Queryable;
  /** Of the calls that a history import makes: null says "its company's own". */
  readonly lane: number | null;
  readonly now: () => Date;
}

export function reconciliationRoutes(server: HttpServer, o: ReconciliationRoutesOptions): void {
  server.get(
    '/api/reconciliation',
    {
      config: { access },
      schema: { tags, response: { 200: ReconciliationSchema, ...problems(401, 403) } },
    },
    async (request) => {
      const read = await readReconciliation(o.db, principalOf(request).tenantId);
      const { state, finished_at, seen, problem } = read.recent;
      const differences_open = read.differencesOpen;
      return {
        recent: { state, last_finished_at: finished_at, seen, differences_open, problem },
        history: read.history,
      } as never;
    },
  );

  server.post(
    '/api/reconciliation/history',
    {
      config: { access },
      schema: { tags, response: { 202: HistorySchema, ...problems(401, 403) } },
    },
    async (request, reply) => {
      const { tenantId, personId } = administratorOf(request, forAdministrators);
      await startHistoryImport(o.db, tenantId, { by: personId, lane: o.lane, now: o.now() });
      const { history } = await readReconciliation(o.db, tenantId);
      return reply.code(202).send(history as never);
    },
  );

  differenceRoutes(server, o);
}

function differenceRoutes(server: HttpServer, o: ReconciliationRoutesOptions): void {
  server.get(
    '/api/reconciliation/differences',
    {
      config: { access },
      schema: {
        tags,
        querystring: DifferencesQuery,
        response: {
          200: Type.Object({
            data: Type.Array(DifferenceSchema),
            next_cursor: nullable(Type.String()),
          }),
          ...problems(400, 401, 403),
        },
      },
    },
    async (request) => {
      const { open, cursor, limit = differencesLimitDefault } = request.query;
      const rows = await listDifferences(o.db, principalOf(request).tenantId, {
        openOnly: open === '1',
        cursor: cursor === undefined ? undefined : Number(cursor),
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const next_cursor = rows.length > limit ? String(page.at(-1)!.id) : null;
      return { data: page.map(toDifference), next_cursor } as never;
    },
  );

  server.post(
    '/api/reconciliation/differences/:id/close',
    {
      config: { access },
      schema: {
        tags,
        params: Type.Object({ id }),
        body: CloseBody,
        response: { 200: DifferenceSchema, ...problems(400, 401, 403, 404, 409, 422) },
      },
    },
    async (request) => {
      const { tenantId, personId } = principalOf(request);
      const closed = await closeDifference(o.db, tenantId, {
        id: Number(request.params.id),
        personId,
        why: request.body.why,
      });
      if (closed === 'absent') throw notFound();
      if (closed === 'ended_before') {
        throw new Problem(409, 'difference_ended', 'Esta diferencia ya estaba cerrada.');
      }
      return toDifference(closed) as never;
    },
  );
}

function toDifference(row: DifferenceRow) {
  return {
    id: String(row.id),
    kind: row.kind,
    detail: wordsOf(row),
    invoice: row.invoice_id,
    facturapi_id: row.facturapi_id,
    found_at: row.found_at,
    ended_at: row.ended_at,
    why: row.why,
  };
}
