import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { silentLog } from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import { type HttpServer, makeHttpServer } from '../../platform/http/http-server.ts';
import { authRoutes } from '../../sessions/auth-routes.ts';
import { sessionStore } from '../../sessions/session-store.ts';
import { useSessions } from '../../sessions/sessions.ts';
import { hashPassword } from '../../tenants/passwords.ts';
import { ensurePerson } from '../../tenants/people-store.ts';
import { reconciliationRoutes } from './reconciliation-routes.ts';
import { type Company, reconciliationRig } from './test-reconciliation.ts';

const password = 'correct horse battery staple';

describe('the routes of reconciliation', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof reconciliationRig>>;
  let server: HttpServer;
  let company: Company;
  let other: Company;
  const cookies: Record<string, string> = {};
  before(async () => {
    rig = await reconciliationRig(cleanups);
    [company, other] = [await rig.company(), await rig.company()];
    server = await makeHttpServer({ log: silentLog, newId, onAnswer: () => {} });
    const store = sessionStore(rig.app);
    await server.register(async (api) => {
      const signedIn = api as unknown as HttpServer;
      await useSessions(signedIn, {
        store,
        cookieKey: randomBytes(32).toString('base64'),
        metricsToken: undefined,
        onLookUp: () => {},
      });
      authRoutes(signedIn, { db: rig.app, store });
      reconciliationRoutes(signedIn, { db: rig.app, lane: 0, now: () => new Date() });
    });
    await server.ready();
    cleanups.after(() => server.close());
    const passwordHash = await hashPassword(password);
    for (const role of ['administrator', 'issuer', 'viewer', 'stranger'] as const) {
      const tenantId = role === 'stranger' ? other.tenantId : company.tenantId;
      const email = `${role}@example.mx`;
      await ensurePerson(rig.admin, tenantId, role === 'stranger' ? 'owner' : role, {
        ...{ id: newId(), email, name: role, passwordHash, isOperator: false },
      });
      const payload = { email, password };
      const answer = await server.inject({ method: 'POST', url: '/api/auth/login', payload });
      cookies[role] = String(answer.headers['set-cookie']).split(';')[0]!;
    }
  });
  const call = async (who: string, method: 'GET' | 'POST', path: string, payload?: object) => {
    const url = `/api/reconciliation${path}`;
    const headers = { cookie: cookies[who] ?? '' };
    const answer = await server.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };

  test('before anything has run, that is said', async () => {
    const { status, body } = await call('issuer', 'GET', '');
    assert.equal(status, 200);
    assert.deepEqual(body.recent, {
      ...{ state: 'never', last_finished_at: null, seen: 0, differences_open: 0, problem: null },
    });
    assert.equal(body.history.state, 'never');
  });

  test('who may only look on, or is not signed in, gets nothing', async () => {
    for (const path of ['', '/differences']) {
      assert.equal((await call('viewer', 'GET', path)).status, 403);
      assert.equal((await call('nobody', 'GET', path)).status, 401);
    }
  });

  test('only who administers the company starts its history, and it is on its way at once', async () => {
    assert.equal((await call('issuer', 'POST', '/history')).status, 403);
    await company.stampThere();
    const { status, body } = await call('administrator', 'POST', '/history');
    assert.deepEqual([status, body.state, body.imported], [202, 'running', 0]);
    assert.equal((await call('administrator', 'POST', '/history')).status, 202);
    assert.equal((await company.calls('list_invoices')).length, 1);
    await company.performAll('list_invoices');
    const { history } = (await call('issuer', 'GET', '')).body;
    assert.deepEqual(
      [history.state, history.seen, history.total, history.imported],
      ['done', 1, 1, 1],
    );
    assert.ok(Date.parse(history.finished_at) >= Date.parse(history.started_at));
  });

  const difference = async (kind: string, detail: object, of: Company = company) =>
    (
      await of.one(
        `insert into reconciliation_differences (tenant_id, kind, facturapi_id, detail)
         values ($1, $2, gen_random_uuid()::text, $3) returning id`,
        kind,
        detail,
      )
    ).id as number;

  test('differences come newest first, in pages, in words that people understand', async () => {
    const uuid = '39c85a3f-275b-4341-b259-e8971d9f8a94';
    const fields = [{ what: 'total', ours: '1', theirs: '2' }];
    await difference('data_differs', { uuid, fields });
    await difference('made_elsewhere', { uuid });
    await company.one(
      `update reconciliation_differences set ended_at = now()
        where tenant_id = $1 and kind = 'made_elsewhere' returning 1`,
    );
    await difference('duplicate_in_facturapi', { uuid });
    const first = await call('issuer', 'GET', '/differences?limit=2');
    assert.deepEqual(
      first.body.data.map((one: any) => one.kind),
      ['duplicate_in_facturapi', 'made_elsewhere'],
    );
    const second = await call(
      'issuer',
      'GET',
      `/differences?limit=2&cursor=${first.body.next_cursor}`,
    );
    assert.deepEqual([second.body.data.length, second.body.next_cursor], [1, null]);
    assert.match(second.body.data[0].detail, /total: aquí 1, allá 2/);
    const open = await call('issuer', 'GET', '/differences?open=1');
    assert.deepEqual(
      open.body.data.map((one: any) => [one.kind, one.ended_at]),
      [
        ['duplicate_in_facturapi', null],
        ['data_differs', null],
      ],
    );
    assert.equal((await call('issuer', 'GET', '')).body.recent.differences_open, 2);
    assert.equal((await call('issuer', 'GET', '/differences?limit=0')).status, 400);
    assert.equal((await call('stranger', 'GET', '/differences')).body.data.length, 0);
  });

  test('a person closes one with a reason, once, and only of the own company', async () => {
    const id = await difference('superseded_but_stamped', {});
    const close = (who: string, of: unknown, why: unknown = 'Cancelada hoy') =>
      call(who, 'POST', `/differences/${of}/close`, { why });
    assert.equal((await close('viewer', id)).status, 403);
    assert.equal((await close('stranger', id)).status, 404);
    assert.equal((await close('issuer', id, '')).status, 422);
    assert.equal((await close('issuer', '0x1')).status, 400);
    const { status, body } = await close('issuer', id);
    assert.deepEqual([status, body.id, body.why], [200, String(id), 'Cancelada hoy']);
    assert.ok(body.ended_at);
    const again = await close('issuer', id);
    assert.deepEqual([again.status, again.body.code], [409, 'difference_ended']);
  });

  test('every kind of difference has words of its own', async () => {
    const kinds = ['adopted', 'canceled_there', 'made_elsewhere', 'without_call'];
    const more = ['missing_in_facturapi', 'duplicate_in_facturapi', 'superseded_but_stamped'];
    for (const kind of [...kinds, ...more]) await difference(kind, {}, other);
    for (const reason of ['folio_taken', 'uuid_taken', 'without_folio', 'unreadable']) {
      await difference('data_differs', { reason }, other);
    }
    const { data } = (await call('stranger', 'GET', '/differences')).body;
    const words = data.map((one: any) => one.detail);
    assert.equal(new Set(words).size, 11);
    for (const one of words) assert.doesNotMatch(one, /undefined|null|_/);
  });
});
