import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { problems } from '../platform/http/schemas.ts';
import type { Reports } from './reports.ts';

const anything = Type.Object({}, { additionalProperties: true });

/** The operator's view of the machine and of the installation's queue. */
export function clusterRoutes(server: HttpServer, reports: Reports): void {
  const tags = ['cluster'];
  const operator = {
    config: { access: 'operator' as const },
    schema: { tags, response: { 200: anything, ...problems(401, 403) } },
  };

  server.get('/api/cluster/info', operator, () => reports.info());
  server.get('/api/cluster/metrics', operator, () => reports.metrics());
  server.get('/api/cluster/sessions', operator, () => reports.sessions());
  server.get(
    '/metrics',
    { ...operator, schema: { ...operator.schema, response: undefined, hide: true } },
    async (_request, reply) => {
      const { contentType, text } = await reports.prometheus();
      return reply.type(contentType).send(text);
    },
  );
}

/** Open to anyone, balancers and process managers first: no session is looked up for them. */
export function probeRoutes(server: HttpServer, reports: Reports): void {
  const open = { config: { access: 'open' as const }, schema: { tags: ['probes'] } };
  server.get(
    '/api/cluster/health',
    { ...open, schema: { tags: ['cluster'], response: { 200: anything, 503: anything } } },
    async (_request, reply) => {
      const health = await reports.health();
      return reply.code(health.status === 'ok' ? 200 : 503).send(health as never);
    },
  );
  server.get('/healthz', open, async () => ({ status: 'ok' }));
  server.get('/readyz', open, async (_request, reply) => {
    const ready = await reports.ready();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable' });
  });
}
