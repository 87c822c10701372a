import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { someInvoice } from '../../test/support/person.ts';
import { until } from '../../test/support/until.ts';
import { tenantWaitingMax } from '../stamping/stamping.ts';
import { type WebWorker, type Who, webWorker } from '../stamping/test-web-worker.ts';

const atOnce = { prefer: 'wait=0' };
const rejection = { code: 'invalid_request', message: 'CFDI40145 el nombre no corresponde' };

describe('the routes of issuing and deciding', () => {
  const cleanups = cleanupsOfBlock();
  let worker: WebWorker;
  before(async () => {
    worker = await webWorker(cleanups);
    await worker.admin.query('insert into stamping_lanes (lane) values (0)');
  });
  beforeEach(async () => {
    await worker.admin.query('truncate stamping_backlog, stamping_pauses');
    await worker.admin.query(`update stamping_mode set mode = 'running'`);
    // What was told of the company a moment ago is kept for a second.
    await until(async () => (await status()).notices.length === 0);
  });

  const status = async (who: Who = 'viewer') =>
    (await worker.call(who, 'GET', '/api/stamping/status')).body;
  const issue = (headers: Record<string, string> = atOnce) => {
    const body = someInvoice(worker.customerId);
    return worker.call('issuer', 'POST', '/api/invoices', { body, headers });
  };
  const post = (id: string, verb: string, body?: unknown, who: Who = 'issuer') =>
    worker.call(who, 'POST', `/api/invoices/${id}/${verb}`, { body, headers: atOnce });
  const turn = async (id: string, to: string, call = 'done') => {
    await worker.admin.query('update stamping_calls set state = $2 where invoice_id = $1', [
      id,
      call,
    ]);
    await worker.admin.query('update invoices set status = $2, rejection = $3 where id = $1', [
      id,
      to,
      JSON.stringify(rejection),
    ]);
  };

  test('a full queue is a 429 that says when to come back', async () => {
    await worker.admin.query('insert into stamping_backlog values ($1, $2)', [
      worker.tenantId,
      tenantWaitingMax,
    ]);
    const answer = await issue();
    assert.deepEqual([answer.status, answer.body.code], [429, 'queue_full_for_company']);
    assert.match(answer.body.detail, /2,000 facturas en espera/);
    assert.ok(Number(answer.headers['retry-after']) > 0);
    await worker.admin.query('truncate stamping_backlog');
    await worker.admin.query(`update stamping_mode set mode = 'draining'`);
    const draining = await issue();
    assert.deepEqual([draining.status, draining.body.code], [503, 'draining']);
    assert.ok(Number(draining.headers['retry-after']) > 0);
  });

  test('a 202 tells why it takes long, and nothing when it does not', async () => {
    assert.equal('notices' in (await issue()).body, false);
    await worker.admin.query(
      `insert into stamping_pauses (tenant_id, reason, until) values ($1, 'operator', 'infinity')`,
      [worker.tenantId],
    );
    await until(async () => (await status()).notices.length > 0);
    const { status: code, body } = await issue();
    assert.equal(code, 202);
    assert.deepEqual(
      body.notices.map((one: { code: string }) => one.code),
      ['company_paused'],
    );
  });

  test('anyone of the company may see how stamping goes, a stranger may not', async () => {
    assert.equal((await status('viewer')).facturapi, 'ok');
    assert.equal((await worker.call('stranger', 'GET', '/api/stamping/status')).status, 401);
  });

  test('a reissue needs no body: an empty request sends the same again', async () => {
    const { body: invoice } = await issue();
    await turn(invoice.id, 'rejected');
    const answer = await post(invoice.id, 'reissue');
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    assert.equal(answer.headers.location, `/api/invoices/${invoice.id}`);
    const { date: _d, created_at: _c, external_id: before, ...same } = invoice;
    const { date: _e, created_at: _f, external_id: now, ...reissued } = answer.body;
    assert.deepEqual(reissued, same);
    assert.notEqual(now, before, 'another document, another key');
  });

  test('a body that is wrong names its fields, as for issuing', async () => {
    const { body: invoice } = await issue();
    await turn(invoice.id, 'rejected');
    const body = { ...someInvoice(worker.customerId), use: 3, extra: 1 };
    const answer = await post(invoice.id, 'reissue', body);
    assert.equal(answer.status, 422);
    const paths = answer.body.errors.map((one: { path: string }) => one.path).sort();
    assert.deepEqual(paths, ['extra', 'use']);
  });

  test('a reissue that is refused while one waits is a 422, one that is stamped a 201', async () => {
    for (const [to, code] of [
      ['rejected', 422],
      ['valid', 201],
    ] as const) {
      const { body: invoice } = await issue();
      await turn(invoice.id, 'rejected');
      const waiting = worker.call('issuer', 'POST', `/api/invoices/${invoice.id}/reissue`, {
        headers: { prefer: 'wait=10' },
      });
      const version = async () =>
        (await worker.admin.query('select version from invoices where id = $1', [invoice.id]))
          .rows[0].version;
      await until(async () => (await version()) === 2);
      await turn(invoice.id, to);
      worker.signals.received(
        JSON.stringify({
          tenant: worker.tenantId,
          invoice: invoice.id,
          kind: 'create_invoice',
          status: to,
        }),
      );
      assert.equal((await waiting).status, code);
    }
  });

  test('a verdict is taken from an issuer alone, and answers the invoice', async () => {
    const { body: invoice } = await issue();
    await turn(invoice.id, 'review', 'dead');
    const verdict = { decision: 'not_stamped', why: 'No está en el portal' };
    for (const [who, code] of [
      ['viewer', 403],
      ['stranger', 401],
    ] as const) {
      assert.equal((await post(invoice.id, 'review', verdict, who)).status, code);
      assert.equal((await post(invoice.id, 'reissue', undefined, who)).status, code);
    }
    const answer = await post(invoice.id, 'review', verdict);
    assert.deepEqual([answer.status, answer.body.status], [200, 'rejected']);
    const again = await post(invoice.id, 'review', verdict);
    assert.deepEqual([again.status, again.body.code], [409, 'not_in_review']);
    assert.match(again.body.detail, /La factura está rechazada/);
  });

  test('a verdict says why; an adopted CFDI is named, and only then', async () => {
    const { body: invoice } = await issue();
    await turn(invoice.id, 'review', 'dead');
    const why = 'x'.repeat(500);
    for (const [body, path] of [
      [{ decision: 'look_again', why: 'xx' }, 'why'],
      [{ decision: 'look_again', why: `${why}x` }, 'why'],
      [{ decision: 'look_again' }, 'why'],
      [{ decision: 'forget', why }, 'decision'],
      [{ decision: 'adopt', why }, 'facturapi_id'],
      [{ decision: 'adopt', why, facturapi_id: 'no id' }, 'facturapi_id'],
      [{ decision: 'look_again', why, facturapi_id: '64aa0000' }, 'facturapi_id'],
    ] as const) {
      const answer = await post(invoice.id, 'review', body);
      assert.equal(answer.status, 422, JSON.stringify(body));
      assert.equal(answer.body.errors[0].path, path, JSON.stringify(answer.body));
    }
    const good = { decision: 'adopt', why, facturapi_id: '64aa00000000000000000001' };
    assert.deepEqual((await post(invoice.id, 'review', good)).body.status, 'pending');
  });

  test('the history tells what was decided, in words', async () => {
    const { body: invoice } = await issue();
    await turn(invoice.id, 'review', 'dead');
    await post(invoice.id, 'review', { decision: 'not_stamped', why: 'No está en el portal' });
    await post(invoice.id, 'reissue');
    const { status: code, body } = await worker.call(
      'viewer',
      'GET',
      `/api/invoices/${invoice.id}/history`,
    );
    assert.equal(code, 200);
    assert.deepEqual(
      body.data.map((one: { detail: string }) => one.detail),
      [
        'Quien issuer decidió que no quedó timbrada: No está en el portal',
        'Quien issuer la reexpidió con el mismo folio: la versión 1 fue rechazada.',
      ],
    );
    assert.deepEqual([body.call.state, body.call.kind], ['queued', 'create_invoice']);
  });

  test('product keys are searched through the queue', async () => {
    const searching = worker.call('viewer', 'GET', '/api/catalogs/product-keys?q=caf%C3%A9');
    const call = async () =>
      (await worker.admin.query(`select * from stamping_calls where kind = 'search_catalog'`))
        .rows[0];
    await until(async () => (await call()) !== undefined);
    const { id } = await call();
    await worker.admin.query(
      `insert into stamping_answers (call_id, tenant_id, status, body) values ($1, $2, 200, $3)`,
      [id, worker.tenantId, { data: [{ key: '50201706', description: 'Café' }] }],
    );
    worker.signals.received(
      JSON.stringify({
        tenant: worker.tenantId,
        invoice: null,
        kind: 'search_catalog',
        call_id: id,
        status: null,
      }),
    );
    const { status: code, body } = await searching;
    const data = [{ code: '50201706', name: 'Café' }];
    assert.deepEqual([code, body], [200, { data, complete: false }]);
    for (const [query, wrong] of [
      ['', 400],
      ['?q=', 400],
      [`?q=${'x'.repeat(101)}`, 400],
    ] as const) {
      const answer = await worker.call('viewer', 'GET', `/api/catalogs/product-keys${query}`);
      assert.equal(answer.status, wrong);
    }
    const stranger = await worker.call('stranger', 'GET', '/api/catalogs/product-keys?q=x');
    assert.equal(stranger.status, 401);
  });
});
