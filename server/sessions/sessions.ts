/** The front door of sessions: signing in and out, and who a request comes from. */
import { timingSafeEqual } from 'node:crypto';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import type { FastifyRequest } from 'fastify';
import type { HttpServer } from '../platform/http/http-server.ts';
import { Problem, unavailable } from '../platform/http/problem.ts';
import { isDatabaseUnavailable } from '../platform/postgres/database.ts';
import type { Role, TenantId } from '../tenants/tenants.ts';
import type { SessionStore } from './session-store.ts';

/** Who a request comes from, read from its credential alone. */
export interface Principal {
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly isOperator: boolean;
  readonly role: Role;
  readonly tenantId: TenantId;
  readonly tenant: {
    readonly name: string;
    readonly legal_name: string;
    readonly tax_id: string;
    /** Gives the issuer's time zone. */
    readonly zip: string;
    readonly livemode: boolean;
  };
}

declare module 'fastify' {
  interface Session {
    principal?: Principal;
  }
}

export interface SessionsOptions {
  readonly store: SessionStore;
  /** Base64; signs the cookie. */
  readonly cookieKey: string;
  readonly metricsToken: string | undefined;
  readonly onLookUp: (found: boolean) => void;
}

const cookieName = 'timbra_session';

/** Loads the session of each request below this server, and holds its route's access against it. */
export async function useSessions(server: HttpServer, o: SessionsOptions): Promise<void> {
  await server.register(cookie);
  await server.register(session, {
    secret: o.cookieKey,
    cookieName,
    cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', path: '/' },
    saveUninitialized: false,
    // The default saves on every response, and a request in flight would bring a revoked
    // session back.
    rolling: false,
    store: {
      get(id, done) {
        o.store.read(id).then(
          (stored) => {
            o.onLookUp(stored !== undefined);
            if (!stored) return done(null, null);
            const cookie = { originalMaxAge: null, expires: stored.expiresAt };
            done(null, { cookie, principal: stored.principal } as never);
          },
          (error) => done(storeError(error)),
        );
      },
      // Only signing in opens a session, and nothing else of it is ever written.
      set: (_id, _session, done) => done(),
      destroy(id, done) {
        o.store.close(id).then(
          () => done(),
          (error) => done(storeError(error)),
        );
      },
    },
  });
  server.addHook('onRequest', async (request) => {
    admit(request, o.metricsToken);
  });
}

/**
 * @fastify/session takes an error whose code is ENOENT for "there is no such session", as from a
 * store of files. Here it is PostgreSQL's Unix socket, gone while it restarts: people would get a
 * 401 and lose their cookie.
 */
function storeError(error: unknown): unknown {
  return isDatabaseUnavailable(error) ? unavailable(1, error) : error;
}

function admit(request: FastifyRequest, metricsToken: string | undefined): void {
  const access = request.routeOptions.config.access;
  if (access === 'open' || access === undefined) return;
  if (access === 'operator' && metricsToken && hasBearer(request, metricsToken)) return;
  const principal = request.session.principal;
  if (!principal) {
    throw new Problem(401, 'not_signed_in', 'Inicia sesión para continuar.');
  }
  if (access === 'operator' && !principal.isOperator) throw forbidden();
  if (access === 'issuer' && principal.role === 'viewer') throw forbidden();
}

function forbidden(): Problem {
  return new Problem(403, 'forbidden', 'Tu usuario no tiene permiso para esto.');
}

function hasBearer(request: FastifyRequest, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The principal of a route whose access is not `open`. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = request.session.principal;
  if (!principal) throw new Problem(401, 'not_signed_in', 'Inicia sesión para continuar.');
  return principal;
}

/** The principal, when they administer their company; `detail` tells the others whose this is. */
export function administratorOf(request: FastifyRequest, detail: string): Principal {
  const principal = principalOf(request);
  if (principal.role === 'owner' || principal.role === 'administrator') return principal;
  throw new Problem(403, 'forbidden', detail);
}

/** A new id at each sign-in, so that one planted before it is worth nothing. */
export async function openSession(
  request: FastifyRequest,
  store: SessionStore,
  who: { personId: string; tenantId: TenantId },
): Promise<Principal> {
  await request.session.regenerate();
  await store.open(request.session.sessionId, who.personId, who.tenantId);
  const stored = await store.read(request.session.sessionId);
  if (!stored) throw new Error('a session that was just opened cannot be read');
  request.session.options({ expires: stored.expiresAt });
  request.session.principal = stored.principal;
  return stored.principal;
}
