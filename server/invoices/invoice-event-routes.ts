import { eventStreamResponse, eventStreams } from '../platform/http/event-stream.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { InvoiceSignals } from './invoice-signals.ts';

/**
 * Events: `invoice` with {id, status} at each change of the company's invoices; `invoice_late` with
 * the same for one that has waited 48 hours for its stamp; `look_again` when some may have been missed.
 */
export function invoiceEventRoutes(server: HttpServer, signals: InvoiceSignals): void {
  server.addHook('preClose', async () => signals.close());
  const openStream = eventStreams(server);

  server.get(
    '/api/invoices/events',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['invoices'],
        response: {
          200: eventStreamResponse,
          ...problems(401),
        },
      },
    },
    (request, reply) => {
      const { tenantId } = principalOf(request);
      const stream = openStream(request, reply);
      const leave = signals.subscribe(tenantId, (signal) => {
        if (signal === 'look_again') stream.tell('look_again', {});
        else if (signal.status !== null) {
          const event = signal.kind === 'late' ? 'invoice_late' : 'invoice';
          stream.tell(event, { id: signal.invoice, status: signal.status });
        }
      });
      stream.onClose(leave);
    },
  );
}
