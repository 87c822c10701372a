import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { makeCompany, receiver } from '../../test/support/issuing.ts';
import { someInvoice } from '../../test/support/person.ts';
import { type WebAnswer, type WebWorker, webWorker } from '../stamping/test-web-worker.ts';
import { addressTextLengthMax, externalIdLengthMax } from './customers.ts';

describe('the routes of customers', () => {
  const cleanups = cleanupsOfBlock();
  let worker: WebWorker;
  let theirs: string;
  before(async () => {
    worker = await webWorker(cleanups);
    theirs = (await makeCompany(worker.admin)).customer.id;
  });

  const address = (id: string, verb = '') => `/api/customers/${id}${verb}`;
  const create = async (change: object = {}): Promise<WebAnswer> =>
    worker.call('issuer', 'POST', '/api/customers', { body: { ...receiver, ...change } });
  const made = async (change: object = {}) => {
    const answer = await create(change);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const read = (id: string, headers: Record<string, string> = {}) =>
    worker.call('viewer', 'GET', address(id), { headers });
  const put = (id: string, change: object, headers: Record<string, string> = {}) =>
    worker.call('issuer', 'PUT', address(id), { body: { ...receiver, ...change }, headers });
  const ifMatch = (tag: unknown) => ({ 'if-match': String(tag) });

  test('the version stands in the ETag of every answer that shows one customer', async () => {
    const created = await create();
    const { id } = created.body;
    assert.equal(created.headers.location, address(id));
    assert.equal(created.headers.etag, '"1"');
    assert.equal((await put(id, { legal_name: 'DOS' })).headers.etag, '"2"');
    const archived = await worker.call('issuer', 'POST', address(id, '/archive'));
    assert.equal(archived.headers.etag, '"3"');
    const { headers, body } = await read(id);
    assert.deepEqual([headers.etag, body.version], ['"3"', 3]);
  });

  test('a read of what is known is a 304 until it changes', async () => {
    const { id } = await made();
    const known = await read(id, { 'if-none-match': '"1"' });
    assert.deepEqual([known.status, known.body, known.headers.etag], [304, '', '"1"']);
    await put(id, { legal_name: 'CAMBIADA' });
    const changed = await read(id, { 'if-none-match': '"1"' });
    assert.deepEqual([changed.status, changed.body.legal_name], [200, 'CAMBIADA']);
  });

  test('a change for another version is a 412 with what is there now', async () => {
    const { id } = await made();
    await put(id, { legal_name: 'LA DE ELLA' });
    const answers = [
      await put(id, { legal_name: 'LA DE EL' }, ifMatch('"1"')),
      await worker.call('issuer', 'POST', address(id, '/archive'), { headers: ifMatch('"1"') }),
      await worker.call('issuer', 'POST', address(id, '/restore'), { headers: ifMatch('"1"') }),
      await worker.call('issuer', 'DELETE', address(id), { headers: ifMatch('"1"') }),
    ];
    const { body: current } = await read(id);
    for (const { status, body, headers } of answers) {
      assert.deepEqual([status, body.code], [412, 'version_mismatch']);
      assert.match(String(headers['content-type']), /^application\/problem\+json/);
      assert.deepEqual(body.current, current);
    }
    assert.equal((await put(id, { legal_name: 'LA DE EL' }, ifMatch('"2"'))).status, 200);
    assert.equal((await put(id, { legal_name: 'SIN IF-MATCH' })).status, 200);
    const gone = await worker.call('issuer', 'DELETE', address(id), { headers: ifMatch('"4"') });
    assert.equal(gone.status, 204);
  });

  test('two who save the same version at once: one 200, one 412', async () => {
    const { id } = await made();
    for (let round = 1; round <= 5; round += 1) {
      const tag = (await read(id)).headers.etag;
      const answers = await Promise.all(
        ['ELLA', 'EL'].map((who) => put(id, { legal_name: `${who} ${round}` }, ifMatch(tag))),
      );
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    }
  });

  test("another company's customer is as absent as one that never was, in every route", async () => {
    const untouched = await worker.admin.query('select * from customers where id = $1', [theirs]);
    const ask = async (id: string) => {
      const answers: WebAnswer[] = [
        await read(id),
        await read(id, { 'if-none-match': '"1"' }),
        await put(id, {}),
        await put(id, {}, ifMatch('"1"')),
        await worker.call('issuer', 'POST', address(id, '/archive')),
        await worker.call('issuer', 'POST', address(id, '/restore')),
        await worker.call('issuer', 'DELETE', address(id)),
        await worker.call('issuer', 'DELETE', address(id), { headers: ifMatch('"9"') }),
        await worker.call('viewer', 'GET', address(id, '/history')),
        await worker.call('issuer', 'POST', '/api/invoices', { body: someInvoice(id) }),
      ];
      return answers.map(({ status, body: { requestId: _, ...body }, headers }) => [
        status,
        body,
        headers.etag,
      ]);
    };
    const answers = await ask(theirs);
    assert.deepEqual(answers, await ask(randomUUID()));
    assert.deepEqual(
      answers.map(([status]) => status),
      [404, 404, 404, 404, 404, 404, 404, 404, 404, 422],
    );
    const left = await worker.admin.query('select * from customers where id = $1', [theirs]);
    assert.deepEqual(left.rows, untouched.rows);
  });

  test('duplicates are told before and after saving, of this company alone', async () => {
    const rfc = 'EKU9003173C9';
    const duplicates = async (query: string) =>
      (await worker.call('viewer', 'GET', `/api/customers/duplicates?${query}`)).body.data;
    await worker.admin.query('update customers set tax_id = $2 where id = $1', [theirs, rfc]);
    assert.deepEqual(await duplicates(`tax_id=${rfc}`), []);
    const first = await made({ tax_id: rfc, legal_name: 'ESCUELA KEMPER URGATE' });
    assert.deepEqual(first.warnings, []);
    assert.deepEqual(await duplicates('tax_id=eku9003173c9'), [
      { id: first.id, legal_name: 'ESCUELA KEMPER URGATE' },
    ]);
    assert.deepEqual(await duplicates(`tax_id=${rfc}&except=${first.id}`), []);
    const second = await made({ tax_id: rfc, legal_name: 'SUCURSAL' });
    assert.deepEqual(second.warnings, [
      {
        code: 'duplicate_tax_id',
        message: `Ya tienes otro cliente con el RFC ${rfc}.`,
        customers: [{ id: first.id, legal_name: 'ESCUELA KEMPER URGATE' }],
      },
    ]);
  });

  test('an archived customer is not invoiced, and is again once restored', async () => {
    const { id } = await made();
    const invoice = { body: someInvoice(id), headers: { prefer: 'wait=0' } };
    await worker.call('issuer', 'POST', address(id, '/archive'));
    for (const path of ['/api/invoices', '/api/invoices/preview']) {
      const { status, body } = await worker.call('issuer', 'POST', path, invoice);
      assert.deepEqual([status, body.code], [422, 'customer_archived'], path);
      assert.equal(body.errors[0].path, 'customer');
    }
    await worker.call('issuer', 'POST', address(id, '/restore'));
    assert.equal((await worker.call('issuer', 'POST', '/api/invoices', invoice)).status, 202);
    const { status, body } = await worker.call('issuer', 'DELETE', address(id));
    assert.deepEqual([status, body.code], [409, 'customer_has_invoices']);
  });

  test('an archived customer is in no search, but among the archived', async () => {
    const { id } = await made({ legal_name: 'BUSCADA Y ARCHIVADA' });
    const ids = async (path: string) =>
      (await worker.call('viewer', 'GET', path)).body.data.map((one: any) => one.id);
    const found = () => ids('/api/customers?q=buscada');
    const archived = () => ids('/api/customers/archived?limit=100');
    assert.deepEqual([await found(), (await archived()).includes(id)], [[id], false]);
    await worker.call('issuer', 'POST', address(id, '/archive'));
    assert.deepEqual([await found(), (await archived()).includes(id)], [[], true]);
    await worker.call('issuer', 'POST', address(id, '/restore'));
    assert.deepEqual([await found(), (await archived()).includes(id)], [[id], false]);
    const another = await worker.call('viewer', 'GET', '/api/customers/archived?limit=101');
    assert.equal(another.status, 400);
  });

  test('a receiver abroad goes to FacturAPI with its country', async () => {
    const abroad = { zip: '94103', country: 'USA' };
    const acme = { legal_name: 'ACME INC', tax_id: '98-7654321', tax_system: '616' };
    const { id } = await made({ ...acme, address: abroad });
    const body = { ...someInvoice(id), use: 'S01' };
    const headers = { prefer: 'wait=0' };
    const issued = await worker.call('issuer', 'POST', '/api/invoices', { body, headers });
    assert.equal(issued.status, 202, JSON.stringify(issued.body));
    const { rows } = await worker.admin.query('select document from invoices where id = $1', [
      issued.body.id,
    ]);
    const { email: _, ...receiverSent } = rows[0].document.customer;
    assert.deepEqual(receiverSent, { ...acme, address: abroad });
    assert.deepEqual(issued.body.customer.address, abroad);
  });

  test('a suggestion reaches whoever typed the suffix', async () => {
    const { status, body } = await create({ legal_name: `${receiver.legal_name} SA DE CV` });
    assert.deepEqual([status, body.code], [422, 'legal_name_has_company_suffix']);
    assert.equal(body.errors[0].suggestion, receiver.legal_name);
  });

  test('who may only look changes nothing, and a stranger sees nothing', async () => {
    const { id } = await made();
    const asked = [
      ['POST', '/api/customers', receiver],
      ['PUT', address(id), receiver],
      ['DELETE', address(id), undefined],
      ['POST', address(id, '/archive'), undefined],
      ['POST', address(id, '/restore'), undefined],
    ] as const;
    for (const [method, url, body] of asked) {
      assert.equal((await worker.call('viewer', method, url, { body })).status, 403, url);
      assert.equal((await worker.call('stranger', method, url, { body })).status, 401, url);
    }
    for (const url of [
      address(id),
      address(id, '/history'),
      '/api/customers/duplicates?tax_id=x',
    ]) {
      assert.equal((await worker.call('viewer', 'GET', url)).status, 200, url);
      assert.equal((await worker.call('stranger', 'GET', url)).status, 401, url);
    }
  });

  test('texts end at their longest, and one letter more names its field', async () => {
    const limits: [path: string, longest: number, body: (text: string) => object][] = [
      ['external_id', externalIdLengthMax, (external_id) => ({ external_id })],
      ['phone', 30, (phone) => ({ phone })],
      [
        'address.street',
        addressTextLengthMax,
        (street) => ({ address: { ...receiver.address, street } }),
      ],
    ];
    for (const [path, longest, body] of limits) {
      await made(body('x'.repeat(longest)));
      const { status, body: problem } = await create(body('x'.repeat(longest + 1)));
      assert.equal(status, 422);
      assert.deepEqual(
        problem.errors.map((one: any) => [one.path, one.code]),
        [[path, 'too_long']],
      );
    }
  });

  test('history is there for whoever reads the customer', async () => {
    const { id } = await made();
    await put(id, { phone: '55 1234 5678' });
    const { body } = await worker.call('viewer', 'GET', address(id, '/history'));
    assert.deepEqual(
      body.data.map((one: any) => [one.version, one.by, one.changes]),
      [
        [2, 'Quien issuer', [{ field: 'phone', before: null, after: '55 1234 5678' }]],
        [1, 'Quien issuer', []],
      ],
    );
    assert.equal(body.next_cursor, null);
  });
});
