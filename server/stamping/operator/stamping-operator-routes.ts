import type pg from 'pg';
import { Type } from 'typebox';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { refused } from '../../platform/http/problem.ts';
import { problems } from '../../platform/http/schemas.ts';
import { principalOf } from '../../sessions/sessions.ts';
import type { Lane } from '../stamping.ts';
import { closeDeadLetter, listDeadLetters, retryDeadLetter } from './dead-letters.ts';
import {
  type Action,
  operateCompany,
  operateInstallation,
  readStampingView,
} from './operate-stamping.ts';
import {
  DeadLetterStateSchema,
  DeadLettersSchema,
  OperateBody,
  StampingViewSchema,
  WhyBody,
} from './stamping-operator-schemas.ts';

export interface OperatorRoutesOptions {
  readonly pool: pg.Pool;
  readonly lane: Lane;
}

export const deadLimitDefault = 50;
export const deadLimitMax = 200;

const tags = ['cluster'];
const config = { access: 'operator' as const };

/**
 * The operator's hand on stamping. Reading may be done with the metrics token; what changes
 * something wants a person, whose name stays with it.
 */
export function stampingOperatorRoutes(server: HttpServer, o: OperatorRoutesOptions): void {
  modeRoutes(server, o);
  deadLetterRoutes(server, o);
}

function modeRoutes(server: HttpServer, { pool, lane }: OperatorRoutesOptions): void {
  server.get(
    '/api/cluster/stamping',
    { config, schema: { tags, response: { 200: StampingViewSchema, ...problems(401, 403) } } },
    async () => (await readStampingView(pool)) as never,
  );

  server.post(
    '/api/cluster/stamping',
    {
      config,
      schema: {
        tags,
        body: OperateBody,
        response: { 200: StampingViewSchema, ...problems(400, 401, 403, 404, 422) },
      },
    },
    async (request) => {
      const { tenant, why } = request.body;
      const action = request.body.action as Action;
      const order = { why, orderedBy: principalOf(request).personId };
      if (tenant === undefined) await operateInstallation(pool, { ...order, action });
      else if (action === 'drain') throw notForACompany();
      else await operateCompany(pool, lane, tenant, { ...order, action });
      return (await readStampingView(pool)) as never;
    },
  );
}

function notForACompany() {
  const message = 'Una empresa se pausa o se reanuda; solo la instalación completa se vacía.';
  return refused([{ path: 'action', code: 'not_for_a_company', message }]);
}

const DeadQuery = Type.Object(
  {
    cursor: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: deadLimitMax })),
  },
  { additionalProperties: false },
);
const DeadParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

function deadLetterRoutes(server: HttpServer, { pool }: OperatorRoutesOptions): void {
  server.get(
    '/api/cluster/stamping/dead',
    {
      config,
      schema: {
        tags,
        querystring: DeadQuery,
        response: { 200: DeadLettersSchema, ...problems(400, 401, 403) },
      },
    },
    async (request) => {
      const { cursor, limit = deadLimitDefault } = request.query;
      const found = await listDeadLetters(pool, { cursor, limit: limit + 1 });
      const data = found.slice(0, limit);
      const next_cursor = found.length > limit ? String(data.at(-1)!.id) : null;
      return { data, next_cursor } as never;
    },
  );

  for (const [action, act, state] of [
    ['retry', retryDeadLetter, 'queued'],
    ['close', closeDeadLetter, 'done'],
  ] as const) {
    server.post(
      `/api/cluster/stamping/dead/:id/${action}`,
      {
        config,
        schema: {
          tags,
          params: DeadParams,
          body: WhyBody,
          response: { 200: DeadLetterStateSchema, ...problems(400, 401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const { id } = request.params;
        const orderedBy = principalOf(request).personId;
        await act(pool, { callId: id, why: request.body.why, orderedBy });
        return { id, state } as never;
      },
    );
  }
}
