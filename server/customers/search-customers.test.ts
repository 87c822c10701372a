import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { makeTenant, testPool } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { customerDirectory, type Directory } from './customers.ts';

const names = [
  ['Núñez Ávila Peña', 'NUAP800101AB1', 'nunez@correo.mx'],
  ['ABARROTES DEL NORTE', 'ANO900101AB2', 'ventas@norte.mx'],
  ['COMERCIAL NORTE', 'CNO900101AB3', null],
  ['NORTE Y SUR', 'NYS900101AB4', 'contacto@norte-sur.mx'],
  ['CASA & HOGAR', 'C&H900101AB5', null],
  ["O'DONNELL Y HERMANOS", 'OHE900101AB6', null],
  ['100% NATURAL', 'NAT900101AB7', null],
  ['ALGO QUE NOMBRA A ANO900101AB2', 'AQN900101AB8', null],
] as const;

describe('searching customers, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let directory: Directory;
  let tenantId: TenantId;
  let admin: pg.Pool;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    directory = customerDirectory({ db: kyselyOver(testPool(cleanups, database.app)), newId });
    tenantId = await makeTenant(admin);
    await insert(tenantId, names);
  });

  /** By hand: some of these names the rules of the directory would not let in. */
  async function insert(tenant: TenantId, rows: ReadonlyArray<readonly (string | null)[]>) {
    for (const [name, rfc, email] of rows) {
      await admin.query(
        `insert into customers (tenant_id, id, legal_name, tax_id, tax_system, email, zip)
         values ($1, $2, $3, $4, '601', $5, '86991')`,
        [tenant, newId(), name, rfc, email],
      );
    }
  }
  const search = async (query: string, limit = 20, tenant = tenantId) =>
    (await directory.search(tenant, query, limit)).map((customer) => customer.legal_name);

  test('accents and case make no difference, in what is typed nor in what is kept', async () => {
    for (const query of ['nunez', 'NÚÑEZ', 'Ñuñez', 'avila pena', 'PEÑA', 'Nuñéz ÁVILA']) {
      assert.deepEqual(await search(query), ['Núñez Ávila Peña'], query);
    }
  });

  test('every word must be somewhere, in any order, in name, RFC or e-mail', async () => {
    assert.deepEqual(await search('pena nunez'), ['Núñez Ávila Peña']);
    assert.deepEqual(await search('nuap 8001 correo'), ['Núñez Ávila Peña']);
    assert.deepEqual(await search('nunez norte'), []);
  });

  test('part of a word is enough: people type as they read', async () => {
    assert.deepEqual(await search('arrot'), ['ABARROTES DEL NORTE']);
    assert.deepEqual(await search('nat9'), ['100% NATURAL']);
  });

  test('names that start as typed come first, then the rest by name', async () => {
    assert.deepEqual(await search('norte'), [
      'NORTE Y SUR',
      'ABARROTES DEL NORTE',
      'COMERCIAL NORTE',
    ]);
  });

  test('an RFC typed whole comes before all that only name it', async () => {
    assert.deepEqual(await search('ano900101ab2'), [
      'ABARROTES DEL NORTE',
      'ALGO QUE NOMBRA A ANO900101AB2',
    ]);
    assert.deepEqual(await search(' ANO900101AB2 '), await search('ano900101ab2'));
  });

  test('nothing typed shows the directory by name', async () => {
    const all = await search('');
    assert.equal(all.length, names.length);
    assert.deepEqual(await search('   '), all);
  });

  test('no more than was asked for', async () => {
    assert.equal((await search('', 3)).length, 3);
    assert.deepEqual(await search('norte', 1), ['NORTE Y SUR']);
  });

  test('signs that names hold are found as people write them', async () => {
    assert.deepEqual(await search('casa & hogar'), ['CASA & HOGAR']);
    assert.deepEqual(await search('c&h9'), ['CASA & HOGAR']);
    assert.deepEqual(await search("o'donnell"), ["O'DONNELL Y HERMANOS"]);
    assert.deepEqual(await search('odonnell'), ["O'DONNELL Y HERMANOS"]);
    assert.deepEqual(await search('100%'), ['100% NATURAL']);
  });

  test('no sign is a pattern: each counts as a blank', async () => {
    for (const sign of ['%', '_', '|', '~', '\\', '*', '^', '$', '[', '(', '?', '+', '"', '💥']) {
      assert.deepEqual(await search(`n${sign}rte`), await search('n rte'), sign);
      assert.deepEqual(await search(`${sign}norte${sign}`), await search('norte'), sign);
    }
  });

  test('hostile text finds nothing and breaks nothing', async () => {
    const quoted = ["' or '1'='1", "'; drop table customers; --", '\\', "\\'; --", '$1', ':x'];
    for (const query of [...quoted, '💥 norte', 'norte\n💥', '\u202enorte', '\ud800x']) {
      assert.ok(Array.isArray(await search(query)), query);
    }
    assert.equal((await search('')).length, names.length);
  });

  test("whatever is typed, another company's customers are not seen", async () => {
    const stranger = await makeTenant(admin);
    await insert(stranger, [['DE OTRA EMPRESA NORTE', 'XAXX010101000', 'otra@norte.mx']]);
    const queries = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom('', 'de otra empresa', 'XAXX010101000', 'otra@norte.mx', '%', "' or true --"),
    );
    await fc.assert(
      fc.asyncProperty(
        queries.filter((query) => !query.includes('\u0000')),
        async (query) => {
          const found = await search(query);
          assert.ok(!found.includes('DE OTRA EMPRESA NORTE'));
          // The other way round nothing of ours is seen.
          const theirs = await search(query, 20, stranger);
          assert.ok(theirs.every((name) => name === 'DE OTRA EMPRESA NORTE'));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('any customer is found by any part of its name that has a letter', async () => {
    const parts = fc
      .tuple(fc.nat(names.length - 1), fc.nat(30), fc.nat(30))
      .map(([which, a, b]) => [names[which]![0], Math.min(a, b), Math.max(a, b) + 1] as const)
      .filter(([name, from, to]) => /[a-z]/i.test(name.slice(from, to)));
    await fc.assert(
      fc.asyncProperty(parts, async ([name, from, to]) => {
        assert.ok((await search(name.slice(from, to))).includes(name));
      }),
      { numRuns: 150 },
    );
  });

  test('letters with their accents apart, as macOS writes them, are the same letters', async () => {
    const company = await makeTenant(admin);
    await insert(company, [['José Pérez'.normalize('NFD'), 'PEPJ800101AB1', null]]);
    for (const query of [
      'perez',
      'José',
      'pérez'.normalize('NFD'),
      'JOSÉ PÉREZ'.normalize('NFD'),
    ]) {
      assert.equal((await search(query, 20, company)).length, 1, query);
    }
  });

  test('only signs that no name holds find nobody, not everybody', async () => {
    for (const query of ['💥', '%', '~ | \\']) assert.deepEqual(await search(query), [], query);
  });
});
