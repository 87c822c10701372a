import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import { makeTenant, testPool } from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { type InvoiceSignals, makeInvoiceSignals, watchCall } from '../invoices/invoice-signals.ts';
import { priorities } from '../stamping/queue/priorities.ts';
import { searchesOpenMax } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { foldQuery, productKeySearch, type SearchOptions } from './search-product-keys.ts';

const found = {
  page: 1,
  data: [
    { key: '50201706', description: 'Café', score: 1 },
    { key: 7, description: 'malformed' },
    { key: '50201709', description: 'Café instantáneo', score: 0.5 },
  ],
};
const entries = [
  { code: '50201706', name: 'Café' },
  { code: '50201709', name: 'Café instantáneo' },
];
/** FacturAPI did not say how many there are. */
const answered = { data: entries, complete: false };

describe('searching product keys, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let tenantId: TenantId;
  let signals: InvoiceSignals;
  let options: SearchOptions;
  let search: ReturnType<typeof productKeySearch>;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app, 8);
  });
  beforeEach(async () => {
    await admin.query(
      'truncate facturapi_answers_kept, sat_product_keys, stamping_calls, stamping_answers',
    );
    tenantId = await makeTenant(admin);
    signals = makeInvoiceSignals();
    options = { db: app, lane: 0, watchCall: () => watchCall(signals) };
    search = productKeySearch(options);
  });

  const ask = (q: string, o: { of?: TenantId; by?: typeof search } = {}) =>
    (o.by ?? search)({ tenantId: o.of ?? tenantId, q, requestId: 'request-1' });
  const calls = async () =>
    (await admin.query('select * from stamping_calls order by id')).rows as any[];
  const oneCall = async () => {
    await until(async () => (await calls()).length > 0);
    return (await calls()).at(-1);
  };
  /** As the stamper ends a call: the answer kept, then the notification. */
  async function end(state: string, answer?: { status: number; body: unknown }) {
    const call = await oneCall();
    if (answer) {
      await admin.query(
        'insert into stamping_answers (call_id, tenant_id, status, body) values ($1, $2, $3, $4)',
        [call.id, call.tenant_id, answer.status, answer.body],
      );
    }
    await admin.query('update stamping_calls set state = $2 where id = $1', [call.id, state]);
    signals.received(
      JSON.stringify({
        tenant: call.tenant_id,
        invoice: null,
        kind: 'search_catalog',
        call_id: call.id,
        status: null,
      }),
    );
  }

  test('it is asked through the queue, ahead of everything, as long as somebody waits', async () => {
    const answer = ask('  Café ');
    const call = await oneCall();
    assert.deepEqual(
      [call.kind, call.lane, call.priority, call.invoice_id, call.request_id],
      ['search_catalog', 0, priorities.read, null, 'request-1'],
    );
    assert.deepEqual(call.request, { catalog: 'products', q: 'Café' });
    const waitsMs = call.expires_at - call.created_at;
    assert.ok(waitsMs > 7_000 && waitsMs < 9_000, String(waitsMs));
    await end('done', { status: 200, body: found });
    assert.deepEqual(await answer, answered);
  });

  test('an answer serves everybody for a day, however they spell it', async () => {
    const answer = ask('café');
    await end('done', { status: 200, body: found });
    await answer;
    const of = (await makeTenant(admin)) as TenantId;
    assert.deepEqual(await ask('  CAFE', { of }), answered);
    assert.equal((await calls()).length, 1);
  });

  test('after a day it is asked again, and the new answer takes the place of the old', async () => {
    await admin.query(
      `insert into facturapi_answers_kept values ('products', 'cafe', '[]', now() - interval '25 h')`,
    );
    const answer = ask('café');
    await end('done', { status: 200, body: found });
    assert.deepEqual(await answer, answered);
    assert.deepEqual(await ask('café'), answered);
    assert.equal((await calls()).length, 1);
  });

  test('several people of a company who ask the same at once make one call', async () => {
    const answers = Promise.all([ask('café'), ask('cafe'), ask('CAFÉ')]);
    await end('done', { status: 200, body: found });
    for (const answer of await answers) assert.deepEqual(answer, answered);
    assert.equal((await calls()).length, 1);
  });

  test('an attempt that will be repeated is waited for', async () => {
    const answer = ask('café');
    await end('delayed');
    await end('done', { status: 200, body: found });
    assert.deepEqual(await answer, answered);
  });

  test('when nobody answers in time it is a 503, and the next one asks anew', async () => {
    const by = productKeySearch(options, 50);
    for (const times of [1, 2]) {
      await assert.rejects(ask('café', { by }), isProblem(503, 'facturapi_did_not_answer'));
      assert.equal((await calls()).length, times);
    }
  });

  for (const state of ['done', 'dead']) {
    test(`a call that ends ${state} without an answer is not waited for any longer`, async () => {
      const answer = ask('café');
      await Promise.all([
        assert.rejects(answer, isProblem(503, 'facturapi_did_not_answer')),
        end(state),
      ]);
    });
  }

  test('a refused question is told, and not kept', async () => {
    const answer = ask('café');
    await Promise.all([
      assert.rejects(answer, isProblem(422, 'search_refused')),
      end('done', { status: 400, body: { code: 'invalid_request' } }),
    ]);
    const { rows } = await admin.query('select from facturapi_answers_kept');
    assert.equal(rows.length, 0);
  });

  test("another company's answer to a call is not read", async () => {
    const by = productKeySearch(options, 300);
    const answer = ask('café', { by });
    const call = await oneCall();
    await admin.query('update stamping_calls set tenant_id = $2 where id = $1', [
      call.id,
      await makeTenant(admin),
    ]);
    await Promise.all([
      assert.rejects(answer, isProblem(503, 'facturapi_did_not_answer')),
      end('done', { status: 200, body: found }),
    ]);
  });

  test('a company asks for so much at once, and no more; another one may', async () => {
    const by = productKeySearch(options, 2_000);
    const asked = Array.from({ length: searchesOpenMax }, (_, i) => ask(`palabra ${i}`, { by }));
    const ended = Promise.allSettled(asked);
    await until(async () => (await calls()).length === searchesOpenMax);
    await assert.rejects(ask('otra', { by }), isProblem(429, 'too_many_searches'));
    const of = (await makeTenant(admin)) as TenantId;
    const other = ask('otra', { by, of });
    await until(async () => (await calls()).length === searchesOpenMax + 1);
    signals.close();
    await Promise.allSettled([other, ended]);
  });

  test('a worker that stops answers at once', { timeout: 5_000 }, async () => {
    const answer = ask('café');
    await oneCall();
    signals.close();
    await assert.rejects(answer, isProblem(503, 'facturapi_did_not_answer'));
  });

  test('nothing but blanks finds nothing, and asks nobody', async () => {
    for (const q of ['   ', '¿?']) assert.deepEqual(await ask(q), { data: [], complete: true });
    assert.equal((await calls()).length, 0);
    assert.equal(foldQuery(' Ñandú  GRANDE-S.A. '), 'nandu grande sa');
  });
});
