import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { ErrorObject } from 'ajv';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
  type RouteOptions,
} from 'fastify';
import type { NewId } from '../clock.ts';
import type { Logger } from '../logging.ts';
import { isDatabaseUnavailable } from '../postgres/database.ts';
import { checkText } from './check-text.ts';
import { invalid, notFound, Problem, unavailable } from './problem.ts';
import { fieldErrors, validatorCompiler } from './validation.ts';

/** Who may call a route. Each route declares it; one that does not stops the start. */
export type Access = 'open' | 'signed_in' | 'issuer' | 'operator';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface HttpServerOptions {
  readonly log: Logger;
  readonly newId: NewId;
  readonly onAnswer: (route: string, status: number, ms: number) => void;
}

export const bodyBytesMax = 1024 * 1024;
export const headerBytesMax = 16 * 1024;
/** For the whole request to arrive; an answer may take longer (Prefer: wait, events). */
export const requestMsMax = 30_000;
export const keepAliveMs = 72_000;
/** What callers may send as X-Request-Id: it ends up in logs. */
const requestIdPattern = /^[A-Za-z0-9._-]{8,100}$/;

export async function makeHttpServer(o: HttpServerOptions): Promise<HttpServer> {
  const server = Fastify({
    loggerInstance: o.log as FastifyBaseLogger,
    logController: new Fastify.LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    keepAliveTimeout: keepAliveMs,
    http: { maxHeaderSize: headerBytesMax },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && requestIdPattern.test(given) ? given : o.newId();
    },
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as HttpServer;

  server.setValidatorCompiler(validatorCompiler());
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'same-origin');
  });
  server.addHook('preValidation', async (request) => {
    checkText(request);
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    o.onAnswer(`${request.method} ${route}`, reply.statusCode, reply.elapsedTime);
    const level = reply.statusCode >= 500 ? 'warn' : 'debug';
    request.log[level](
      { method: request.method, route, status: reply.statusCode, ms: reply.elapsedTime },
      'request',
    );
  });
  const routes: RouteOptions[] = [];
  server.addHook('onRoute', (route) => {
    routes.push(route);
  });
  server.addHook('onReady', async () => {
    const open = routes.find((route) => route.config?.access === undefined);
    if (open) throw new Error(`the route ${open.method} ${open.url} declares no access`);
  });
  server.setErrorHandler((error: FastifyError, request, reply) =>
    answerProblem(problemOf(error, request), request, reply),
  );
  server.setNotFoundHandler((request, reply) => answerProblem(notFound(), request, reply));
  await describeApi(server);
  return server;
}

export function answerProblem(
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (problem.retryAfterS !== undefined) reply.header('retry-after', problem.retryAfterS);
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problem.toBody(request.id));
}

function problemOf(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof Problem) {
    if (error.status >= 500) request.log.warn({ err: error.cause ?? error }, error.message);
    return error;
  }
  if (error.validation) {
    const errors = fieldErrors(error.validation as ErrorObject[]);
    return error.validationContext === 'body'
      ? invalid(errors)
      : new Problem(400, 'invalid_query', errors[0]?.message ?? 'Consulta inválida.', { errors });
  }
  if (isDatabaseUnavailable(error)) {
    request.log.warn({ err: error }, 'the database cannot be reached');
    return unavailable(1, error);
  }
  const known = KNOWN[error.code];
  if (known) return new Problem(known[0], known[1], known[2]);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Problem(error.statusCode, 'bad_request', 'La solicitud no se pudo leer.');
  }
  request.log.error({ err: error }, 'an unexpected error');
  return new Problem(500, 'internal_error', 'Ocurrió un error inesperado. Ya quedó registrado.');
}

const KNOWN: Readonly<Record<string, readonly [number, string, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    413,
    'payload_too_large',
    'El cuerpo de la solicitud es demasiado grande.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type', 'Envía application/json.'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed_json', 'El cuerpo no es JSON válido.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed_json', 'El cuerpo está vacío.'],
};

/** As the plugin's own, but for plain http too: nothing here is worth upgrading on loopback. */
const docsPolicy =
  "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; " +
  "img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'";

async function describeApi(server: HttpServer): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Timbra',
        version: '0.1.0',
        description: 'Facturas electrónicas (CFDI 4.0) por FacturAPI, sin dobles y sin pérdidas.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'timbra_session' },
          metricsToken: { type: 'http', scheme: 'bearer' },
        },
      },
    },
  });
  server.get('/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, async () =>
    server.swagger(),
  );
  await server.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { access: 'open', ...route.config };
    });
    await docs.register(swaggerUi, { routePrefix: '/docs', staticCSP: docsPolicy });
  });
}
