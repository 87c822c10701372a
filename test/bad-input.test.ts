import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from './support/cleanups.ts';
import { facturapiSide } from './support/facturapi-side.ts';
import { type Installation, startInstallation } from './support/installation.ts';
import { type Answer, type Person, someInvoice } from './support/person.ts';

describe('bad input', () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let person: Person;
  let good: any;

  before(async () => {
    timbra = await startInstallation(cleanups);
    person = await timbra.person();
    good = someInvoice((await person.customer('robotica')).id);
    const { body } = await person.issue(good);
    assert.equal(body.folio_number, 1);
  });

  const receiver = {
    legal_name: 'UNIVERSIDAD ROBOTICA ESPAÑOLA',
    tax_id: 'URE180429TM6',
    tax_system: '601',
    address: { zip: '86991' },
  };
  const line = (product: object, item: object = {}) => ({
    items: [{ quantity: 1, ...item, product: { ...good.items[0].product, ...product } }],
  });
  const { tax_id: _, ...withoutRfc } = receiver;

  const cases: ReadonlyArray<
    readonly [what: string, change: () => object, path: string, code: string]
  > = [
    ['a missing RFC', () => ({ customer: withoutRfc }), 'customer.tax_id', 'required'],
    [
      'a wrong check digit',
      () => ({ customer: { ...receiver, tax_id: 'URE180429TM5' } }),
      'customer.tax_id',
      'rfc_check_digit_mismatch',
    ],
    [
      'a company suffix in the name',
      () => ({ customer: { ...receiver, legal_name: 'UNIVERSIDAD ROBOTICA ESPAÑOLA SA DE CV' } }),
      'customer.legal_name',
      'legal_name_has_company_suffix',
    ],
    ['a negative price', () => line({ price: -1 }), 'items[0].product.price', 'price_negative'],
    [
      'an unknown payment form',
      () => ({ payment_form: '77' }),
      'payment_form',
      'payment_form_unknown',
    ],
    ['a number where a text should be', () => ({ use: 3 }), 'use', 'invalid_type'],
    [
      'a text where a number should be',
      () => line({ price: '116' }),
      'items[0].product.price',
      'invalid_type',
    ],
    ['an unknown field', () => ({ folio: 7 }), 'folio', 'unknown_field'],
    ['a folio of their own', () => ({ folio_number: 7 }), 'folio_number', 'unknown_field'],
    ['no line', () => ({ items: [] }), 'items', 'too_few'],
    [
      'a line of 1 MB',
      () => line({ description: 'x'.repeat(1_000_000) }),
      'items[0].product.description',
      'text_too_long',
    ],
    [
      "another company's customer, or none",
      () => ({ customer: '01900000-0000-7000-8000-000000000000' }),
      'customer',
      'customer_not_found',
    ],
    [
      'a global invoice without its period',
      () => ({
        customer: {
          legal_name: 'PUBLICO EN GENERAL',
          tax_id: 'XAXX010101000',
          tax_system: '616',
          address: { zip: '42501' },
        },
        use: 'S01',
      }),
      'customer.legal_name',
      'global_not_supported_yet',
    ],
  ];

  for (const [what, change, path, code] of cases) {
    test(`${what}: 422 that names ${path}, nothing written, no folio spent`, async () => {
      const answer = await person.issue({ ...good, ...change() });
      assert.equal(answer.status, 422, JSON.stringify(answer.body).slice(0, 500));
      assertProblem(answer);
      const found = answer.body.errors.find((error: any) => error.path === path);
      assert.ok(found, `${path} is not among ${JSON.stringify(answer.body.errors).slice(0, 400)}`);
      assert.equal(found.code, code);
    });
  }

  test('a body past its limit is refused before it is read', async () => {
    const heavy = line({ description: 'x'.repeat(2 * 1024 * 1024) });
    const answer = await person.issue({ ...good, ...heavy });
    assert.equal(answer.status, 413);
    assert.equal(answer.body.code, 'payload_too_large');
    assertProblem(answer);
  });

  test('what is not JSON, and JSON that poisons prototypes, is refused', async () => {
    for (const text of ['{"items": [', '', 'null', '[]', '{"__proto__": {"x": 1}}']) {
      const answer = await person.issue(text);
      assert.ok([400, 422].includes(answer.status), `${text}: ${answer.status}`);
      assertProblem(answer);
    }
  });

  test('text that PostgreSQL cannot hold is refused by its path, wherever it stands', async () => {
    for (const bad of ['a\u0000b', 'a\ud800b']) {
      const cases: ReadonlyArray<readonly [string, string, object]> = [
        ['/api/invoices', 'items[0].product.description', line({ description: bad })],
        ['/api/invoices', 'items[0].product.sku', line({ sku: bad })],
        ['/api/invoices', 'conditions', { conditions: bad }],
        ['/api/customers', 'phone', { phone: bad }],
        ['/api/customers', 'legal_name', { legal_name: bad }],
      ];
      for (const [route, path, change] of cases) {
        const base = route === '/api/invoices' ? good : receiver;
        const answer = await person.call('POST', route, { ...base, ...change });
        assert.equal(answer.status, 422, `${path}: ${JSON.stringify(answer.body).slice(0, 300)}`);
        assert.ok(answer.body.errors.some((error: any) => error.path === path));
        assertProblem(answer);
      }
    }
    assert.equal((await person.get('/api/invoices?from=2016-12-31T23:59:60Z')).status, 400);
    assert.equal((await person.get('/api/customers?q=%00')).status, 400);
  });

  test('an Idempotency-Key that is too long is refused by its name', async () => {
    const answer = await person.issue(good, { 'idempotency-key': 'k'.repeat(256) });
    assert.equal(answer.status, 400);
    assert.match(answer.body.errors[0].path, /idempotency-key/);
    const atTheLimit = await person.call('POST', '/api/invoices', good, {
      'idempotency-key': 'k'.repeat(255),
    });
    assert.equal(atTheLimit.status, 201);
    assert.equal(atTheLimit.body.folio_number, 2);
  });

  test('hostile customers are refused in Spanish, and nothing of them is kept', async () => {
    const bodies = [
      { ...receiver, tax_id: 'NO ES RFC' },
      { ...receiver, tax_system: '999' },
      { ...receiver, address: { zip: '1' } },
      { ...receiver, legal_name: '\u0000' },
      { ...receiver, legal_name: '   ' },
      { ...receiver, email: 'no es correo' },
    ];
    for (const body of bodies) {
      const answer = await person.call('POST', '/api/customers', body);
      assert.equal(answer.status, 422, JSON.stringify(body));
      assertProblem(answer);
    }
    const { body } = await person.get('/api/customers?q=URE180429TM6');
    assert.equal(body.data.length, 1);
  });

  test('an RFC whose check digit is wrong passes when the person says that it is right', async () => {
    const odd = { ...receiver, tax_id: 'URE180429TM5', accept_rfc_check_digit: true };
    const created = await person.call('POST', '/api/customers', odd);
    assert.equal(created.status, 201);
    assert.equal(created.body.rfc_check_digit_accepted, true);
    const preview = await person.call('POST', '/api/invoices/preview', {
      ...good,
      customer: created.body.id,
    });
    assert.equal(preview.status, 200);
    assert.equal((await person.call('DELETE', `/api/customers/${created.body.id}`)).status, 204);
  });

  test('an id of nobody answers exactly as an absent one, whatever its form', async () => {
    const absent = await person.get('/api/invoices/01900000-0000-7000-8000-000000000000');
    assert.equal(absent.status, 404);
    assert.equal(absent.body.code, 'not_found');
    assert.equal((await person.get('/api/invoices/1')).status, 400);
  });

  test('without a session there is nothing to see or do', async () => {
    const routes = [
      ['GET', '/api/customers'],
      ['POST', '/api/customers'],
      ['GET', '/api/invoices'],
      ['POST', '/api/invoices'],
      ['GET', '/api/invoices/events'],
      ['GET', '/api/auth/me'],
    ] as const;
    for (const [method, path] of routes) {
      const answer = await fetch(timbra.url + path, { method });
      assert.equal(answer.status, 401, `${method} ${path}`);
      assert.equal(((await answer.json()) as any).code, 'not_signed_in');
    }
  });

  test('after all of it: two invoices, two CFDIs, and the next folio is the third', async () => {
    const { body } = await person.get('/api/invoices');
    assert.equal(body.data.length, 2);
    assert.equal((await facturapiSide(timbra.facturapiUrl).invoices()).length, 2);
    assert.equal((await person.issue(good)).body.folio_number, 3);
  });

  test('a refusal by SAT is told in its own words and keeps the folio', async () => {
    await facturapiSide(timbra.facturapiUrl).fault({
      match: { method: 'POST', path: '/invoices' },
      fault: 'status',
      status: 400,
      code: 'invoice_stamping_validation_error',
      message: 'CFDI40147: el código postal no existe.',
      times: 1,
    });
    const answer = await person.issue(good);
    assert.equal(answer.status, 422);
    assert.equal(answer.body.code, 'invoice_rejected');
    assert.match(answer.body.detail, /CFDI40147/);
    assert.equal(answer.body.invoice.folio_number, 4);
    const { body } = await person.get(`/api/invoices/${answer.body.invoice.id}`);
    assert.equal(body.status, 'rejected');
    assert.equal((await person.issue(good)).body.folio_number, 5);
  });
});

function assertProblem(answer: Answer): void {
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const { type, title, status, code, detail, requestId } = answer.body;
  assert.deepEqual([type, status], ['about:blank', answer.status]);
  assert.equal(requestId, answer.headers.get('x-request-id'));
  for (const text of [title, code, detail]) assert.ok(typeof text === 'string' && text.length > 0);
  assert.doesNotMatch(detail, /must|should|invalid /i);
}
