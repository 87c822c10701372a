import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { makeTenant } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import { type WebWorker, type Who, webWorker } from '../stamping/test-web-worker.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { keyQueryLengthMax } from './product-key-routes.ts';
import { listLimitMax, queryLengthMax } from './product-routes.ts';
import { productCatalogue } from './products.ts';

const hours = {
  description: 'Hora de consultoría',
  product_key: '84111506',
  unit_key: 'E48',
  price: 1_160,
};

describe('the routes of products', () => {
  const cleanups = cleanupsOfBlock();
  let worker: WebWorker;
  before(async () => {
    worker = await webWorker(cleanups);
  });

  const call = (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    o: { body?: unknown; ifMatch?: string; ifNoneMatch?: string; who?: Who } = {},
  ) =>
    worker.call(o.who ?? 'issuer', method, `/api/products${path}`, {
      ...(o.body === undefined ? {} : { body: o.body }),
      headers: {
        ...(o.ifMatch === undefined ? {} : { 'if-match': o.ifMatch }),
        ...(o.ifNoneMatch === undefined ? {} : { 'if-none-match': o.ifNoneMatch }),
      },
    });
  const create = async (o: object = {}) => call('POST', '', { body: { ...hours, ...o } });

  test('a created product says where it is, its version, and what it comes to', async () => {
    const { status, headers, body } = await create({ sku: 'HORA' });
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(headers.location, `/api/products/${body.id}`);
    assert.equal(headers.etag, '"1"');
    assert.deepEqual([body.price, body.tax_included], [1_160, true]);
    assert.deepEqual(body.amounts, { before_taxes: 1_000, total: 1_160 });
    assert.deepEqual((await call('GET', `/${body.id}`)).body, body);
    assert.deepEqual((await create({ tax_included: false })).body.amounts, {
      before_taxes: 1_160,
      total: 1_345.6,
    });
  });

  test('who has this version gets no body, who has another gets the new one', async () => {
    const { body } = await create();
    const known = await call('GET', `/${body.id}`, { ifNoneMatch: '"1"' });
    assert.deepEqual([known.status, known.headers.etag, known.body], [304, '"1"', '']);
    await call('PUT', `/${body.id}`, { body: hours, ifMatch: '"1"' });
    const now = await call('GET', `/${body.id}`, { ifNoneMatch: '"1"' });
    assert.deepEqual([now.status, now.headers.etag], [200, '"2"']);
  });

  test('a change from an old version is a 412 with what is there; without a version it is made', async () => {
    const { body } = await create();
    const changed = { ...hours, price: 2_000 };
    const first = await call('PUT', `/${body.id}`, { body: changed, ifMatch: '"1"' });
    assert.deepEqual([first.status, first.headers.etag], [200, '"2"']);
    for (const [method, path] of [
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/archive'],
      ['POST', '/restore'],
    ] as const) {
      const late = await call(method, `/${body.id}${path}`, {
        ...(method === 'PUT' ? { body: hours } : {}),
        ifMatch: '"1"',
      });
      assert.deepEqual([late.status, late.body.code], [412, 'version_mismatch'], method + path);
      assert.deepEqual([late.body.current.version, late.body.current.price], [2, 2_000]);
    }
    assert.equal((await call('PUT', `/${body.id}`, { body: hours })).headers.etag, '"3"');
    const archived = await call('POST', `/${body.id}/archive`, { ifMatch: '"3"' });
    assert.ok(archived.body.archived_at);
    const restored = await call('POST', `/${body.id}/restore`, { ifMatch: '"4"' });
    assert.equal(restored.body.archived_at, null);
    assert.equal((await call('DELETE', `/${body.id}`, { ifMatch: '"5"' })).status, 204);
    assert.equal((await call('GET', `/${body.id}`)).status, 404);
  });

  test('a taken SKU is a 409 that names its field', async () => {
    await create({ sku: 'UNICO' });
    const { status, body } = await create({ sku: 'unico' });
    assert.deepEqual([status, body.code, body.errors[0].path], [409, 'sku_taken', 'sku']);
    assert.match(body.detail, /Hora de consultoría/);
  });

  test('a body is taken as it is sent, and mistakes have paths', async () => {
    const codes = async (o: object) =>
      (await create(o)).body.errors.map((e: { path: string; code: string }) => [e.path, e.code]);
    assert.deepEqual(await codes({ local_taxes: [] }), [['local_taxes', 'unknown_field']]);
    assert.deepEqual(await codes({ price: '10' }), [['price', 'invalid_type']]);
    assert.deepEqual(await codes({ price: -1 }), [['price', 'price_negative']]);
    assert.deepEqual(await codes({ sku: 'a\u0000' }), [['sku', 'invalid_text']]);
  });

  test('a preview shows each tax of one piece, and its mistakes', async () => {
    const preview = async (body: object) => call('POST', '/preview', { body, who: 'viewer' });
    const taxes = [
      { type: 'IVA', rate: 0.16 },
      { type: 'ISR', rate: 0.1, withholding: true },
    ];
    const { status, body } = await preview({ price: 100, tax_included: false, taxes });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.unit_price, body.subtotal, body.total], [100, 100, 106]);
    assert.deepEqual(body.taxes.withheld, [{ type: 'ISR', amount: 10 }]);
    const bad = await preview({ price: 100, taxes: [{ rate: 0.17 }] });
    assert.deepEqual([bad.status, bad.body.errors[0].path], [422, 'taxes[0].rate']);
  });

  test('lists take a hundred and no more, and say where they go on', async () => {
    for (let i = 0; i < 2; i++) await create({ description: `Paginado ${i}` });
    const first = await call('GET', '?q=paginado&limit=1');
    assert.equal(first.body.data.length, 1);
    assert.deepEqual(first.body.data[0].match, {
      tier: 'description_start',
      ranges: [{ field: 'description', start: 0, length: 8 }],
    });
    const next = await call('GET', `?q=paginado&limit=1&cursor=${first.body.next_cursor}`);
    assert.notEqual(next.body.data[0].id, first.body.data[0].id);
    assert.equal(next.body.next_cursor, null);
    assert.equal((await call('GET', `?limit=${listLimitMax}`)).status, 200);
    const listed = (await call('GET', '')).body.data;
    assert.ok(listed.every((one: object) => !('match' in one)));
    for (const query of [
      `limit=${listLimitMax + 1}`,
      'limit=0',
      'archived=2',
      'cursor=x',
      'nada=1',
      `q=${'a'.repeat(queryLengthMax + 1)}`,
      'q=a%00',
    ]) {
      const refused = await call('GET', `?${query}`);
      assert.equal(refused.status, 400, query);
    }
    const longest = await call('GET', `?q=${'a'.repeat(queryLengthMax)}`);
    assert.deepEqual([longest.status, longest.body.data], [200, []]);
  });

  test("SAT's keys are told with whether they are all, and known ones without a call", async () => {
    const keys = (query: string, who: Who = 'viewer') =>
      worker.call(who, 'GET', `/api/catalogs/product-keys?${query}`);
    await worker.admin.query(
      `insert into sat_product_keys (code, name) values ('50201706', 'Café')`,
    );
    assert.deepEqual((await keys('q=cafe&known=1')).body, {
      data: [{ code: '50201706', name: 'Café' }],
      complete: false,
    });
    assert.equal((await keys('q=50201706')).body.complete, true);
    assert.equal((await keys('q=')).status, 400);
    assert.equal((await keys(`q=${'a'.repeat(keyQueryLengthMax)}&known=1`)).status, 200);
    assert.equal((await keys(`q=${'a'.repeat(keyQueryLengthMax + 1)}&known=1`)).status, 400);
    assert.equal((await keys('q=cafe&known=1', 'stranger')).status, 401);
  });

  test("another company's product answers exactly as one that never was, in every route", async () => {
    const other = (await makeTenant(worker.admin)) as TenantId;
    const theirs = await productCatalogue({ db: kyselyOver(worker.admin), newId }).create(other, {
      ...hours,
      description: 'Ajeno por completo',
    });
    const answersFor = async (id: string) => {
      const answers = [];
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PUT', '', hours],
        ['DELETE', '', undefined],
        ['POST', '/archive', undefined],
        ['POST', '/restore', undefined],
      ] as const) {
        const answer = await call(method, `/${id}${path}`, body ? { body } : {});
        const { requestId: _, ...rest } = answer.body;
        answers.push([answer.status, rest]);
      }
      return answers;
    };
    const answers = await answersFor(theirs.id);
    assert.deepEqual(answers, await answersFor(randomUUID()));
    assert.ok(answers.every(([status]) => status === 404));
    for (const query of ['', '?q=ajeno', '?archived=1', '?archived=1&q=ajeno']) {
      const { data } = (await call('GET', query)).body;
      assert.ok(!JSON.stringify(data).includes(theirs.id), query);
    }
  });

  test('a viewer reads and changes nothing; a stranger does neither', async () => {
    const { body } = await create();
    const forbidden = [
      ['POST', ''],
      ['PUT', `/${body.id}`],
      ['DELETE', `/${body.id}`],
      ['POST', `/${body.id}/archive`],
      ['POST', `/${body.id}/restore`],
    ] as const;
    for (const [method, path] of forbidden) {
      const sent = path === '' || method === 'PUT' ? { body: hours } : {};
      assert.equal((await call(method, path, { who: 'viewer', ...sent })).status, 403, path);
      assert.equal((await call(method, path, { who: 'stranger', ...sent })).status, 401, path);
    }
    assert.equal((await call('GET', `/${body.id}`, { who: 'viewer' })).status, 200);
    assert.equal((await call('GET', '', { who: 'viewer' })).status, 200);
    for (const path of ['', `/${body.id}`]) {
      assert.equal((await call('GET', path, { who: 'stranger' })).status, 401);
    }
  });
});
