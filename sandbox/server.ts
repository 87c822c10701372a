import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { unexpected } from './answer.ts';
import { ApiError } from './api-error.ts';
import { countArrivals, jsonType, routeNotFound, sendError } from './arrival.ts';
import type { Counters } from './counters/counters.ts';
import { openParts, type PartsOptions } from './parts.ts';
import { apiRoutes, controlPlane } from './routes.ts';

export interface SandboxOptions extends PartsOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
}

export interface Sandbox {
  /** What a client sets as FacturAPI's base, `/v2` included. */
  url: string;
  close(): Promise<void>;
}

/** A body of 5,000 items with long descriptions fits. */
const bodyBytesMax = 20 * 1024 * 1024;
const pathParameterLengthMax = 200;
/** How long a stop waits for calls whose work goes on. */
const drainMsMax = 5_000;

/** Opens the state and starts to listen. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const parts = openParts(options);
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: pathParameterLengthMax },
    forceCloseConnections: 'idle',
  });
  acceptJson(app);
  speakLikeFacturapi(app, options.log);
  app.decorateRequest('arrival', null);
  app.register(
    async (v2) => {
      countArrivals(v2, parts);
      apiRoutes(v2, parts);
    },
    { prefix: '/v2' },
  );
  app.register(async (control) => controlPlane(control, parts), { prefix: '/__sandbox' });

  await app.listen({ host: options.host, port: options.port });
  return {
    url: baseUrl(app),
    async close() {
      parts.runner.dropSilent();
      const closed = app.close();
      await drain(parts.counters);
      app.server.closeAllConnections();
      await closed;
      parts.settlement.close();
      await parts.deliveries.close();
      parts.database.close();
    },
  };
}

/** FacturAPI's clients send the JSON type on calls without a body too. */
function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : JSON.parse(text as string));
    } catch {
      done(new ApiError(400, 'invalid_json', 'El cuerpo de la solicitud no es JSON válido.'));
    }
  });
}

function speakLikeFacturapi(app: FastifyInstance, log: Logger): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-facturapi-log-id', randomBytes(12).toString('hex'));
  });
  app.setNotFoundHandler((_request, reply) => sendError(reply, routeNotFound()));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof ApiError) return sendError(reply, error);
    if (error.statusCode === 413) {
      const message = 'El cuerpo de la solicitud es demasiado grande.';
      return sendError(reply, new ApiError(413, 'payload_too_large', message));
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      const message = 'La solicitud no se pudo leer.';
      return sendError(reply, new ApiError(error.statusCode, 'invalid_request', message));
    }
    log.error(error, 'a request failed in a way that nobody foresaw');
    return reply.code(500).header('content-type', jsonType).send(unexpected().json);
  });
}

function baseUrl(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/v2`;
}

/** Waits until no work is under way; bounded, since a played slowness may be of minutes. */
async function drain(counters: Counters): Promise<void> {
  const deadline = Date.now() + drainMsMax;
  while (counters.inFlight() > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
