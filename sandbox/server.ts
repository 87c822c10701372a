import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ok, refusal, unexpected } from './answer.ts';
import { ApiError, notFound } from './api-error.ts';
import { type Arrival, createCallRunner, routePath } from './call.ts';
import { openKeyring } from './certificates/keyring.ts';
import { controlRoutes } from './control/control-routes.ts';
import { type Counters, createCounters } from './counters/counters.ts';
import { customerRoutes } from './customers/customer-routes.ts';
import { customersStore } from './customers/customers-store.ts';
import { createFaultPlan } from './faults/fault-plan.ts';
import { invoiceRoutes } from './invoices/invoice-routes.ts';
import { invoicesStore } from './invoices/invoices-store.ts';
import { authenticate } from './organizations/authenticate.ts';
import {
  type OrganizationsStore,
  organizationsStore,
} from './organizations/organizations-store.ts';
import { showOrganization } from './organizations/show-organization.ts';
import { defaultSettings } from './settings.ts';
import { openDatabase } from './state/database.ts';

export interface SandboxOptions {
  /** Folder of the sandbox's own file; made when absent. */
  dataDir: string;
  host: string;
  /** 0 takes any free port. */
  port: number;
  latencyMs: number;
  now: () => Date;
  log: Logger;
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

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the key has been read, and on the control plane. */
    arrival: Arrival | null;
  }
}

/** Opens the state and starts to listen. The only place that knows all the parts. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { now, log } = options;
  const database = openDatabase(options.dataDir);
  const organizations = organizationsStore(database, now);
  const customers = customersStore(database);
  const invoices = invoicesStore(database);
  const keyring = openKeyring(database, now);
  const counters = createCounters();
  const faults = createFaultPlan();
  const settings = defaultSettings(options.latencyMs);
  const arrivalOf = (request: FastifyRequest) => request.arrival!;
  const runner = createCallRunner({ settings, faults, log, arrivalOf });

  const app = Fastify({
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: pathParameterLengthMax },
    forceCloseConnections: 'idle',
  });
  acceptJson(app);
  speakLikeFacturapi(app, log);
  app.decorateRequest('arrival', null);

  app.register(
    async (v2) => {
      countArrivals(v2, organizations, counters);
      v2.get(
        '/check',
        runner.serve(() => ok('{"ok":true}')),
      );
      v2.get(
        '/organizations/me',
        runner.serve(({ account }) =>
          showOrganization(account, keyring.issuer(account.organization)),
        ),
      );
      customerRoutes(v2, runner, customers, now);
      invoiceRoutes(v2, runner, {
        database,
        invoices,
        customers,
        keyring,
        counters,
        settings,
        now,
      });
    },
    { prefix: '/v2' },
  );
  app.register(
    async (control) => controlRoutes(control, { counters, faults, settings, invoices }),
    {
      prefix: '/__sandbox',
    },
  );

  await app.listen({ host: options.host, port: options.port });
  return {
    url: baseUrl(app),
    async close() {
      runner.dropSilent();
      const closed = app.close();
      await drain(counters);
      app.server.closeAllConnections();
      await closed;
      database.close();
    },
  };
}

/** Counts a call as soon as its key is read, which comes before its body. */
function countArrivals(
  v2: FastifyInstance,
  organizations: OrganizationsStore,
  counters: Counters,
): void {
  v2.addHook('onRequest', async (request, reply) => {
    const route = `${request.method} ${routePath(request)}`;
    let arrival: Arrival;
    try {
      const account = authenticate(request.headers.authorization, organizations);
      const ticket = counters.begin(route, account.organization.id);
      arrival = { account, ticket, taken: false };
    } catch (error) {
      counters.begin(route, undefined).end();
      throw error;
    }
    request.arrival = arrival;
    // A call whose client goes away in the middle of its body never reaches a handler.
    reply.raw.once('close', () => {
      if (!arrival.taken) arrival.ticket.end();
    });
  });
  v2.setNotFoundHandler((_request, reply) => sendError(reply, routeNotFound()));
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

const jsonType = 'application/json; charset=utf-8';

function routeNotFound(): ApiError {
  return notFound('not_found', 'La ruta no existe.');
}

/** For calls that end before a handler took them; their work is over before the client hears. */
function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  reply.request.arrival?.ticket.end();
  const answer = refusal(error);
  return reply.code(answer.status).header('content-type', jsonType).send(answer.json);
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
