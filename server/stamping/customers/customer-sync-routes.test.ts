import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { silentLog } from '../../../test/support/records.ts';
import { answered, scriptedFacturapi } from '../../../test/support/scripted-facturapi.ts';
import { until } from '../../../test/support/until.ts';
import { makeInvoiceSignals, watchCall } from '../../invoices/invoice-signals.ts';
import { newId } from '../../platform/clock.ts';
import { type HttpServer, makeHttpServer } from '../../platform/http/http-server.ts';
import { authRoutes } from '../../sessions/auth-routes.ts';
import { sessionStore } from '../../sessions/session-store.ts';
import { useSessions } from '../../sessions/sessions.ts';
import { hashPassword } from '../../tenants/passwords.ts';
import { ensurePerson } from '../../tenants/people-store.ts';
import { questionsOpenMax } from './ask-customer-store.ts';
import { customerStandingRoutes } from './customer-standing-routes.ts';
import { customerSyncRoutes } from './customer-sync-routes.ts';
import { customerQuestions } from './question.ts';
import { type Company, customerSyncRig } from './test-customer-sync.ts';

const password = 'correct horse battery staple';
const absent = '018f2f5e-0000-7000-8000-000000000009';

describe('the routes of the customers’ sync', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof customerSyncRig>>;
  let server: HttpServer;
  let company: Company;
  const signals = makeInvoiceSignals();
  const cookies: Record<string, string> = {};
  before(async () => {
    rig = await customerSyncRig(cleanups);
    company = await rig.company();
    const other = await rig.company();
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
      const { lane } = company;
      customerSyncRoutes(signedIn, { pool: rig.app, lane, newId, now: () => new Date() });
      const questions = customerQuestions({
        db: rig.app,
        lane,
        watchCall: () => watchCall(signals),
      });
      customerStandingRoutes(signedIn, { db: rig.app, questions });
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
    const url = `/api/customers/${path}`;
    const headers = { cookie: cookies[who] ?? '' };
    const answer = await server.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };
  /** The request, and the stamper's part beside it. */
  const answeredBy = async (request: ReturnType<typeof call>, ...kinds: string[]) => {
    for (const kind of kinds) {
      await until(async () => (await company.calls(kind)).length > 0);
      await company.performAll(kind);
      signals.lookAgain();
    }
    return request;
  };
  const linked = async (change: object) => {
    const { id } = await company.makeHere(change);
    await rig.admin.query(
      `insert into customer_links (tenant_id, customer_id, due) values ($1, $2, true)`,
      [company.tenantId, id],
    );
    await company.sendDue();
    await company.settled();
    return { id, theirs: (await company.link(id)).facturapi_id as string };
  };
  const conflict = async (name: string) => {
    const made = { legal_name: name };
    const { id, theirs } = await linked(made);
    await company.editHere(id, { ...made, email: 'aqui@example.mx' });
    await company.editThere(theirs, { email: 'alla@example.mx' });
    await company.sendDue();
    const { body } = await call('viewer', 'GET', 'sync/differences?limit=1');
    assert.equal(body.data[0].customer, id);
    return { id, theirs, made, difference: body.data[0] };
  };
  const resolve = (who: string, d: { id: string; version: string }, body: object) =>
    call(who, 'POST', `sync/differences/${d.id}/resolve`, { version: d.version, ...body });

  test('before it was started that is said, and an administrator alone starts and stops it', async () => {
    const { body } = await call('viewer', 'GET', 'sync');
    assert.deepEqual(
      [body.state, body.waiting, body.differences_open, body.next_at],
      ['never', 0, 0, null],
    );
    assert.equal((await call('issuer', 'POST', 'sync')).status, 403);
    assert.equal((await call('issuer', 'POST', 'sync/stop')).status, 403);
    const started = await call('administrator', 'POST', 'sync');
    assert.deepEqual([started.status, started.body.state], [202, 'running']);
    await call('administrator', 'POST', 'sync');
    assert.equal((await company.calls('list_customers')).length, 1, 'one run at a time');
    await company.performAll('list_customers');
    assert.equal((await call('viewer', 'GET', 'sync')).body.state, 'idle');
    assert.equal((await call('stranger', 'GET', 'sync')).body.state, 'never');
    assert.equal((await call('administrator', 'POST', 'sync/stop')).body.state, 'off');
    await company.startDue();
    assert.equal((await company.calls('list_customers')).length, 0);
    await call('administrator', 'POST', 'sync');
    await company.performAll('list_customers');
  });

  test('ours is chosen: it is sent over the version that the person saw', async () => {
    const { id, theirs, difference } = await conflict('ELIGE LO NUESTRO');
    assert.deepEqual(difference.choices, ['ours', 'theirs']);
    assert.deepEqual(
      [difference.ours.email, difference.theirs.email],
      ['aqui@example.mx', 'alla@example.mx'],
    );
    const { status, body } = await resolve('issuer', difference, { choice: 'ours' });
    assert.deepEqual([status, body.choice], [200, 'ours']);
    assert.equal(await company.performAll('sync_customer'), 1, 'it is asked for at once');
    assert.equal((await company.readThere(theirs)).email, 'aqui@example.mx');
    assert.equal((await call('viewer', 'GET', `${id}/sync`)).body.in_step, true);
  });

  test('theirs is chosen: ours follows, with who chose it in its history', async () => {
    const { id, difference } = await conflict('ELIGE LO SUYO');
    assert.equal((await resolve('issuer', difference, { choice: 'theirs' })).status, 200);
    assert.equal((await company.customer(id)).email, 'alla@example.mx');
    const change = await company.one(
      `select via, p.name from customer_changes join people p on p.id = person_id
        where tenant_id = $1 and customer_id = $2 order by version desc`,
      id,
    );
    assert.deepEqual([change.via, change.name], ['sync', 'issuer']);
    assert.equal(await company.sendDue(), 0);
  });

  test('of two who choose, and of a choice about what has changed since, one is told', async () => {
    const { id, made, difference } = await conflict('DE DOS QUE ELIGEN');
    await company.editHere(id, { ...made, email: 'mas-nuevo@example.mx' });
    const stale = await resolve('issuer', difference, { choice: 'theirs' });
    assert.deepEqual([stale.status, stale.body.code], [409, 'difference_changed']);
    assert.equal((await company.customer(id)).email, 'mas-nuevo@example.mx');
    const { body } = await call('viewer', 'GET', 'sync/differences?limit=1');
    const both = await Promise.all([
      resolve('issuer', body.data[0], { choice: 'theirs' }),
      resolve('administrator', body.data[0], { choice: 'theirs' }),
    ]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
  });

  test('one that may be several is linked, taken as another one, or left out', async () => {
    const twin = { legal_name: 'GEMELOS', tax_id: 'URE180429TM6' };
    const a = await company.makeHere(twin);
    await company.makeHere({ ...twin, email: 'b@example.mx' });
    const ids: string[] = [];
    for (const email of ['1@example.mx', '2@example.mx', '3@example.mx']) {
      ids.push((await company.makeThere({ ...twin, email })).id);
    }
    await company.wholeRun();
    const of = async (facturapiId: string) => {
      const { body } = await call('viewer', 'GET', 'sync/differences?limit=100');
      return body.data.find((one: { facturapi_id: string }) => one.facturapi_id === facturapiId);
    };
    const unoffered = await resolve('issuer', await of(ids[0]!), { choice: 'ours' });
    assert.deepEqual([unoffered.status, unoffered.body.code], [422, 'choice_not_offered']);
    const stranger = { choice: 'link', customer: absent };
    assert.equal((await resolve('issuer', await of(ids[0]!), stranger)).status, 422);
    const chosen = { choice: 'link', customer: a.id };
    assert.equal((await resolve('issuer', await of(ids[0]!), chosen)).status, 200);
    assert.equal((await company.link(a.id)).facturapi_id, ids[0]);
    const taken = await resolve('issuer', await of(ids[1]!), chosen);
    assert.deepEqual([taken.status, taken.body.code], [409, 'customer_linked']);
    const before = (await company.customers()).length;
    assert.equal((await resolve('issuer', await of(ids[1]!), { choice: 'new' })).status, 200);
    assert.equal((await company.customers()).length, before + 1);
    assert.equal((await resolve('issuer', await of(ids[2]!), { choice: 'ignore' })).status, 200);
    await company.wholeRun();
    assert.equal(await of(ids[2]!), undefined, 'what is left out does not come up again');
  });

  test('what is gone there is made anew, when a person says so', async () => {
    const { id, theirs } = await linked({ legal_name: 'BORRADA ALLA' });
    await company.there(`/customers/${theirs}`, { method: 'DELETE' });
    await company.editHere(id, { legal_name: 'BORRADA ALLA', phone: '5550001111' });
    await company.sendDue();
    const { body } = await call('viewer', 'GET', 'sync/differences?limit=1');
    assert.equal(body.data[0].kind, 'gone_there');
    assert.equal((await resolve('issuer', body.data[0], { choice: 'again' })).status, 200);
    await company.performAll('sync_customer');
    const { facturapi_id: now } = await company.link(id);
    assert.notEqual(now, theirs);
    assert.equal((await company.readThere(now)).phone, '5550001111');
  });

  test('SAT is asked about a customer that FacturAPI did not know, and the answer is kept', async () => {
    const { id } = await company.makeHere({ legal_name: 'POR VALIDAR' });
    const asked = call('issuer', 'POST', `${id}/tax-info-validation`);
    const { status, body } = await answeredBy(asked, 'sync_customer', 'ask_customer');
    assert.equal(status, 200);
    assert.deepEqual([body.tax_check.is_valid, body.tax_check.current], [true, true]);
    await company.editHere(id, { legal_name: 'OTRO NOMBRE' });
    const later = (await call('viewer', 'GET', `${id}/sync`)).body.tax_check;
    assert.deepEqual([later.is_valid, later.current], [true, false], 'of the earlier data');
  });

  test('what FacturAPI refuses to take is what SAT says', async () => {
    const { id } = await company.makeHere({ legal_name: 'NO COINCIDE' });
    const request = call('issuer', 'POST', `${id}/tax-info-validation`);
    await until(async () => (await company.calls('sync_customer')).length > 0);
    const claimed = (await company.claim('sync_customer'))!;
    const error = { code: 'legal_name_mismatch', path: 'legal_name', message: 'No es su nombre.' };
    const { facturapi } = scriptedFacturapi([
      ['list_customers', answered(200, { data: [], total_pages: 0, total_results: 0 })],
      ['create_customer', answered(400, { ...error, errors: [error] })],
    ]);
    await company.settle(claimed, await company.perform(claimed, { facturapi }));
    signals.lookAgain();
    const { status, body } = await request;
    assert.equal(status, 200);
    assert.deepEqual([body.tax_check.is_valid, body.tax_check.errors], [false, [error]]);
  });

  test('a test key that may not ask SAT is told so, and nothing else of the company rests', async () => {
    const { id } = await linked({ legal_name: 'CON LLAVE DE PRUEBAS' });
    const request = call('issuer', 'POST', `${id}/tax-info-validation`);
    await until(async () => (await company.calls('ask_customer')).length > 0);
    const claimed = (await company.claim('ask_customer'))!;
    const { facturapi } = scriptedFacturapi([
      ['validate_customer', answered(403, { code: 'forbidden', message: 'live only' })],
    ]);
    const performed = await company.perform(claimed, { facturapi });
    assert.equal(performed.settlement.pause, undefined);
    await company.settle(claimed, performed);
    signals.lookAgain();
    const { status, body } = await request;
    assert.deepEqual([status, body.code], [409, 'live_key_needed']);
  });

  test('the edit link is sent once and shown; one that may have been sent is not sent again', async () => {
    const { id } = await linked({ legal_name: 'QUE SE CORRIJA' });
    const sent = await answeredBy(
      call('issuer', 'POST', `${id}/email-edit-link`, {}),
      'ask_customer',
    );
    assert.equal(sent.status, 200);
    assert.match(sent.body.edit_link.url, /^https:/);
    assert.ok(Date.parse(sent.body.edit_link.expires_at) > Date.now());
    const outbox = async () => (await rig.sandbox.control('/outbox')).body;
    const mails = (await outbox()).length;

    const request = call('issuer', 'POST', `${id}/email-edit-link`, {});
    await until(async () => (await company.calls('ask_customer')).length > 0);
    const killed = (await company.claim('ask_customer'))!;
    await company.perform(killed);
    await company.giveBack(killed);
    await company.performAll('ask_customer');
    signals.lookAgain();
    const { status, body } = await request;
    assert.deepEqual([status, body.code], [503, 'maybe_sent']);
    assert.equal((await outbox()).length, mails + 1, 'by the killed process, and by nobody else');
  });

  test('with too many questions open one more is refused', async () => {
    const { id } = await linked({ legal_name: 'PREGUNTADA' });
    const open = Array.from({ length: questionsOpenMax }, () =>
      call('issuer', 'POST', `${id}/tax-info-validation`),
    );
    await until(async () => (await company.calls('ask_customer')).length === questionsOpenMax);
    const over = await call('issuer', 'POST', `${id}/tax-info-validation`);
    assert.deepEqual([over.status, over.body.code], [429, 'too_many_questions']);
    await company.performAll('ask_customer');
    signals.lookAgain();
    for (const one of open) assert.equal((await one).status, 200);
  });

  test('another company’s customer and difference are absent, and a viewer only looks', async () => {
    const { id, difference } = await conflict('SOLO DE UNA EMPRESA');
    for (const [method, path, payload] of [
      ['GET', `${id}/sync`, undefined],
      ['POST', `${id}/tax-info-validation`, undefined],
      ['POST', `${id}/email-edit-link`, {}],
    ] as const) {
      assert.equal((await call('stranger', method, path, payload)).status, 404, path);
      assert.equal((await call('stranger', method, path.replace(id, absent), payload)).status, 404);
    }
    assert.equal((await resolve('stranger', difference, { choice: 'ours' })).status, 404);
    assert.deepEqual((await call('stranger', 'GET', 'sync/differences')).body.data, []);
    assert.equal((await resolve('viewer', difference, { choice: 'ours' })).status, 403);
    assert.equal((await call('viewer', 'POST', `${id}/tax-info-validation`)).status, 403);
    assert.equal((await call('viewer', 'POST', `${id}/email-edit-link`, {})).status, 403);
    assert.deepEqual(
      (await company.readThere((await company.link(id)).facturapi_id)).email,
      'alla@example.mx',
    );
  });
});
