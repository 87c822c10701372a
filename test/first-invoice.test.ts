import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from './support/cleanups.ts';
import {
  assertConsecutiveFolios,
  assertOneCfdiEach,
  facturapiSide,
} from './support/facturapi-side.ts';
import { type Installation, startInstallation } from './support/installation.ts';
import { type Person, someInvoice } from './support/person.ts';
import { until } from './support/until.ts';

describe('the main job on the embedded default', () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let person: Person;
  let customer: any;

  before(async () => {
    timbra = await startInstallation(cleanups);
    person = await timbra.person();
    customer = await person.customer('robotica');
  });

  test('fifty invoices at once: all valid, folios consecutive, five in flight at the most', async () => {
    const sandbox = facturapiSide(timbra.facturapiUrl);
    await sandbox.settings({ latency_ms: 60 });
    const invoice = someInvoice(customer.id);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        person.issue(invoice, { prefer: 'wait=30', 'idempotency-key': randomUUID() }),
      ),
    );
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201]);
    const issued = answers.map((answer) => answer.body);
    assert.deepEqual([...new Set(issued.map((one) => one.status))], ['valid']);
    assertConsecutiveFolios(issued);
    assertOneCfdiEach(issued, await sandbox.invoices());
    const { max_in_flight } = await sandbox.counters();
    assert.equal(max_in_flight, 5);
    // Each idle worker is handed a connection before any of them gets a second one; how the rest
    // falls is the round robin's, which prefers whoever is free.
    const { requests_by_worker } = await timbra.operator('/api/cluster/metrics');
    for (const worker of ['web-1', 'web-2']) assert.ok(requests_by_worker[worker] >= 1, worker);
  });

  test('a stamped invoice has its PDF and its XML, kept after the first time', async () => {
    const { body: invoice } = await person.issue(someInvoice(customer.id));
    const pdf = await person.bytes(`/api/invoices/${invoice.id}/pdf`);
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    const xml = (await person.bytes(`/api/invoices/${invoice.id}/xml`)).toString();
    assert.ok(xml.includes(`UUID="${invoice.uuid}"`) || xml.includes(invoice.uuid.toUpperCase()));
    assert.match(xml, /Total="116(\.00)?"/);
    const sandbox = facturapiSide(timbra.facturapiUrl);
    // The XML of every earlier invoice is being fetched, too.
    await until(async () => {
      const { queue } = await timbra.operator('/api/cluster/metrics');
      return queue.queued + queue.delayed + queue.in_flight === 0;
    });
    const before = (await sandbox.counters()) as any;
    assert.deepEqual(await person.bytes(`/api/invoices/${invoice.id}/pdf`), pdf);
    const afterwards = (await sandbox.counters()) as any;
    const files = 'GET /invoices/:invoice_id/:format';
    assert.equal(afterwards.by_route[files], before.by_route[files]);
  });

  test('Prefer: wait=0 answers at once with 202 and a Location that turns valid', async () => {
    const answer = await person.issue(someInvoice(customer.id), { prefer: 'wait=0' });
    assert.equal(answer.status, 202);
    assert.ok(['queued', 'stamping'].includes(answer.body.status));
    const location = answer.headers.get('location')!;
    await until(async () => (await person.get(location)).body.status === 'valid');
  });

  test('an Idempotency-Key repeated answers with the same invoice, in its present state', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const invoice = someInvoice(customer.id);
    const first = await person.issue(invoice, { ...key, prefer: 'wait=0' });
    const both = await Promise.all([person.issue(invoice, key), person.issue(invoice, key)]);
    for (const { status, body } of both) {
      assert.equal(status, 201);
      assert.equal(body.id, first.body.id);
      assert.equal(body.status, 'valid');
    }
    const other = await person.issue({ ...invoice, payment_form: '01' }, key);
    assert.equal(other.status, 422);
    assert.equal(other.body.code, 'idempotency_key_reused');
  });

  test('the same new key twice at the same moment makes one invoice', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => person.issue(someInvoice(customer.id), key)),
    );
    assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 1);
  });

  test('the event stream tells of each invoice that becomes valid', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${timbra.url}/api/invoices/events`, {
      headers: { cookie: person.cookie },
      signal: stop.signal,
    });
    let heard = '';
    const reading = (async () => {
      for await (const chunk of stream.body!) heard += Buffer.from(chunk).toString();
    })().catch(() => {});
    const { body } = await person.issue(someInvoice(customer.id));
    await until(() => heard.includes(`data: {"id":"${body.id}","status":"valid"}`));
    stop.abort();
    await reading;
  });

  test('the list shows the newest first, page by page, and filters', async () => {
    const first = await person.get('/api/invoices?limit=2');
    assert.equal(first.body.data.length, 2);
    const second = await person.get(`/api/invoices?limit=2&cursor=${first.body.next_cursor}`);
    const folios = [...first.body.data, ...second.body.data].map((one) => one.folio_number);
    assert.deepEqual(
      folios,
      [...folios].sort((a, b) => b - a),
    );
    const { body } = await person.get(`/api/invoices?q=F${folios[0]}`);
    assert.deepEqual([body.data.length, body.data[0].folio_number], [1, folios[0]]);
    assert.equal((await person.get('/api/invoices?status=rejected')).body.data.length, 0);
    assert.equal((await person.get('/api/invoices?q=robótica&limit=1')).body.data.length, 1);
  });

  test('signing out ends the session at once', async () => {
    const other = await timbra.person();
    assert.equal((await other.get('/api/auth/me')).status, 200);
    assert.equal((await other.call('POST', '/api/auth/logout')).status, 204);
    assert.equal((await other.get('/api/auth/me')).status, 401);
  });

  test('the four cluster routes tell the truth, and strangers learn of health only', async () => {
    const info = await timbra.operator('/api/cluster/info');
    const roles = info.machine.workers.map((one: any) => one.role).sort();
    assert.deepEqual(roles, ['sandbox', 'stamper', 'supervisor', 'web', 'web']);
    for (const one of info.machine.workers) process.kill(one.pid, 0);
    const metrics = await timbra.operator('/api/cluster/metrics');
    assert.equal(metrics.queue.limit, 5);
    assert.equal(metrics.queue.max_in_flight_seen, 5);
    const counted = metrics.requests.total;
    await person.get('/api/auth/me');
    const later = await timbra.operator('/api/cluster/metrics');
    assert.equal(later.requests.total, counted + 2, 'the /me and the earlier metrics request');
    assert.ok((await timbra.operator('/api/cluster/sessions')).active >= 1);
    for (const path of ['info', 'metrics', 'sessions']) {
      assert.equal((await fetch(`${timbra.url}/api/cluster/${path}`)).status, 401);
      assert.equal((await person.get(`/api/cluster/${path}`)).status, 403);
    }
    const health = await fetch(`${timbra.url}/api/cluster/health`);
    assert.deepEqual(await health.json(), {
      status: 'ok',
      checks: { database: 'ok', workers: 'ok', stamper: 'ok', notifications: 'ok' },
    });
    for (const path of ['/healthz', '/readyz', '/openapi.json']) {
      assert.equal((await fetch(timbra.url + path)).status, 200);
    }
    const text = await fetch(`${timbra.url}/metrics`, {
      headers: { authorization: 'Bearer a metrics token of the tests' },
    });
    assert.match(await text.text(), /timbra_http_requests_total\{status="201"\}/);
  });

  test('every answer carries X-Request-Id, and the same id is found at FacturAPI', async () => {
    const id = `prueba-${randomUUID()}`;
    const answer = await person.issue(someInvoice(customer.id), { 'x-request-id': id });
    assert.equal(answer.headers.get('x-request-id'), id);
    await until(() => timbra.log.some((one) => one.requestId === id && one.httpStatus === 200));
    const missing = await fetch(`${timbra.url}/no-such-page`);
    assert.ok(missing.headers.get('x-request-id'));
  });

  test('stopped and started again, it keeps its data, and stopping leaves no process', async () => {
    const { body: before } = await person.get('/api/invoices?limit=1');
    assert.equal(await timbra.stop(), 0);
    assert.deepEqual(timbra.processes(), []);
    const again = await startInstallation(cleanups, { dataDir: timbra.dataDir });
    const { body: afterwards } = await person.at(again.url).get('/api/invoices?limit=1');
    assert.deepEqual(afterwards, before, 'the same invoice, and the session still holds');
    const { body: next } = await (await again.person()).issue(someInvoice(customer.id));
    assert.equal(next.folio_number, before.data[0].folio_number + 1);
    assert.equal(await again.stop(), 0);
    assert.deepEqual(timbra.processes(), []);
  });
});
