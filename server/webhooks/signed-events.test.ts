import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { makeTenant } from '../../test/support/records.ts';
import { secretBox } from '../platform/secret-box.ts';
import {
  boxKey,
  type Company,
  callsOf,
  eventOf,
  eventsOf,
  everything,
  listeningCompany,
  makeInvoice,
  send,
  sign,
  type TestWebhooks,
  testWebhooks,
} from './test-webhooks.ts';
import { eventBytesMax } from './webhook-routes.ts';
import { makeWebhooks } from './webhooks.ts';
import { findWebhook, takeEvent } from './webhooks-store.ts';

describe('an event is taken from who signs it for its address', () => {
  const cleanups = cleanupsOfBlock();
  let w: TestWebhooks;
  let company: Company;
  before(async () => {
    w = await testWebhooks(cleanups);
    company = await listeningCompany(w);
  });
  const someEvent = (change = {}) =>
    eventOf(company, { facturapiId: randomBytes(12).toString('hex') }, change);

  test('the signature is over the bytes that came, not over what they mean', async () => {
    const event = someEvent({ note: 'ñandú 1.0' });
    const spaced = `${JSON.stringify(event, null, 2)}\r\n`;
    const signature = sign(company.secret, spaced);
    const wrong = [JSON.stringify(event), spaced.trimEnd(), ` ${spaced}`, spaced.normalize('NFD')];
    const before = await everything(w);
    for (const body of wrong) {
      const answer = await send(w, company, body, { signature });
      assert.equal(answer.statusCode, 401, body);
    }
    assert.deepEqual(await everything(w), before);
    const answer = await send(w, company, spaced, { signature });
    assert.deepEqual([answer.statusCode, answer.json()], [200, { received: true }]);
  });

  test('whatever type the body claims to be, and in either case of hexadecimal', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'application/xml']) {
      const answer = await send(w, company, someEvent(), { headers: { 'content-type': type } });
      assert.equal(answer.statusCode, 200, type);
    }
    const raw = Buffer.from(JSON.stringify(someEvent()));
    const untyped = await fetch(`${w.url}/api/webhooks/facturapi/${company.token}`, {
      method: 'POST',
      body: raw,
      headers: { 'facturapi-signature': sign(company.secret, raw) },
    });
    assert.equal(untyped.status, 200);
    const body = JSON.stringify(someEvent());
    const signature = sign(company.secret, body).toUpperCase();
    assert.equal((await send(w, company, body, { signature })).statusCode, 200);
  });

  test('who is refused is told one and the same, and nothing is written', async () => {
    const other = await listeningCompany(w);
    const withoutSecret = (await makeTenant(w.admin)) as Company['tenantId'];
    const lonely = await w.webhooks.rotate(withoutSecret);
    const body = JSON.stringify(someEvent());
    const right = sign(company.secret, body);
    const before = await everything(w);
    const attempts = {
      'no signature': { signature: null },
      'an empty one': { signature: '' },
      'another secret': { signature: sign('another secret', body) },
      'another body': { signature: sign(company.secret, `${body} `) },
      'a part of it': { signature: right.slice(0, 62) },
      'more than it': { signature: `${right}00` },
      'no hexadecimal': { signature: 'z'.repeat(64) },
      twice: { signature: `${right}, ${right}` },
      "another company's": { signature: sign(other.secret, body) },
      "another company's address": { token: other.token, signature: right },
      'an unknown address': { token: randomBytes(32).toString('base64url'), signature: right },
      'no address': { token: 'x', signature: right },
      'the address of who has no secret': { token: lonely, signature: right },
    };
    const told = new Set<string>();
    for (const [name, attempt] of Object.entries(attempts)) {
      const headers = { 'x-request-id': 'one-and-the-same' };
      const answer = await send(w, company, body, { ...attempt, headers });
      assert.equal(answer.statusCode, 401, name);
      const { date: _, ...rest } = answer.headers;
      told.add(JSON.stringify([answer.body, rest]));
    }
    assert.equal(told.size, 1, [...told].join('\n'));
    assert.match([...told][0]!, /not_authentic/);
    assert.deepEqual(await everything(w), before);
  });

  test('a secret that opens no more lets nobody in, and the log says so', async () => {
    const { tenantId, token, secret } = await listeningCompany(w);
    const foreign = makeWebhooks({
      pool: w.app,
      secrets: secretBox(randomBytes(32)),
      lane: w.lane,
    });
    const body = JSON.stringify(someEvent());
    const given = { token, raw: Buffer.from(body), signature: sign(secret, body), requestId: 'r' };
    const refused = { kind: 'refused', why: 'secret_unreadable', tenantId };
    assert.deepEqual(await foreign.receive(given), refused);
    await w.admin.query(
      `update facturapi_webhooks set secret_sealed =
         (select secret_sealed from facturapi_webhooks where tenant_id = $2) where tenant_id = $1`,
      [tenantId, company.tenantId],
    );
    assert.equal((await send(w, company, body, { token })).statusCode, 401);
    const record = w.records.findLast(({ why }) => why === 'secret_unreadable');
    assert.deepEqual([record?.tenant, record?.level], [tenantId, 50]);
  });

  test('what is signed and is no event is a 400, and is not written down', async () => {
    const event = someEvent();
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '"event"',
      JSON.stringify({ ...event, id: undefined }),
      JSON.stringify({ ...event, id: 7 }),
      JSON.stringify({ ...event, id: '\u0000' }),
      JSON.stringify({ ...event, id: 'x'.repeat(201) }),
      JSON.stringify({ ...event, type: '' }),
      JSON.stringify({ ...event, organization: undefined }),
      JSON.stringify({ ...event, livemode: 'false' }),
      '['.repeat(100_000),
    ];
    const before = await everything(w);
    for (const body of bodies) {
      const answer = await send(w, company, body);
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'malformed_event'], body);
      assert.equal((await send(w, company, body, { signature: null })).statusCode, 401, body);
    }
    assert.deepEqual(await everything(w), before);
  });

  test('a body of the most bytes is read, one more byte is a 413', async () => {
    const body = (bytes: number) => {
      const event = someEvent({ filling: '' });
      const filling = 'x'.repeat(bytes - JSON.stringify(event).length);
      return JSON.stringify({ ...event, filling });
    };
    assert.equal((await send(w, company, body(eventBytesMax))).statusCode, 200);
    const before = await everything(w);
    for (const o of [{}, { signature: null }, { token: 'unknown' }]) {
      const answer = await send(w, company, body(eventBytesMax + 1), o);
      assert.deepEqual([answer.statusCode, answer.json().code], [413, 'payload_too_large']);
    }
    assert.deepEqual(await everything(w), before);
  });

  test('an event of the other mode is refused, however well it is signed', async () => {
    const before = await everything(w);
    assert.equal((await send(w, company, someEvent({ livemode: true }))).statusCode, 401);
    assert.deepEqual(await everything(w), before);
    const { tenantId, ...rest } = await listeningCompany(w);
    await w.admin.query('update tenants set livemode = true where id = $1', [tenantId]);
    const live = { tenantId, ...rest };
    assert.equal((await send(w, live, someEvent())).statusCode, 401);
    assert.equal((await send(w, live, someEvent({ livemode: true }))).statusCode, 200);
  });

  test('a secret stands for the organization of its first event, and for no other', async () => {
    const own = await listeningCompany(w);
    const from = (organization: string) => eventOf(own, { facturapiId: 'a' }, { organization });
    assert.equal((await send(w, own, from('first'))).statusCode, 200);
    const before = await everything(w);
    assert.equal((await send(w, own, from('second'))).statusCode, 401);
    assert.deepEqual(await everything(w), before);
    assert.equal((await send(w, own, from('first'))).statusCode, 200);
    own.secret = 'from-another-organization';
    assert.equal(await w.webhooks.keepSecret(own.tenantId, own.secret), undefined);
    assert.equal((await send(w, own, from('second'))).statusCode, 200);
    assert.equal((await send(w, own, from('first'))).statusCode, 401);
  });

  test('two organizations that come first at once do not both get in', async () => {
    const own = await listeningCompany(w);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        send(w, own, eventOf(own, { facturapiId: 'a' }, { organization: `org-${i}` })),
      ),
    );
    const codes = answers.map(({ statusCode }) => statusCode).sort();
    assert.deepEqual(codes, [200, ...Array(7).fill(401)]);
    assert.equal((await eventsOf(w, own.tenantId)).length, 1);
  });

  test('what was replaced while the event was looked at writes nothing', async () => {
    const own = await listeningCompany(w);
    const hash = async () =>
      (
        await w.admin.query('select token_hash from facturapi_webhooks where tenant_id = $1', [
          own.tenantId,
        ])
      ).rows[0].token_hash as Buffer;
    const tokenHash = await hash();
    const { secretSealed } = (await findWebhook(w.app, tokenHash))!;
    const event = {
      id: 'an event',
      type: 'invoice.status_updated',
      organization: 'org',
      livemode: false,
      invoice: undefined,
    };
    const take = (by: { tokenHash: Buffer; secretSealed: Buffer }) =>
      takeEvent(w.app, own.tenantId, event, by);
    await w.webhooks.keepSecret(own.tenantId, 'a new secret');
    assert.equal(await take({ tokenHash, secretSealed: secretSealed! }), 'not_ours');
    const now = (await findWebhook(w.app, tokenHash))!.secretSealed!;
    await w.webhooks.rotate(own.tenantId);
    assert.equal(await take({ tokenHash, secretSealed: now }), 'not_ours');
    assert.equal(await take({ tokenHash: await hash(), secretSealed: now }), 'fresh');
  });

  test("one company's address and secret reach nothing of another's", async () => {
    const stranger = await listeningCompany(w);
    const invoice = await makeInvoice(w, company, { status: 'valid' });
    const pending = await makeInvoice(w, company, {
      status: 'pending',
      call: { state: 'delayed', run_at: new Date(Date.now() + 3_600_000) },
    });
    for (const one of [invoice, pending]) {
      const before = await callsOf(w, one.invoiceId);
      const answer = await send(w, stranger, eventOf(stranger, one));
      assert.equal(answer.statusCode, 200);
      assert.deepEqual(await callsOf(w, one.invoiceId), before);
    }
    assert.equal((await eventsOf(w, stranger.tenantId)).length, 2);
    const effects = w.records.filter(({ tenant }) => tenant === stranger.tenantId);
    assert.deepEqual(
      effects.map(({ effect }) => effect),
      ['no_invoice', 'no_invoice'],
    );
    // The same ids from the stranger do not use up those of the company.
    const event = eventOf(company, invoice);
    await send(w, stranger, { ...event, organization: stranger.organization });
    await send(w, company, event);
    assert.equal((await callsOf(w, invoice.invoiceId)).length, 2);
  });

  test('neither tokens nor secrets are kept or logged as they are', async () => {
    const { rows } = await w.admin.query('select * from facturapi_webhooks where tenant_id = $1', [
      company.tenantId,
    ]);
    assert.equal(company.token.length, 43);
    const kept = Buffer.concat([rows[0].token_hash, rows[0].secret_sealed]);
    assert.ok(!kept.includes(company.secret) && !kept.includes(company.token));
    assert.ok(!kept.includes(Buffer.from(company.token, 'base64url')));
    const place = `tenant:${company.tenantId}:webhook_secret`;
    assert.equal(secretBox(boxKey).open(rows[0].secret_sealed, place), company.secret);
    assert.ok(w.records.length > 0);
    const logged = JSON.stringify(w.records);
    assert.ok(!logged.includes(company.secret) && !logged.includes(company.token));
  });
});
