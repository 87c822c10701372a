import type { FastifyInstance } from 'fastify';
import type { OutboxStore } from './outbox-store.ts';

/** The newest e-mails that one call shows. */
const emailsMax = 1_000;

/** `GET` and `DELETE /__sandbox/outbox`: the e-mails that would have been sent. */
export function outboxRoutes(app: FastifyInstance, outbox: OutboxStore): void {
  app.get('/outbox', async () => outbox.list(emailsMax));
  app.delete('/outbox', async () => {
    outbox.clear();
    return outbox.list(emailsMax);
  });
}
