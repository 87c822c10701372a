import { Type } from 'typebox';
import { timeZoneOfZip } from '../cfdi/time-zone.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { Problem } from '../platform/http/problem.ts';
import { problems } from '../platform/http/schemas.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import { authenticate } from '../tenants/tenants.ts';
import type { SessionStore } from './session-store.ts';
import { openSession, type Principal, principalOf } from './sessions.ts';

const Who = Type.Object({
  user: Type.Object({
    id: Type.String(),
    name: Type.String(),
    email: Type.String(),
    role: Type.String(),
    is_operator: Type.Boolean(),
  }),
  tenant: Type.Object({
    id: Type.String(),
    name: Type.String(),
    legal_name: Type.String(),
    tax_id: Type.String(),
    /** IANA name, from the company's zip: dates are shown in it. */
    time_zone: Type.String(),
    livemode: Type.Boolean(),
  }),
});

const SignIn = Type.Object(
  {
    email: Type.String({ minLength: 3, maxLength: 254 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);

export function authRoutes(server: HttpServer, o: { db: Queryable; store: SessionStore }): void {
  server.post(
    '/api/auth/login',
    {
      config: { access: 'open' },
      schema: { tags: ['auth'], body: SignIn, response: { 200: Who, ...problems(401, 422) } },
    },
    async (request) => {
      const { email, password } = request.body;
      const credential = await authenticate(o.db, email.trim(), password);
      if (!credential) {
        throw new Problem(401, 'wrong_credentials', 'El correo o la contraseña no coinciden.');
      }
      return whoIs(await openSession(request, o.store, credential));
    },
  );

  server.post(
    '/api/auth/logout',
    { config: { access: 'open' }, schema: { tags: ['auth'], response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (request.session.principal) await request.session.destroy();
      return reply.clearCookie('timbra_session', { path: '/' }).code(204).send(null);
    },
  );

  server.get(
    '/api/auth/me',
    {
      config: { access: 'signed_in' },
      schema: { tags: ['auth'], response: { 200: Who, ...problems(401) } },
    },
    async (request) => whoIs(principalOf(request)),
  );
}

function whoIs(p: Principal) {
  return {
    user: {
      id: p.personId,
      name: p.name,
      email: p.email,
      role: p.role,
      is_operator: p.isOperator,
    },
    tenant: { id: p.tenantId, ...p.tenant, time_zone: timeZoneOfZip(p.tenant.zip) },
  };
}
