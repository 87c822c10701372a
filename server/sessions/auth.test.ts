import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { makeTenant, silentLog, testPool } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { type HttpServer, makeHttpServer } from '../platform/http/http-server.ts';
import { hashPassword } from '../tenants/passwords.ts';
import { ensurePerson, replacePassword } from '../tenants/people-store.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { authRoutes } from './auth-routes.ts';
import { sessionStore } from './session-store.ts';
import { useSessions } from './sessions.ts';

const email = 'emisora@example.mx';
const password = 'correct horse battery staple';

describe('signing in', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let server: HttpServer;
  let withoutDatabase: HttpServer;
  let tenantId: TenantId;
  let personId: string;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    const db = testPool(cleanups, database.app);
    tenantId = await makeTenant(admin);
    personId = newId();
    await ensurePerson(admin, tenantId, 'issuer', {
      id: personId,
      email,
      name: 'Emisora',
      passwordHash: await hashPassword(password),
      isOperator: false,
    });
    server = await serverOver(db);
    // PostgreSQL's Unix socket is gone while it restarts: ENOENT.
    const gone = { url: 'postgresql://nobody@localhost/none?host=/nonexistent' };
    withoutDatabase = await serverOver(testPool(cleanups, gone));
  });

  const cookieKey = randomBytes(32).toString('base64');
  async function serverOver(db: pg.Pool): Promise<HttpServer> {
    const made = await makeHttpServer({ log: silentLog, newId, onAnswer: () => {} });
    const store = sessionStore(db);
    await made.register(async (api) => {
      const signedIn = api as unknown as HttpServer;
      await useSessions(signedIn, {
        store,
        cookieKey,
        metricsToken: undefined,
        onLookUp: () => {},
      });
      authRoutes(signedIn, { db, store });
    });
    await made.ready();
    cleanups.after(() => made.close());
    return made;
  }

  const signIn = (o: { email?: string; password?: string; cookie?: string } = {}) =>
    server.inject({
      method: 'POST',
      url: '/api/auth/login',
      headers: o.cookie === undefined ? {} : { cookie: o.cookie },
      payload: { email: o.email ?? email, password: o.password ?? password },
    });
  const cookieOf = (answer: { headers: Record<string, unknown> }) =>
    String(answer.headers['set-cookie']).split(';')[0]!;
  const me = (cookie?: string) =>
    server.inject({ url: '/api/auth/me', headers: cookie === undefined ? {} : { cookie } });

  test('the right password opens a session, in a cookie that scripts cannot read', async () => {
    const answer = await signIn();
    assert.equal(answer.statusCode, 200);
    const setCookie = String(answer.headers['set-cookie']);
    for (const part of [/^timbra_session=/, /; HttpOnly/i, /; SameSite=Lax/i, /; Path=\//i]) {
      assert.match(setCookie, part);
    }
    const who = answer.json();
    assert.deepEqual([who.user.email, who.user.role, who.tenant.id], [email, 'issuer', tenantId]);
    assert.doesNotMatch(answer.body, /password|argon2|sealed/);
    assert.deepEqual((await me(cookieOf(answer))).json(), who);
  });

  test('an unknown e-mail and a wrong password are answered the same', async () => {
    const answers = await Promise.all([
      signIn({ password: 'wrong' }),
      signIn({ email: 'nobody@example.mx' }),
    ]);
    const [wrong, unknown] = answers.map(({ statusCode, headers, json }) => {
      const { requestId: _, ...body } = json();
      return { statusCode, body, headers: Object.keys(headers) };
    });
    assert.deepEqual(wrong, unknown);
    assert.equal(wrong!.statusCode, 401);
    assert.equal(wrong!.body.code, 'wrong_credentials');
    assert.equal(answers[0]!.headers['set-cookie'], undefined);
  });

  test('an e-mail is the same in capitals and with blanks around it', async () => {
    assert.equal((await signIn({ email: ` ${email.toUpperCase()} ` })).statusCode, 200);
  });

  test('a password is taken as it is: case and blanks count', async () => {
    for (const other of [` ${password}`, password.toUpperCase(), `${password}x`]) {
      assert.equal((await signIn({ password: other })).statusCode, 401, other);
    }
  });

  test('a person without a company does not get in', async () => {
    const [{ password_hash: hash }] = (
      await admin.query('select password_hash from people where id = $1', [personId])
    ).rows;
    await admin.query(
      `insert into people (id, email, name, password_hash) values ($1, 'alone@example.mx', 'x', $2)`,
      [newId(), hash],
    );
    assert.equal((await signIn({ email: 'alone@example.mx' })).statusCode, 401);
  });

  test('a session that was planted before the sign-in is worth nothing after it', async () => {
    const planted = cookieOf(await signIn());
    const fresh = cookieOf(await signIn({ cookie: planted }));
    assert.notEqual(fresh, planted);
    assert.equal((await me(fresh)).statusCode, 200);
    assert.equal((await me(planted)).statusCode, 401);
  });

  test('signing out ends the session itself, not only the cookie', async () => {
    const cookie = cookieOf(await signIn());
    const logout = () =>
      server.inject({ method: 'POST', url: '/api/auth/logout', headers: { cookie } });
    assert.equal((await logout()).statusCode, 204);
    assert.equal((await me(cookie)).statusCode, 401);
    assert.equal((await logout()).statusCode, 204);
  });

  test('nobody, a stranger and a changed cookie are all not signed in', async () => {
    const cookie = cookieOf(await signIn());
    for (const other of [undefined, 'timbra_session=x.y', cookie.slice(0, -1), `${cookie}x`]) {
      const answer = await me(other);
      assert.deepEqual([answer.statusCode, answer.json().code], [401, 'not_signed_in']);
    }
  });

  test('a change of role shows in the very next request', async () => {
    const cookie = cookieOf(await signIn());
    await admin.query(`update memberships set role = 'viewer' where person_id = $1`, [personId]);
    assert.equal((await me(cookie)).json().user.role, 'viewer');
    await admin.query(`update memberships set role = 'issuer' where person_id = $1`, [personId]);
  });

  test('a new password ends the sessions that the old one opened', async () => {
    const cookie = cookieOf(await signIn());
    await replacePassword(admin, personId, await hashPassword(password));
    assert.equal((await me(cookie)).statusCode, 401);
  });

  test('what is no sign-in is a mistake in the body, and looks nothing up', async () => {
    for (const payload of [{}, { email }, { email, password: '' }, { email, password, x: 1 }]) {
      const answer = await server.inject({ method: 'POST', url: '/api/auth/login', payload });
      assert.equal(answer.statusCode, 422, JSON.stringify(payload));
    }
  });

  for (const hostile of ['\ud800@example.mx', "' or true --", '%', '💥💥💥']) {
    test(`${JSON.stringify(hostile)} as an e-mail is nobody, not a fault`, async () => {
      const { statusCode } = await signIn({ email: hostile });
      assert.ok([401, 422].includes(statusCode), String(statusCode));
    });
  }

  test('text that PostgreSQL cannot take is a mistake in its field, not a fault', async () => {
    for (const field of ['email', 'password']) {
      const answer = await signIn({ [field]: 'a\u0000b@example.mx' });
      assert.equal(answer.statusCode, 422);
      assert.equal(answer.json().code, 'invalid_text');
      assert.deepEqual(
        answer.json().errors.map((error: { path: string }) => error.path),
        [field],
      );
    }
  });

  test('while the database is gone nobody is told to sign in, and nobody loses the cookie', async () => {
    const cookie = cookieOf(await signIn());
    for (const [method, url] of [
      ['GET', '/api/auth/me'],
      ['POST', '/api/auth/logout'],
      ['POST', '/api/auth/login'],
    ] as const) {
      const payload = method === 'POST' ? { payload: { email, password } } : {};
      const request = { method, url, headers: { cookie }, ...payload };
      const answer = await withoutDatabase.inject(request);
      assert.equal(answer.statusCode, 503, url);
      assert.equal(answer.json().code, 'temporarily_unavailable');
      assert.equal(answer.headers['retry-after'], '1');
      assert.equal(answer.headers['set-cookie'], undefined, url);
    }
    assert.equal((await me(cookie)).statusCode, 200);
  });
});
