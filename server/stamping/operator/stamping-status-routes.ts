import { Type } from 'typebox';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { nullable, oneOf, problems } from '../../platform/http/schemas.ts';
import { principalOf } from '../../sessions/sessions.ts';
import type { ReadStatus } from './stamping-status.ts';

const instantOrNull = nullable(Type.String({ format: 'date-time' }));

const StatusSchema = Type.Object(
  {
    facturapi: oneOf('ok', 'unavailable'),
    mode: oneOf('running', 'paused', 'draining'),
    waiting: Type.Integer(),
    pause: Type.Union([
      Type.Object({
        reason: oneOf('operator', 'blocked', 'busy', 'unavailable'),
        until: instantOrNull,
        detail: Type.String(),
      }),
      Type.Null(),
    ]),
    late: Type.Object({ count: Type.Integer(), oldest_date: instantOrNull }),
    notices: Type.Array(
      Type.Object({
        code: Type.String(),
        level: oneOf('info', 'warning', 'error'),
        detail: Type.String(),
      }),
    ),
  },
  { title: 'StampingStatus' },
);

/** How stamping goes, for the people of a company. */
export function stampingStatusRoutes(server: HttpServer, readStatus: ReadStatus): void {
  server.get(
    '/api/stamping/status',
    {
      config: { access: 'signed_in' },
      schema: { tags: ['stamping'], response: { 200: StatusSchema, ...problems(401) } },
    },
    async (request) => (await readStatus(principalOf(request).tenantId)) as never,
  );
}
