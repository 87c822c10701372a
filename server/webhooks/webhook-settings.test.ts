import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { makeTenant } from '../../test/support/records.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  type Company,
  eventOf,
  eventsOf,
  everything,
  listeningCompany,
  send,
  type TestWebhooks,
  testWebhooks,
} from './test-webhooks.ts';
import { secretLengthMax, secretLengthMin } from './webhook-routes.ts';

const place = '/api/webhooks/facturapi';

describe('a company’s address for FacturAPI, and FacturAPI’s secret for it', () => {
  const cleanups = cleanupsOfBlock();
  let w: TestWebhooks;
  before(async () => {
    w = await testWebhooks(cleanups);
  });
  type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
  const ask = (
    tenantId: string,
    method: Method,
    o: { path?: string; role?: string; body?: object } = {},
  ) =>
    w.server.inject({
      method,
      url: place + (o.path ?? ''),
      headers: { 'x-tenant': tenantId, 'x-role': o.role ?? 'administrator' },
      ...(o.body ? { payload: o.body } : {}),
    });
  const tokenIn = (address: string) => {
    const [, token] = new RegExp(`^${place}/([A-Za-z0-9_-]{43})$`).exec(address)!;
    return token!;
  };
  const company = (tenantId: string, token: string, secret: string): Company => ({
    tenantId: tenantId as TenantId,
    token,
    secret,
    organization: 'org',
  });
  const status = async (one: Company) =>
    (await send(w, one, eventOf(one, { facturapiId: 'a' }))).statusCode;

  test('the first secret brings an address, which is shown once', async () => {
    const tenantId = await makeTenant(w.admin);
    const nothing = {
      path: `${place}/`,
      has_address: false,
      configured: false,
      last_event_at: null,
    };
    assert.deepEqual((await ask(tenantId, 'GET')).json(), nothing);
    const first = await ask(tenantId, 'PUT', { body: { secret: 'the-first-secret' } });
    const { address, ...state } = first.json();
    const configured = { ...nothing, has_address: true, configured: true };
    assert.deepEqual([first.statusCode, state], [200, configured]);
    assert.equal(first.headers['cache-control'], 'no-store');
    const one = company(tenantId, tokenIn(address), 'the-first-secret');
    assert.equal(await status(one), 200);
    const { last_event_at, ...rest } = (await ask(tenantId, 'GET')).json();
    assert.ok(Math.abs(Date.parse(last_event_at) - Date.now()) < 60_000);
    assert.deepEqual({ ...rest, last_event_at: null }, configured);

    const second = await ask(tenantId, 'PUT', { body: { secret: 'the-second-secret' } });
    assert.ok(!('address' in second.json()) && !second.body.includes('secret'));
    assert.equal(await status(one), 401);
    assert.equal(await status({ ...one, secret: 'the-second-secret' }), 200);
  });

  test('an address may be had before its secret, which FacturAPI makes for it', async () => {
    const tenantId = await makeTenant(w.admin);
    const { address, configured } = (await ask(tenantId, 'POST', { path: '/rotate' })).json();
    assert.equal(configured, false);
    const one = company(tenantId, tokenIn(address), 'made-by-facturapi');
    assert.equal(await status(one), 401);
    const { address: another } = (
      await ask(tenantId, 'PUT', { body: { secret: one.secret } })
    ).json();
    assert.equal(another, undefined);
    assert.equal(await status(one), 200);
  });

  test('a new address is the end of the old one, and keeps the secret', async () => {
    const one = await listeningCompany(w);
    assert.equal(await status(one), 200);
    const answer = await ask(one.tenantId, 'POST', { path: '/rotate' });
    const { address, configured, last_event_at } = answer.json();
    assert.deepEqual([configured, last_event_at], [true, null]);
    assert.equal(await status(one), 401);
    assert.equal(await status({ ...one, token: tokenIn(address) }), 200);
  });

  test('a webhook that is removed takes nothing; what it took stays known', async () => {
    const one = await listeningCompany(w);
    const event = eventOf(one, { facturapiId: 'a' });
    assert.equal((await send(w, one, event)).statusCode, 200);
    assert.equal((await ask(one.tenantId, 'DELETE')).statusCode, 204);
    assert.equal((await ask(one.tenantId, 'DELETE')).statusCode, 204);
    assert.equal(await status(one), 401);
    assert.equal((await ask(one.tenantId, 'GET')).json().has_address, false);
    const body = { secret: one.secret };
    const { address } = (await ask(one.tenantId, 'PUT', { body })).json();
    assert.equal((await send(w, { ...one, token: tokenIn(address) }, event)).statusCode, 200);
    assert.equal((await eventsOf(w, one.tenantId)).length, 1);
  });

  test('two first secrets at once make one address', async () => {
    const tenantId = await makeTenant(w.admin);
    const answers = await Promise.all(
      ['secret-number-1', 'secret-number-2'].map((secret) =>
        ask(tenantId, 'PUT', { body: { secret } }),
      ),
    );
    const addresses = answers.map((answer) => answer.json().address).filter(Boolean);
    assert.equal(addresses.length, 1);
    const codes = await Promise.all(
      ['secret-number-1', 'secret-number-2'].map((secret) =>
        status(company(tenantId, tokenIn(addresses[0]), secret)),
      ),
    );
    assert.deepEqual(codes.sort(), [200, 401]);
  });

  test('only owners and administrators see or change it', async () => {
    const one = await listeningCompany(w);
    const calls = [
      ['GET', {}],
      ['PUT', { body: { secret: 'another-secret' } }],
      ['POST', { path: '/rotate' }],
      ['DELETE', {}],
    ] as const;
    const before = await everything(w);
    for (const role of ['issuer', 'viewer']) {
      for (const [method, o] of calls) {
        const answer = await ask(one.tenantId, method, { ...o, role });
        assert.deepEqual([answer.statusCode, answer.json().code], [403, 'forbidden'], method);
      }
    }
    assert.deepEqual(await everything(w), before);
    for (const role of ['owner', 'administrator']) {
      assert.equal((await ask(one.tenantId, 'GET', { role })).statusCode, 200);
    }
  });

  test('each company sees and changes its own', async () => {
    const one = await listeningCompany(w);
    const other = await listeningCompany(w);
    assert.equal(await status(one), 200);
    assert.equal((await ask(other.tenantId, 'GET')).json().last_event_at, null);
    await ask(other.tenantId, 'POST', { path: '/rotate' });
    await ask(other.tenantId, 'PUT', { body: { secret: 'another-secret' } });
    await ask(other.tenantId, 'DELETE');
    assert.equal(await status(one), 200);
  });

  test('what cannot be a secret is refused in its field', async () => {
    const tenantId = await makeTenant(w.admin);
    const put = (body: object) => ask(tenantId, 'PUT', { body });
    const bad = [
      {},
      { secret: 'x'.repeat(secretLengthMin - 1) },
      { secret: 'x'.repeat(secretLengthMax + 1) },
      { secret: 'pasted-with-a-blank ' },
      { secret: 12345678 },
    ];
    for (const body of bad) {
      const answer = await put(body);
      assert.deepEqual([answer.statusCode, answer.json().errors[0].path], [422, 'secret']);
    }
    assert.equal((await put({ secret: 'good-secret', more: 1 })).statusCode, 422);
    assert.equal((await ask(tenantId, 'GET')).json().has_address, false);
    for (const length of [secretLengthMin, secretLengthMax]) {
      assert.equal((await put({ secret: 'x'.repeat(length) })).statusCode, 200);
    }
  });
});
