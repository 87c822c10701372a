import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import {
  makeTenant,
  ownLane,
  queueCall,
  testClient,
  testPool,
} from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { foldCustomerUses, usesBatchMax } from './customer-uses-store.ts';
import { type Find, finder } from './test-customer-search.ts';

const day = 1;

describe('whom a company invoices often and lately', () => {
  const cleanups = cleanupsOfBlock();
  let database: TestDatabase;
  let admin: pg.Pool;
  let app: pg.Pool;
  let find: Find;
  before(async () => {
    database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app);
    find = finder(app);
  });

  const names = ['ALFA NORTE', 'BETA NORTE', 'GAMA NORTE', 'DELTA NORTE'] as const;
  const company = async () => {
    const tenantId: TenantId = await makeTenant(admin);
    const ids = Object.fromEntries(names.map((name) => [name, newId()]));
    await app.query(
      `insert into customers (tenant_id, id, legal_name, tax_id, tax_system, zip)
       select $1, id, name, 'NOR900101AB' || nth, '601', '86991'
         from unnest($2::uuid[], $3::text[]) with ordinality as c(id, name, nth)`,
      [tenantId, Object.values(ids), Object.keys(ids)],
    );
    return { tenantId, ids };
  };
  const use = (tenantId: TenantId, id: string, times: number, daysAgo: number) =>
    admin.query(
      `insert into customer_uses (tenant_id, customer_id, used_at)
       select $1, $2, now() - $3 * interval '1 day' from generate_series(1, $4)`,
      [tenantId, id, daysAgo, times],
    );
  const order = async (tenantId: TenantId, typed = 'norte') =>
    (await find(tenantId, typed)).map((hit) => hit.legal_name.split(' ')[0]);
  const coldness = async (id: string) =>
    (
      await admin.query(
        `select array_agg(distinct coldness) as c from customer_words where customer_id = $1`,
        [id],
      )
    ).rows[0].c;

  test('an accepted invoice is noted with it, and counts from the next folding on', async () => {
    const { tenantId, ids } = await company();
    const { invoiceId } = await queueCall(admin, { tenantId, lane: ownLane() });
    await admin.query(
      `insert into invoices (tenant_id, id, type, status, series, folio_number, document, currency,
                             totals, total, date, customer_id)
       select tenant_id, uuidv7(), type, status, 'G', 1, document, currency, totals, total, date, $2
         from invoices where id = $1`,
      [invoiceId, ids['GAMA NORTE']],
    );
    assert.deepEqual(await order(tenantId), ['ALFA', 'BETA', 'DELTA', 'GAMA']);
    assert.deepEqual(await foldCustomerUses(app), { uses: 1, turned: 1 });
    assert.deepEqual(await order(tenantId), ['GAMA', 'ALFA', 'BETA', 'DELTA']);
    assert.deepEqual(await foldCustomerUses(app), { uses: 0, turned: 0 });
  });

  test('often counts more than once, and lately more than long ago, in every tier', async () => {
    const { tenantId, ids } = await company();
    await use(tenantId, ids['DELTA NORTE']!, 6, 0);
    await use(tenantId, ids['GAMA NORTE']!, 2, 0);
    await use(tenantId, ids['BETA NORTE']!, 6, 110 * day);
    await use(tenantId, ids['ALFA NORTE']!, 1, 125 * day);
    await foldCustomerUses(app);
    const wanted = ['DELTA', 'GAMA', 'BETA', 'ALFA'];
    for (const typed of ['norte', 'nor9', 'norteh', '']) {
      assert.deepEqual(await order(tenantId, typed), wanted, typed);
    }
    assert.deepEqual(await coldness(ids['DELTA NORTE']!), [0]);
    assert.deepEqual(await coldness(ids['ALFA NORTE']!), [3]);
  });

  test('uses add up over foldings as if they had been folded at once', async () => {
    const { tenantId, ids } = await company();
    const [parts, whole] = [ids['ALFA NORTE']!, ids['BETA NORTE']!];
    for (const days of [90, 30, 0]) {
      await use(tenantId, parts, 2, days);
      await foldCustomerUses(app);
      await use(tenantId, whole, 2, days);
    }
    await foldCustomerUses(app);
    const { rows } = await admin.query<{ apart: number }>(
      `select abs(extract(epoch from max(one_at) - min(one_at)))::float8 as apart
         from customer_heat where customer_id in ($1, $2)`,
      [parts, whole],
    );
    assert.ok(rows[0]!.apart < 60, `${rows[0]!.apart} s`);
  });

  test('the classes begin where they say', async () => {
    const { rows } = await admin.query(
      `select array_agg(timbra_coldness(now() + at) order by nth) as classes
         from unnest(array['60 days', '60 days -1 us', '0', '-1 us', '-120 days', '-120 days -1 us']::interval[])
              with ordinality as given(at, nth)`,
    );
    assert.deepEqual(rows[0].classes, [0, 1, 1, 2, 2, 3]);
  });

  test('what is not used any more cools down by itself, to nothing', async () => {
    const { tenantId, ids } = await company();
    const id = ids['GAMA NORTE']!;
    await use(tenantId, id, 5, 0);
    await foldCustomerUses(app);
    const later = async (days: number) => {
      await admin.query(
        `update customer_heat set one_at = one_at - $2 * interval '1 day',
                turns_at = turns_at - $2 * interval '1 day' where customer_id = $1`,
        [id, days],
      );
      await foldCustomerUses(app);
      return coldness(id);
    };
    assert.deepEqual(await coldness(id), [0]);
    assert.deepEqual(await later(30), [1]);
    assert.deepEqual(await later(60), [2]);
    assert.deepEqual(await later(120), [3]);
    const { rows } = await admin.query('select from customer_heat where customer_id = $1', [id]);
    assert.equal(rows.length, 0);
  });

  test('a renamed customer keeps its place in the ranking', async () => {
    const { tenantId, ids } = await company();
    await use(tenantId, ids['GAMA NORTE']!, 3, 0);
    await foldCustomerUses(app);
    await app.query(`update customers set legal_name = 'OMEGA NORTE' where id = $1`, [
      ids['GAMA NORTE'],
    ]);
    assert.equal((await order(tenantId))[0], 'OMEGA');
    assert.equal((await find(tenantId, 'norte')).length, 4);
  });

  test('one that is being renamed is left for later, and no key is lost', async () => {
    const { tenantId, ids } = await company();
    const id = ids['GAMA NORTE']!;
    const writer = await testClient(cleanups, database.app);
    await writer.query('begin');
    await writer.query(`update customers set legal_name = 'SIGMA NORTE' where id = $1`, [id]);
    await use(tenantId, id, 3, 0);
    assert.deepEqual(await foldCustomerUses(app), { uses: 3, turned: 0 });
    await writer.query('commit');
    assert.deepEqual(await foldCustomerUses(app), { uses: 0, turned: 1 });
    assert.deepEqual(await order(tenantId), ['SIGMA', 'ALFA', 'BETA', 'DELTA']);
    assert.deepEqual(await coldness(id), [1]);
  });

  test('more than a batch is folded in batches, and two foldings at once count nothing twice', async () => {
    const { tenantId, ids } = await company();
    await use(tenantId, ids['BETA NORTE']!, usesBatchMax + 1, 0);
    const both = await Promise.all([foldCustomerUses(app), foldCustomerUses(app)]);
    const rest = await foldCustomerUses(app);
    assert.equal(both[0].uses + both[1].uses + rest.uses, usesBatchMax + 1);
    const { rows } = await admin.query<{ points: number }>(
      `select power(2, extract(epoch from one_at - now()) / 2592000)::float8 as points
         from customer_heat where customer_id = $1`,
      [ids['BETA NORTE']],
    );
    assert.ok(Math.abs(rows[0]!.points - usesBatchMax - 1) < 1, String(rows[0]!.points));
  });

  test('what was used ages ago overflows nothing', async () => {
    const { tenantId, ids } = await company();
    await use(tenantId, ids['ALFA NORTE']!, 1, 365_000);
    await foldCustomerUses(app);
    await use(tenantId, ids['ALFA NORTE']!, 1, 0);
    await foldCustomerUses(app);
    assert.deepEqual(await coldness(ids['ALFA NORTE']!), [2]);
  });
});
