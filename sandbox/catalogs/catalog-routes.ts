import type { FastifyInstance } from 'fastify';
import type { CallRunner } from '../call.ts';
import { commonProductKeys, searchCatalog, units } from './search-catalog.ts';

export function catalogRoutes(app: FastifyInstance, { serve }: CallRunner): void {
  app.get(
    '/catalogs/products',
    serve(({ query }) => searchCatalog(commonProductKeys, query)),
  );
  app.get(
    '/catalogs/units',
    serve(({ query }) => searchCatalog(units, query)),
  );
}
