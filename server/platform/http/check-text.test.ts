import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { silentLog } from '../../../test/support/records.ts';
import { newId } from '../clock.ts';
import { checkText, depthMax } from './check-text.ts';
import { type HttpServer, makeHttpServer } from './http-server.ts';
import type { Problem } from './problem.ts';
import { fieldErrorsMax } from './validation.ts';

const hostile = ['a\u0000b', '\u0000', 'x\ud800', '\udfff y'];

function problemOf(body: unknown): Problem | undefined {
  try {
    checkText({ body, query: {}, params: {} });
    return undefined;
  } catch (error) {
    return error as Problem;
  }
}

describe('text that PostgreSQL cannot take', () => {
  const cleanups = cleanupsOfBlock();
  let server: HttpServer;
  before(async () => {
    server = await makeHttpServer({ log: silentLog, newId, onAnswer: () => {} });
    server.post('/echo/:word', { config: { access: 'open' } }, async (request) => request.body);
    await server.ready();
    cleanups.after(() => server.close());
  });

  test('is a mistake in its field, wherever it stands in the body', async () => {
    for (const text of hostile) {
      const answer = await server.inject({
        method: 'POST',
        url: '/echo/x',
        payload: { items: [{ product: { sku: 'fine' } }, { product: { sku: text } }] },
      });
      assert.equal(answer.statusCode, 422);
      const { code, detail, errors } = answer.json();
      assert.equal(code, 'invalid_text');
      assert.deepEqual(errors, [{ path: 'items[1].product.sku', code, message: detail }]);
    }
  });

  test('is a mistake in the query and in the path too', async () => {
    for (const [url, path] of [
      ['/echo/x?q=a%00b', 'q'],
      ['/echo/a%00b', 'word'],
    ] as const) {
      const answer = await server.inject({ method: 'POST', url });
      const { code, errors } = answer.json();
      assert.deepEqual([answer.statusCode, code, errors[0].path], [400, 'invalid_text', path]);
    }
  });

  test('is found as a field name, and as the whole body', () => {
    assert.equal(problemOf({ 'a\u0000': 1 })?.code, 'invalid_text');
    assert.equal(problemOf('a\u0000')?.errors?.[0]?.path, '');
  });

  test('is found in any JSON, and only there', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        const isHostile = /\\u0000|\\ud[89a-f]/.test(text.replaceAll('\\\\', ''));
        assert.equal(problemOf(value) !== undefined, isHostile, text);
      }),
      { numRuns: 500 },
    );
  });

  test('a body that is nested beyond reason is refused, and overflows no stack', () => {
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    assert.equal(problemOf(nested(depthMax)), undefined);
    assert.equal(problemOf(nested(depthMax + 1))?.code, 'too_deep');
    assert.equal(problemOf(nested(5_000))?.status, 422);
  });

  test('of a body full of it the first places are told', () => {
    assert.equal(problemOf(Array(5_000).fill('\u0000'))?.errors?.length, fieldErrorsMax);
    const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`\u0000${i}`, 'x']));
    assert.equal(problemOf(keys)?.errors?.length, fieldErrorsMax);
  });

  test('a body of 2 MB is looked through in less time than it takes to notice', () => {
    const body = Array.from({ length: 5_000 }, () => ({ product: { sku: 'ñ'.repeat(400) } }));
    const startedMs = performance.now();
    assert.equal(problemOf(body), undefined);
    assert.ok(performance.now() - startedMs < 200);
  });
});
