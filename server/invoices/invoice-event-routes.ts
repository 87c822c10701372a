import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { InvoiceSignals } from './invoice-signals.ts';

/** Proxies cut connections that stay silent for a minute. */
export const heartbeatMs = 20_000;
const retryMs = 2_000;

/**
 * Server-sent events (WHATWG HTML): `invoice` with {id, status} at each change of the company's
 * invoices; `invoice_late` with the same for one that has waited 48 hours for its stamp;
 * `look_again` when some may have been missed.
 */
export function invoiceEventRoutes(server: HttpServer, signals: InvoiceSignals): void {
  const open = new Set<() => void>();
  server.addHook('preClose', async () => {
    signals.close();
    for (const end of open) end();
  });

  server.get(
    '/api/invoices/events',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['invoices'],
        response: {
          200: {
            description: 'A stream of events',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
          ...problems(401),
        },
      },
    },
    (request, reply) => {
      const { tenantId } = principalOf(request);
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      });
      raw.write(`retry: ${retryMs}\n\n`);
      const beat = setInterval(() => raw.write(': \n\n'), heartbeatMs);
      const leave = signals.subscribe(tenantId, (signal) => {
        if (signal === 'look_again') raw.write('event: look_again\ndata: {}\n\n');
        else if (signal.status !== null) {
          const data = JSON.stringify({ id: signal.invoice, status: signal.status });
          const event = signal.kind === 'late' ? 'invoice_late' : 'invoice';
          raw.write(`event: ${event}\ndata: ${data}\n\n`);
        }
      });
      const end = () => raw.end();
      open.add(end);
      raw.on('close', () => {
        clearInterval(beat);
        leave();
        open.delete(end);
      });
    },
  );
}
