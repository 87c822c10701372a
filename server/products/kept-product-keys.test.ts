import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import { makeTenant, testPool } from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { makeInvoiceSignals, watchCall } from '../invoices/invoice-signals.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  type CatalogEntry,
  keepAnswer,
  keptKeyDaysMax,
  keyNameLengthMax,
  matchKeptKeys,
} from './product-keys-store.ts';
import { keysShownMax, productKeySearch } from './search-product-keys.ts';

const bolts: CatalogEntry[] = [
  { code: '31161501', name: 'Tornillos de acero' },
  { code: '31161504', name: 'Tornillos de máquina' },
  { code: '31161518', name: 'Tornillos' },
];
const nuts: CatalogEntry[] = [{ code: '31161700', name: 'Tuercas de acero' }];

describe("what is kept of SAT's product keys, as the app role", () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let tenantId: TenantId;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app);
  });
  beforeEach(async () => {
    await admin.query(
      'truncate facturapi_answers_kept, sat_product_keys, stamping_calls, stamping_answers',
    );
    tenantId = (await makeTenant(admin)) as TenantId;
  });

  const signals = makeInvoiceSignals();
  /** FacturAPI is asked through the queue, and nobody answers there. */
  const asking = (waitMsMax = 50) =>
    productKeySearch({ db: app, lane: 0, watchCall: () => watchCall(signals) }, waitMsMax);
  const search = (q: string, known = true) => asking()({ tenantId, q, requestId: 'r', known });
  const codes = async (q: string) => (await search(q)).data.map(({ code }) => code);
  const keep = (q: string, data: readonly CatalogEntry[], complete: boolean, keysMax?: number) =>
    keepAnswer(app, q, { data, complete }, keysMax);
  const keptCodes = async () =>
    (await admin.query('select code from sat_product_keys order by code')).rows.map((r) => r.code);
  const callCount = async () => (await admin.query('select from stamping_calls')).rows.length;

  test('a new question is answered from the keys of earlier ones, by code and by name', async () => {
    await keep('tornillos', bolts, false);
    await keep('tuercas', nuts, false);
    assert.deepEqual(await codes('acero'), ['31161700', '31161501']);
    assert.deepEqual(await codes('MÁQUINA torni'), ['31161504']);
    assert.deepEqual(await codes('3116150'), ['31161501', '31161504']);
    assert.deepEqual(await codes('tor'), ['31161518', '31161501', '31161504']);
    assert.deepEqual(await codes('llos'), [], 'the middle of a word begins none');
    assert.equal(await callCount(), 0);
  });

  test('of whom nobody knows whether they are all, that is said', async () => {
    await keep('tornillos', bolts, false);
    assert.equal((await search('acero')).complete, false);
    assert.equal((await search('nada')).complete, false);
    assert.equal((await search('tornillos')).complete, false);
  });

  test('a key typed whole is all there is to know', async () => {
    await keep('tornillos', bolts, false);
    const answer = await search('31161504', false);
    assert.deepEqual(answer, { data: [bolts[1]], complete: true });
    assert.equal(await callCount(), 0);
  });

  test('more words than a complete answer had leave of it what they say, without a call', async () => {
    await keep('tornillos', bolts, true);
    assert.deepEqual(await search('tornillos', false), { data: bolts, complete: true });
    for (const q of ['tornillos maq', 'maquina tornillos', 'Tornillos de MÁQUINA']) {
      assert.deepEqual(await search(q, false), { data: [bolts[1]], complete: true }, q);
    }
    assert.equal(await callCount(), 0);
  });

  test('a complete answer to half a word, or one that leaves nothing, proves nothing', async () => {
    await keep('torn', [], true);
    await keep('tornillos', bolts, true);
    for (const q of ['tornasol', 'tornillos dorados']) {
      assert.equal((await search(q)).complete, false, q);
      await assert.rejects(search(q, false), isProblem(503, 'facturapi_did_not_answer'));
    }
    assert.equal(await callCount(), 2);
  });

  test('of an incomplete answer more words leave what is known, and FacturAPI is asked', async () => {
    await keep('tornillos', bolts, false);
    const answer = await search('tornillos maquina', false);
    assert.deepEqual(answer, { data: [bolts[1]], complete: false });
    assert.equal(await callCount(), 1);
  });

  test('when FacturAPI does not answer, what is known is told instead of an error', async () => {
    await keep('tornillos', bolts, false);
    const answer = await search('acero', false);
    assert.deepEqual(answer, { data: [bolts[0]], complete: false });
    assert.equal(await callCount(), 1);
  });

  test("FacturAPI's answer comes first, and what is known besides behind it", async () => {
    await keep('tuercas', nuts, false);
    const answer = asking(5_000)({ tenantId, q: 'acero', requestId: 'r' });
    await until(async () => (await callCount()) === 1);
    const body = {
      total_results: 1,
      data: [{ key: '31161501', description: 'Tornillos de acero' }],
    };
    await admin.query(
      `insert into stamping_answers (call_id, tenant_id, status, body)
       select id, tenant_id, 200, $1 from stamping_calls`,
      [body],
    );
    await admin.query(`update stamping_calls set state = 'done'`);
    signals.lookAgain();
    assert.deepEqual(await answer, { data: [bolts[0], nuts[0]], complete: true });
    assert.deepEqual(await search('acero tornillos'), { data: [bolts[0]], complete: true });
    assert.deepEqual(await keptCodes(), ['31161501', '31161700']);
  });

  test('so many are shown and no more', async () => {
    const many = Array.from({ length: keysShownMax + 1 }, (_, i) => ({
      code: String(10_000_000 + i),
      name: `Pieza ${i}`,
    }));
    await keep('pieza', many.slice(0, keysShownMax), false);
    assert.equal((await codes('piez')).length, keysShownMax);
    await keep('otra', many.slice(keysShownMax), false);
    assert.equal((await codes('piez')).length, keysShownMax);
  });

  test('so many keys are kept, and not one more; what is known is still brought up to date', async () => {
    await keep('a', bolts, false, 3);
    assert.equal((await keptCodes()).length, 3);
    await keep('b', nuts, false, 3);
    assert.deepEqual(await keptCodes(), ['31161501', '31161504', '31161518']);
    const renamed = { code: '31161518', name: 'Tornillería' };
    await keep('c', [renamed], false, 3);
    assert.deepEqual(await matchKeptKeys(app, 'tornilleria', 5), [renamed]);
    await keep('d', nuts, false, 4);
    assert.equal((await keptCodes()).length, 4);
  });

  test('a key that no answer has named for long is forgotten', async () => {
    await keep('tornillos', bolts, false);
    const age = (code: string, days: number) =>
      admin.query(
        `update sat_product_keys set seen_at = now() - $2 * interval '1 day' + interval '1 minute'
          where code = $1`,
        [code, days],
      );
    await age('31161501', keptKeyDaysMax);
    await age('31161504', keptKeyDaysMax + 1);
    await age('31161518', keptKeyDaysMax + 1);
    await keep('x', [bolts[2]!], false);
    assert.deepEqual(await keptCodes(), ['31161501', '31161518']);
  });

  test('what is no key of the catalogue is left out of an answer', async () => {
    const longest = 'n'.repeat(keyNameLengthMax);
    const answer = asking(5_000)({ tenantId, q: 'raro', requestId: 'r' });
    await until(async () => (await callCount()) === 1);
    const data = [
      { key: '1234567', description: 'corta' },
      { key: '123456789', description: 'larga' },
      { key: '12345678', description: longest },
      { key: '12345678', description: 'repetida' },
      { key: '87654321', description: `${longest}n` },
      { key: '87654322', description: ' ' },
      { key: "1'); --", description: 'hostil' },
      null,
    ];
    await admin.query(
      `insert into stamping_answers (call_id, tenant_id, status, body)
       select id, tenant_id, 200, $1 from stamping_calls`,
      [{ data }],
    );
    await admin.query(`update stamping_calls set state = 'done'`);
    signals.lookAgain();
    assert.deepEqual((await answer).data, [{ code: '12345678', name: 'repetida' }]);
  });

  test('hostile text matches nothing, and breaks nothing', async () => {
    await keep('tornillos', bolts, false);
    for (const q of ['%', '_', '\\', "'", '|', '🔩']) {
      assert.deepEqual((await search(q)).data, [], q);
    }
    assert.deepEqual(await codes('tor%'), await codes('tor'));
    assert.deepEqual(await codes('a '.repeat(50)), await codes('a'));
  });
});
