import type { FastifyInstance } from 'fastify';
import { type Query, queryValue, readWholeNumber } from '../state/page.ts';
import type { Deliveries } from './deliveries.ts';
import { type DeliveryPlan, readDeliveryRule } from './delivery-faults.ts';

const deliveriesPerPage = 1_000;

/** `/__sandbox/webhooks/deliveries` and `/__sandbox/webhooks/faults`. */
export function deliveryRoutes(
  app: FastifyInstance,
  deliveries: Deliveries,
  plan: DeliveryPlan,
): void {
  app.get('/webhooks/deliveries', async (request) => {
    const query = request.query as Query;
    const after = Number(queryValue(query, 'after') ?? 0) || 0;
    return deliveries.list(after, readWholeNumber(query, 'limit') ?? deliveriesPerPage);
  });
  app.get('/webhooks/faults', async () => plan.list());
  app.post('/webhooks/faults', async (request, reply) => {
    reply.code(201);
    return plan.add(readDeliveryRule(request.body));
  });
  app.delete('/webhooks/faults', async () => {
    plan.clear();
    return plan.list();
  });
}
