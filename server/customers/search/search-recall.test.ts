import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testPool } from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { seedCustomers } from '../seed/seed-customers.ts';
import { type Known, madeUpQueries, type QueryKind, queryKinds } from './made-up-queries.ts';
import { type Find, finder } from './test-customer-search.ts';

const customers = 4_000;
const each = 60;

/** How many of a hundred have the meant customer among the first 20; lower is a step back. */
const floors: Readonly<Record<QueryKind, number>> = {
  name_start: 92,
  two_words: 95,
  one_word: 80,
  tax_id_start: 99,
  email_start: 95,
  typo_one_word: 71,
  typo_two_words: 90,
};

describe('whom the search finds in a directory of thousands', () => {
  const cleanups = cleanupsOfBlock();
  let find: Find;
  let tenantId: TenantId;
  let known: readonly Known[];
  before(async () => {
    const database = await testDatabase(cleanups);
    const admin = testPool(cleanups, database.admin);
    find = finder(testPool(cleanups, database.app));
    tenantId = await makeTenant(admin);
    await seedCustomers(admin, tenantId, { count: customers, seed: 21, newId });
    await admin.query('vacuum analyze customers, customer_words, search_vocabulary');
    const { rows } = await admin.query<Known>(
      'select id, legal_name, tax_id, email from customers where tenant_id = $1 order by legal_name, tax_id',
      [tenantId],
    );
    known = rows;
  });

  for (const kind of queryKinds) {
    test(`${kind}: at least ${floors[kind]} of 100 among the first twenty`, async (t) => {
      const queries = madeUpQueries(known, 5, each).filter((query) => query.kind === kind);
      let found = 0;
      for (const { typed, meant } of queries) {
        const hits = await find(tenantId, typed);
        if (hits.some((hit) => hit.id === meant)) found += 1;
      }
      const share = (100 * found) / queries.length;
      t.diagnostic(`${share.toFixed(1)} of 100`);
      assert.ok(share >= floors[kind], `${share.toFixed(1)} of 100`);
    });
  }
});
