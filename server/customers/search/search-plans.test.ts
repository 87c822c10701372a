import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testClient, testPool } from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { seedCustomers } from '../seed/seed-customers.ts';
import { searchStatement } from './customer-search-store.ts';

const count = 3_000;
/** Where PostgreSQL would leave a custom plan for a generic one, were it free to choose. */
const sixth = 6;

describe('the plans of the search, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let client: pg.Client;
  let tenantId: TenantId;
  const notices: string[] = [];
  before(async () => {
    const database = await testDatabase(cleanups);
    const admin = testPool(cleanups, database.admin);
    tenantId = await makeTenant(admin);
    await seedCustomers(admin, tenantId, { count, seed: 11, newId });
    await admin.query('vacuum analyze');
    client = await testClient(cleanups, database.admin);
    await client.query(`load 'auto_explain'`);
    for (const [name, value] of [
      ['auto_explain.log_min_duration', '0'],
      ['auto_explain.log_nested_statements', 'on'],
      ['auto_explain.log_level', 'notice'],
    ]) {
      await client.query('select set_config($1, $2, false)', [name, value]);
    }
    await client.query('set role timbra_app');
    client.on('notice', ({ message }) => notices.push(message ?? ''));
  });

  /** The scans of tables in all that a search runs, from its sixth call on. */
  const scansOf = async (typed: string) => {
    for (let call = 1; call <= sixth + 1; call += 1) {
      if (call === sixth) notices.length = 0;
      await client.query(searchStatement(tenantId, typed, 20) as pg.QueryConfig);
    }
    const lines = notices.flatMap((notice) => notice.split('\n')).map((line) => line.trim());
    const scans = lines.filter(
      (line) =>
        /Scan/.test(line) && !/Function Scan|Subquery Scan|CTE Scan|WorkTable Scan/.test(line),
    );
    return new Set(scans.map((line) => line.replace(/^->\s+/, '').replace(/\s+\(cost.*/, '')));
  };

  const keys = 'Index Only Scan using customer_words_pkey on customer_words w';
  const customers = 'Index Scan using customers_pkey on customers c';
  const tiers: ReadonlyArray<readonly [string, string]> = [
    ['tax_id', 'URE180429TM6'],
    ['tax_id_prefix', 'URE18'],
    ['email', 'facturas@robotica'],
    ['name_start', 'universidad rob'],
    ['words', 'robotica universidad'],
    ['words of one', 'garcia'],
    ['nothing typed', ''],
  ];
  for (const [tier, typed] of tiers) {
    test(`${tier}: by the index alone, and the customers by their key`, async () => {
      assert.deepEqual([...(await scansOf(typed))].sort(), [keys, customers]);
    });
  }

  test('typo: the words by their index alone, in every way of looking for them', async () => {
    for (const typed of ['robotixa', 'univercidad', 'universidda robotca', 'zzyzxqwv']) {
      const scans = await scansOf(typed);
      for (const scan of scans) {
        assert.match(
          scan,
          /^(Index Only Scan using (customer_words_pkey|search_vocabulary_by_sound) on|Index Scan using customers_pkey on)/,
          typed,
        );
      }
      assert.ok(
        [...scans].some((scan) => scan.includes('search_vocabulary')),
        typed,
      );
    }
  });
});
