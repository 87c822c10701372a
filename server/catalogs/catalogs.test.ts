import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { silentLog } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { type HttpServer, makeHttpServer } from '../platform/http/http-server.ts';
import { answersKeptMax, catalogRoutes, queryLengthMax } from './catalog-routes.ts';
import { catalogNames } from './catalogs.ts';
import { unitKeySearch, unitKeysShownMax } from './search-unit-keys.ts';

describe("SAT's catalogues over HTTP", () => {
  const cleanups = cleanupsOfBlock();
  let server: HttpServer;
  let now = '2026-07-01T12:00:00Z';
  before(async () => {
    server = await makeHttpServer({ log: silentLog, newId, onAnswer: () => {} });
    catalogRoutes(server, { clock: { now: () => new Date(now) } });
    await server.ready();
    cleanups.after(() => server.close());
  });
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await server.inject({ url: `/api/catalogs/${path}`, headers });
    const { statusCode: status, body: text } = answer;
    return { status, headers: answer.headers, body: text === '' ? null : (answer.json() as any) };
  };
  const codes = async (path: string): Promise<string[]> =>
    (await get(path)).body.data.map((entry: { code: string }) => entry.code);

  test('each of them is there for everybody, with codes, names and dates', async () => {
    for (const name of catalogNames) {
      const { status, body } = await get(name);
      assert.equal(status, 200, name);
      assert.ok(body.data.length > 0, name);
      for (const entry of body.data) {
        if (name !== 'rate-rules') assert.ok(entry.code && entry.name, JSON.stringify(entry));
        for (const date of [entry.valid_from, entry.valid_to]) {
          assert.ok(date === null || /^\d{4}-\d\d-\d\d$/.test(date), JSON.stringify(entry));
        }
      }
    }
  });

  test('another name is a 404', async () => {
    for (const name of ['monedas', 'uses/G03', '__proto__', 'constructor', '']) {
      assert.equal((await get(name)).status, 404, name);
    }
  });

  test('an entry is shown from its first day on, and before it with all=1', async () => {
    // Taxability 06 began on 13 December 2024.
    assert.ok(!(await codes('taxabilities?date=2024-12-12')).includes('06'));
    assert.ok((await codes('taxabilities?date=2024-12-13')).includes('06'));
    assert.ok((await codes('taxabilities?all=1&date=2024-12-12')).includes('06'));
  });

  test("without a date the day is Mexico City's, not Greenwich's", async () => {
    now = '2024-12-13T05:59:59Z';
    assert.ok(!(await codes('taxabilities')).includes('06'));
    now = '2024-12-13T06:00:00Z';
    assert.ok((await codes('taxabilities')).includes('06'));
    now = '2026-07-01T12:00:00Z';
  });

  test('what is known already is a 304, until the day changes what is valid', async () => {
    const first = await get('uses');
    const etag = String(first.headers.etag);
    assert.match(String(first.headers['cache-control']), /max-age=3600/);
    const again = await get('uses', { 'if-none-match': etag });
    assert.deepEqual([again.status, again.body, again.headers.etag], [304, null, etag]);
    assert.equal((await get('uses', { 'if-none-match': `W/${etag}` })).status, 304);
    assert.equal((await get('uses', { 'if-none-match': '"another"' })).status, 200);
    const then = await get('taxabilities?date=2024-12-12');
    const later = await get('taxabilities?date=2024-12-13', {
      'if-none-match': String(then.headers.etag),
    });
    assert.equal(later.status, 200);
  });

  test('more days than are kept are answered all the same', async () => {
    const day = (n: number) => new Date(n * 86_400_000).toISOString().slice(0, 10);
    for (let n = 0; n <= answersKeptMax; n += 1) {
      assert.equal((await get(`months?date=${day(n)}`)).status, 200);
    }
    assert.equal((await get(`months?date=${day(0)}`)).body.data.length, 18);
  });

  test('a query that is none is refused with words', async () => {
    for (const query of ['date=2026-02-30', 'date=hoy', 'all=2', 'dia=2026-01-01']) {
      const { status, body } = await get(`uses?${query}`);
      assert.deepEqual([status, body.code], [400, 'invalid_query'], query);
    }
    assert.equal((await get(`unit-keys?q=${'x'.repeat(queryLengthMax)}`)).status, 200);
    assert.equal((await get(`unit-keys?q=${'x'.repeat(queryLengthMax + 1)}`)).status, 400);
  });

  test('units are found by key and by name, accents aside, the nearest first', async () => {
    assert.equal((await codes('unit-keys?q=h87'))[0], 'H87');
    assert.equal((await codes('unit-keys?q=pieza'))[0], 'H87');
    assert.equal((await codes('unit-keys?q=unidad%20de%20servicio'))[0], 'E48');
    assert.ok((await codes('unit-keys?q=dia')).includes('DAY'));
    assert.deepEqual(await codes('unit-keys?q=nadadenada'), []);
    assert.equal((await codes('unit-keys?q=')).length, unitKeysShownMax);
    assert.ok((await codes('unit-keys')).length > 2_000);
  });

  test('a unit is offered to its last day', () => {
    // SAT has ended none so far.
    const search = unitKeySearch([{ code: 'AA', name: 'Bola', valid_to: '2026-06-30' }]);
    assert.equal(search('bola', '2026-06-30').length, 1);
    assert.equal(search('bola', '2026-07-01').length, 0);
    assert.equal(search('bola', undefined).length, 1);
  });
});
