import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ErrorObject } from 'ajv';
import { Type } from 'typebox';
import { InvoiceBody } from '../../invoices/invoice-schemas.ts';
import { type FieldError, invalid, notFound, Problem, refused, unavailable } from './problem.ts';
import { fieldErrors, fieldErrorsMax, validatorCompiler } from './validation.ts';

const compile = validatorCompiler();

function mistakes(schema: object, value: unknown, httpPart = 'body'): FieldError[] {
  const validate = compile({ schema, method: 'POST', url: '/', httpPart }) as unknown as {
    (value: unknown): boolean;
    errors?: ErrorObject[] | null;
  };
  return validate(value) ? [] : fieldErrors(validate.errors ?? []);
}

const item = { product: { description: 'x', product_key: '84111506', price: 1 } };
const customer = {
  legal_name: 'X',
  tax_id: 'URE180429TM6',
  tax_system: '601',
  address: { zip: '86991' },
};
const invoice = { customer, items: [item], use: 'G03', payment_form: '03' };
const id = '018f2f5e-0000-7000-8000-000000000001';
const invoiceMistakes = (o: object) => mistakes(InvoiceBody, { ...invoice, ...o });
const paths = (errors: readonly FieldError[]) => errors.map((error) => error.path).sort();

describe('mistakes in a body', () => {
  test('a customer by id or spelled out is none', () => {
    assert.deepEqual(invoiceMistakes({}), []);
    assert.deepEqual(invoiceMistakes({ customer: id }), []);
  });

  test('of a customer spelled out, the mistakes inside it are told, and nothing of ids', () => {
    const { tax_id: _, ...without } = customer;
    assert.deepEqual(invoiceMistakes({ customer: without }), [
      {
        path: 'customer.tax_id',
        code: 'required',
        message: invoiceMistakes({ customer: without })[0]!.message,
      },
    ]);
    const two = { ...without, address: {}, email: 'no address' };
    assert.deepEqual(paths(invoiceMistakes({ customer: two })), [
      'customer.address.zip',
      'customer.email',
      'customer.tax_id',
    ]);
  });

  test('a customer that is neither is one mistake', () => {
    for (const neither of ['no id', 7, null, true, []]) {
      const errors = invoiceMistakes({ customer: neither });
      assert.deepEqual(paths(errors), ['customer'], JSON.stringify(neither));
      assert.equal(errors[0]!.code, 'invalid');
    }
  });

  test('a mistake in the customer hides none elsewhere', () => {
    const errors = invoiceMistakes({ customer: 7, use: 8, items: [{}] });
    assert.deepEqual(paths(errors), ['customer', 'items[0].product', 'use']);
  });

  test('a path says which line, as people write it', () => {
    const bad = { product: { ...item.product, price: '1', taxes: [{ rate: 0.16 }, {}] } };
    assert.deepEqual(paths(invoiceMistakes({ items: [item, bad] })), [
      'items[1].product.price',
      'items[1].product.taxes[1].rate',
    ]);
  });

  test('a field that nobody knows is a mistake, not taken off in silence', () => {
    assert.deepEqual(
      invoiceMistakes({ totl: 1 }).map(({ path, code }) => [path, code]),
      [['totl', 'unknown_field']],
    );
  });

  test('a body is not coerced: "116" is no number, and 1 is no text', () => {
    const errors = invoiceMistakes({ exchange: '1', use: 1 });
    assert.deepEqual(
      errors.map(({ path, code }) => [path, code]),
      [
        ['use', 'invalid_type'],
        ['exchange', 'invalid_type'],
      ].sort(
        (a, b) =>
          errors.findIndex((e) => e.path === a[0]) - errors.findIndex((e) => e.path === b[0]),
      ),
    );
  });

  test('what is text by nature is: a query may hold numbers', () => {
    const query = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 200 }) });
    assert.deepEqual(mistakes(query, { limit: '50' }, 'querystring'), []);
    assert.equal(mistakes(query, { limit: '0' }, 'querystring')[0]!.code, 'too_small');
    assert.equal(mistakes(query, { limit: 'all' }, 'querystring')[0]!.code, 'invalid_type');
  });

  test('a time that Date cannot read and an id that PostgreSQL cannot are no times and ids', () => {
    const query = Type.Object({
      from: Type.Optional(Type.String({ format: 'date-time' })),
      id: Type.Optional(Type.String({ format: 'uuid' })),
    });
    const from = (text: string) => mistakes(query, { from: text }, 'querystring');
    for (const good of ['2026-12-31T23:59:59Z', '2026-02-28T00:00:00.123456-06:00']) {
      assert.deepEqual(from(good), [], good);
    }
    for (const bad of ['2016-12-31T23:59:60Z', '2026-02-30T00:00:00Z', '2026-12-31', 'ayer']) {
      assert.deepEqual(
        from(bad).map(({ path, code }) => [path, code]),
        [['from', 'invalid_format']],
        bad,
      );
    }
    assert.deepEqual(mistakes(query, { id: id.toUpperCase() }, 'params'), []);
    assert.equal(mistakes(query, { id: `urn:uuid:${id}` }, 'params')[0]!.code, 'invalid_format');
  });

  test('people read Spanish, in whole sentences', () => {
    const bodies = [{ use: 8 }, { customer: 7 }, { items: [] }, { totl: 1 }, { series: '!' }];
    for (const body of bodies) {
      for (const { message } of invoiceMistakes(body)) {
        assert.match(message, /^[A-ZÁÉÍÓÚ].*\.$/, message);
        assert.doesNotMatch(message, /\b(must|should|string|object|have|property)\b/, message);
      }
    }
    assert.equal(invoiceMistakes({ use: 8 })[0]!.message, 'Debe ser texto.');
  });

  test('of a body full of mistakes the first ones are told', () => {
    const items = Array.from({ length: 5_000 }, () => ({}));
    assert.equal(invoiceMistakes({ items }).length, fieldErrorsMax);
  });

  test('a slash or a tilde in a name stays what it is', () => {
    const schema = Type.Object({ 'a/b~c': Type.Number() });
    assert.deepEqual(paths(mistakes(schema, { 'a/b~c': 'x' })), ['a/b~c']);
  });
});

describe('a problem', () => {
  test('has the members of RFC 9457, a stable code, and the request it belongs to', () => {
    assert.deepEqual(notFound().toBody('request-1'), {
      type: 'about:blank',
      title: 'No encontrado',
      status: 404,
      code: 'not_found',
      detail: 'No existe o no tienes acceso.',
      requestId: 'request-1',
    });
  });

  test('its own members cannot be overwritten by further ones', () => {
    const extra = { status: 200, code: 'fine', requestId: 'x', invoice: { id: 'i' } };
    const body = new Problem(422, 'invoice_rejected', 'No.', { extra }).toBody('request-1');
    assert.deepEqual(
      [body.status, body.code, body.requestId],
      [422, 'invoice_rejected', 'request-1'],
    );
    assert.deepEqual((body as unknown as typeof extra).invoice, { id: 'i' });
  });

  test('its detail is the first mistake, and says how many more there are', () => {
    const mistake = (path: string) => ({ path, code: 'required', message: `Falta ${path}.` });
    assert.equal(invalid([mistake('a')]).message, 'Falta a.');
    assert.equal(invalid(['a', 'b', 'c'].map(mistake)).message, 'Falta a. (y 2 más)');
  });

  test('a mistake of meaning that stands alone gives the answer its code', () => {
    const one = { path: 'tax_id', code: 'rfc_check_digit_mismatch', message: 'x' };
    assert.equal(refused([one]).code, 'rfc_check_digit_mismatch');
    assert.equal(refused([one, one]).code, 'invalid_request');
    assert.equal(invalid([one]).code, 'invalid_request');
  });

  test('a passing trouble says when to come back, and keeps its cause to itself', () => {
    const problem = unavailable(3, new Error('ECONNREFUSED 10.0.0.5'));
    assert.deepEqual([problem.status, problem.retryAfterS], [503, 3]);
    assert.doesNotMatch(JSON.stringify(problem.toBody('request-1')), /ECONNREFUSED/);
  });
});
