import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Compile } from 'typebox/compile';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { silentLog } from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { newId } from '../../platform/clock.ts';
import { makeHttpServer } from '../../platform/http/http-server.ts';
import type { Searched } from '../../platform/postgres/search-pool.ts';
import { type WebWorker, webWorker } from '../../stamping/test-web-worker.ts';
import { customerSearchRoutes, FoundCustomersSchema } from './customer-search-routes.ts';
import type { FoundRow } from './customer-search-store.ts';
import { type CustomerSearch, searchLimitMax, typedLengthMax } from './search-customers.ts';

const path = (q: string, more = '') => `/api/customers?q=${encodeURIComponent(q)}${more}`;

describe('GET /api/customers', () => {
  const cleanups = cleanupsOfBlock();
  let worker: WebWorker;
  before(async () => {
    worker = await webWorker(cleanups);
  });

  test('who is signed in finds customers, in the shape that the route declares', async () => {
    for (const who of ['issuer', 'viewer'] as const) {
      const { status, headers, body } = await worker.call(who, 'GET', path('robotica'));
      assert.equal(status, 200);
      assert.match(String(headers['content-type']), /^application\/json/);
      assert.ok(Compile(FoundCustomersSchema).Check(body), JSON.stringify(body));
      assert.equal(body.data[0]?.legal_name, 'UNIVERSIDAD ROBOTICA ESPAÑOLA');
    }
    assert.equal((await worker.call('stranger', 'GET', path('robotica'))).status, 401);
  });

  test('limits are kept at the limit, and refused one beyond it', async () => {
    assert.deepEqual([searchLimitMax, typedLengthMax], [100, 200]);
    const status = async (url: string) => (await worker.call('issuer', 'GET', url)).status;
    assert.equal(await status(path('a', `&limit=${searchLimitMax}`)), 200);
    assert.equal(await status(path('a', `&limit=${searchLimitMax + 1}`)), 400);
    assert.equal(await status(path('a', '&limit=0')), 400);
    assert.equal(await status(path('a'.repeat(typedLengthMax))), 200);
    assert.equal(await status(path('a'.repeat(typedLengthMax + 1))), 400);
  });

  test('hostile text is an answer or a 400, and never a 500', async () => {
    const texts = [
      '%',
      '_',
      '|',
      '~',
      '\\',
      "'",
      '"',
      '💥',
      '\u202e',
      '{"a":1}',
      '\u0000',
      'x'.repeat(10_240),
    ];
    for (const text of texts) {
      const { status, body } = await worker.call('issuer', 'GET', path(text));
      assert.ok(status === 200 || status === 400, `${text.slice(0, 9)}: ${JSON.stringify(body)}`);
    }
    assert.equal((await worker.call('issuer', 'GET', '/api/customers?q=%ff%fe')).status, 200);
  });
});

/** The route alone, over a search that is played. */
async function routeOver(t: { after(undo: () => unknown): void }, search: CustomerSearch) {
  const server = await makeHttpServer({ log: silentLog, newId, onAnswer: () => {} });
  server.addHook('onRequest', async (request) => {
    Object.assign(request, { session: { principal: { tenantId: 'a company' } } });
  });
  customerSearchRoutes(server, search);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => server.close());
  return url;
}

test('a busy search is a 503 that says when to come back', async (t) => {
  const url = await routeOver(t, async () => ({ kind: 'busy' }));
  const answer = await fetch(`${url}/api/customers?q=a`);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('retry-after'), '1');
  assert.equal(((await answer.json()) as { code: string }).code, 'search_busy');
});

test('who closes the connection abandons the search, and who waits does not', async (t) => {
  const signals: AbortSignal[] = [];
  const answers: Array<(searched: Searched<FoundRow>) => void> = [];
  const url = await routeOver(t, (_tenant, _typed, _limit, signal) => {
    signals.push(signal);
    return new Promise((resolve) => answers.push(resolve));
  });
  const leaving = new AbortController();
  const left = fetch(`${url}/api/customers?q=a`, { signal: leaving.signal }).catch(() => 'left');
  await until(() => signals.length === 1);
  leaving.abort();
  assert.equal(await left, 'left');
  await until(() => signals[0]!.aborted);
  answers[0]!({ kind: 'gone' });

  const stayed = fetch(`${url}/api/customers?q=ab`);
  await until(() => signals.length === 2);
  answers[1]!({ kind: 'found', rows: [{ answer: '{"data":[]}' }] });
  assert.deepEqual(await (await stayed).json(), { data: [] });
  assert.equal(signals[1]!.aborted, false);
});
