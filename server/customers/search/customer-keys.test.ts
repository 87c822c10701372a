import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testClient, testPool } from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { type Find, finder } from './test-customer-search.ts';

describe('what can be typed for a customer', () => {
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

  const insert = (db: Pick<pg.ClientBase, 'query'>, tenantId: TenantId, names: readonly string[]) =>
    db.query(
      `insert into customers (tenant_id, id, legal_name, tax_id, tax_system, email, zip)
       select $1, id, name, 'XAXX010101000', '601', 'uno@correo.mx', '86991'
         from unnest($2::uuid[], $3::text[]) as c(id, name)`,
      [tenantId, names.map(() => newId()), names],
    );
  const keysBeside = async (tenantId: TenantId) => {
    const { rows } = await admin.query<{ kept: string[]; wanted: string[] }>(
      `select array(select key || ' ' || customer_id from customer_words
                     where tenant_id = $1 order by 1) as kept,
              array(select key || ' ' || id
                      from customers, timbra_customer_keys(legal_name, tax_id, email) key
                     where tenant_id = $1 and archived_at is null order by 1) as wanted`,
      [tenantId],
    );
    return rows[0]!;
  };

  test('it is that of its data now, however it was written, changed, archived and removed', async () => {
    const words = fc.constantFrom('ANA', 'LUZ', 'DE LA', 'ÑANDÚ', 'C&A', 'S.A.', 'luz');
    const names = fc.array(words, { minLength: 1, maxLength: 4 }).map((some) => some.join(' '));
    const changes = fc.array(
      fc.oneof(
        fc.record({ what: fc.constant('insert'), names: fc.array(names, { maxLength: 4 }) }),
        fc.record({ what: fc.constantFrom('rename', 'both', 'same'), names: fc.tuple(names) }),
        fc.record({ what: fc.constantFrom('archive', 'restore', 'remove'), names: fc.tuple() }),
      ),
      { minLength: 1, maxLength: 8 },
    );
    const some =
      'tenant_id = $1 and id in (select id from customers where tenant_id = $1 order by md5(id::text) limit 2)';
    const statements: Record<string, string> = {
      rename: `update customers set legal_name = $2 where ${some}`,
      both: `update customers set legal_name = $2, tax_id = 'URE180429TM6', email = null where ${some}`,
      same: `update customers set phone = $2 where ${some}`,
      archive: `update customers set archived_at = now() where ${some}`,
      restore: 'update customers set archived_at = null where tenant_id = $1',
      remove: `delete from customers where ${some}`,
    };
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const tenantId: TenantId = await makeTenant(admin);
        for (const { what, names: given } of list) {
          if (what === 'insert') await insert(app, tenantId, given);
          else await app.query(statements[what]!, [tenantId, ...given]);
        }
        const { kept, wanted } = await keysBeside(tenantId);
        assert.deepEqual(kept, wanted);
      }),
      { numRuns: 40 },
    );
  });

  test('two imports with the same new words in other orders do not wait for each other', async () => {
    const tenantId: TenantId = await makeTenant(admin);
    const [one, two] = [
      await testClient(cleanups, database.app),
      await testClient(cleanups, database.app),
    ];
    for (const client of [one, two]) {
      await client.query(`set lock_timeout = '5s'`);
      await client.query('begin');
    }
    await insert(one, tenantId, ['PALABRA PRIMERA', 'PALABRA TERCERA']);
    await insert(two, tenantId, ['PALABRA SEGUNDA', 'PALABRA CUARTA']);
    await insert(one, tenantId, ['PALABRA SEGUNDA', 'PALABRA CUARTA']);
    await insert(two, tenantId, ['PALABRA PRIMERA', 'PALABRA TERCERA']);
    for (const client of [one, two]) await client.query('commit');
    assert.equal((await find(tenantId, 'palabra')).length, 8);
    assert.equal((await find(tenantId, 'pelabra segumda')).length, 2);
  });

  test('corrections are made of the words of the company alone', async () => {
    const [ours, theirs]: TenantId[] = [await makeTenant(admin), await makeTenant(admin)];
    await insert(app, theirs!, ['ZAPATERÍA ZACATECANA']);
    await insert(app, ours!, ['ZAPATOS FINOS']);
    assert.equal((await find(theirs!, 'zapateira')).length, 1);
    assert.deepEqual(await find(ours!, 'zapateira'), []);
  });

  test('the app role writes no keys, and sees those of the company that is set and no others', async () => {
    const [one, two]: TenantId[] = [await makeTenant(admin), await makeTenant(admin)];
    for (const tenantId of [one!, two!]) await insert(app, tenantId, ['ABARROTES LA LUZ']);
    const client = await testClient(cleanups, database.app);
    const seen = async (table: string) => {
      const { rows } = await client.query(`select distinct tenant_id from ${table}`);
      return rows.map((row) => row.tenant_id);
    };
    for (const table of ['customer_words', 'search_vocabulary']) {
      assert.deepEqual(await seen(table), [], table);
      await client.query('begin');
      await client.query(`select set_config('timbra.tenant', $1, true)`, [two]);
      assert.deepEqual(await seen(table), [two], table);
      await client.query('commit');
      await assert.rejects(client.query(`delete from ${table}`), { code: '42501' });
      await assert.rejects(client.query(`insert into ${table} default values`), { code: '42501' });
    }
    for (const table of ['customer_heat', 'customer_uses']) {
      await assert.rejects(client.query(`select from ${table}`), { code: '42501' });
    }
  });

  test('a search leaves no company set behind it, and a tier that forgot its own finds nobody', async () => {
    const [one, two]: TenantId[] = [await makeTenant(admin), await makeTenant(admin)];
    for (const tenantId of [one!, two!]) await insert(app, tenantId, ['ABARROTES LA LUZ']);
    const client = await testClient(cleanups, database.app);
    await client.query('select timbra_search_customers($1, $2, 20)', [one, 'abarrotes']);
    const { rows } = await client.query(`select current_setting('timbra.tenant', true) as set`);
    assert.ok(!rows[0].set);
    await client.query('begin');
    await client.query(`select set_config('timbra.tenant', $1, true)`, [one]);
    const from = (tenantId: TenantId) =>
      client.query(
        `select cardinality(timbra_customers_from($1, '^ abarrotes', 20, '{}', 4, '')) as n`,
        [tenantId],
      );
    assert.equal((await from(one!)).rows[0].n, 1);
    assert.equal((await from(two!)).rows[0].n, 0);
    await client.query('commit');
  });
});
