import type { FastifyInstance } from 'fastify';
import { invalidRequest } from '../api-error.ts';
import { type Query, queryDetail, queryValue } from '../state/page.ts';
import type { CfdiCounter } from './count-cfdis.ts';

/** `GET /__sandbox/cfdis?by=external_id|idempotency_key`, and with `&name=` those of one name. */
export function cfdiCountRoutes(app: FastifyInstance, counter: CfdiCounter): void {
  app.get('/cfdis', async (request) => {
    const query = request.query as Query;
    const by = queryValue(query, 'by') ?? 'external_id';
    if (by !== 'external_id' && by !== 'idempotency_key') {
      const message = 'El parámetro by debe ser external_id o idempotency_key.';
      throw invalidRequest([queryDetail('by', 'invalid_value', message)]);
    }
    const name = queryValue(query, 'name');
    return name === undefined ? counter.all(by) : counter.named(by, name);
  });
}
