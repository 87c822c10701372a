import type { FastifyInstance } from 'fastify';
import { type Query, queryValue, readWholeNumber } from '../state/page.ts';
import type { CallLog } from './call-log.ts';

const callsPerPage = 1_000;
const callsPerPageMax = 20_000;

/** `GET /__sandbox/calls?after=SEQ&limit=N` and `DELETE /__sandbox/calls`. */
export function callRoutes(app: FastifyInstance, log: CallLog): void {
  app.get('/calls', async (request) => {
    const query = request.query as Query;
    const after = Number(queryValue(query, 'after') ?? 0) || 0;
    const limit = Math.min(readWholeNumber(query, 'limit') ?? callsPerPage, callsPerPageMax);
    return { ...log.counts(), calls: log.list(after, limit) };
  });
  app.delete('/calls', async () => {
    log.clear();
    return log.counts();
  });
}
