import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestSandbox } from '../support/test-sandbox.ts';
import { commonProductKeys } from './search-catalog.ts';

type Found = { key: string; description: string; score: number };

test('the catalogue of products has hundreds of keys, each of eight digits and once', () => {
  assert.ok(commonProductKeys.length >= 300, String(commonProductKeys.length));
  const codes = commonProductKeys.map(({ code }) => code);
  assert.ok(codes.every((code) => /^\d{8}$/.test(code)));
  assert.equal(new Set(codes).size, codes.length);
});

test('a word finds its keys without accents or case, the best first, with a score', async (t) => {
  const sandbox = await startTestSandbox(t);
  const search = async (path: string) => (await sandbox.call(path)).body;
  const { data } = await search('/catalogs/products?q=UKELELE');
  assert.deepEqual(
    data.map(({ key, description }: Found) => [key, description]),
    [['60131324', 'Ukelele']],
  );
  const coffee = await search('/catalogs/products?q=cafe');
  assert.equal(coffee.data[0].key, '50201706');
  assert.ok(coffee.total_results > 1);
  const scores = coffee.data.map(({ score }: Found) => score);
  assert.deepEqual(
    scores,
    scores.toSorted((a: number, b: number) => b - a),
  );
  assert.ok(scores.every((score: number) => score > 0 && score <= 1));
  assert.equal((await search('/catalogs/products?q=84111506')).data[0].score, 1);
  assert.equal((await search('/catalogs/products?q=zzzz')).total_results, 0);
  assert.equal((await search('/catalogs/units?q=pulgada')).data[0].key, 'INH');
});

test('a catalogue is read page by page within the limits of every list', async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: second } = await sandbox.call('/catalogs/units?page=2&limit=100');
  assert.equal(second.data.length, 100);
  assert.equal(second.page, 2);
  assert.ok(second.total_results > 2_000);
  assert.equal((await sandbox.call('/catalogs/units?limit=101')).status, 400);
});
