import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testPool } from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { type Find, finder, type Hit } from './test-customer-search.ts';

type Row = readonly [name: string, rfc: string, email?: string];
const directory: readonly Row[] = [
  ['Núñez Ávila Peña', 'NUAP800101AB1', 'nunez@correo.mx'],
  ['ABARROTES DEL NORTE', 'ANO900101AB2', 'Ventas@Norte.mx'],
  ['COMERCIAL NORTE', 'CNO900101AB3'],
  ['NORTE Y SUR', 'NYS900101AB4', 'contacto@norte-sur.mx'],
  ['CASA & HOGAR', 'C&H900101AB5'],
  ["O'DONNELL Y HERMANOS", 'OHE900101AB6'],
  ['100% NATURAL', 'NAT900101AB7'],
  ['ALGO QUE NOMBRA A ANO900101AB2', 'AQN900101AB8'],
  ['GONZÁLEZ HERNÁNDEZ ROSA', 'GOHR800101AB9'],
  ['DEL VALLE Y DELGADO', 'VAD900101AB0'],
  ['GARCÍA GARCÍA GARCILASO', 'GAGG800101AB1'],
];

describe('searching customers, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let find: Find;
  let tenantId: TenantId;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    find = finder(testPool(cleanups, database.app));
    tenantId = await makeTenant(admin);
    await insert(tenantId, directory);
  });

  /** By hand: some of these names the rules of the directory would not let in. */
  const insert = async (tenant: TenantId, rows: readonly Row[]) => {
    for (const [name, rfc, email] of rows) {
      await admin.query(
        `insert into customers (tenant_id, id, legal_name, tax_id, tax_system, email, zip)
         values ($1, $2, $3, $4, '601', $5, '86991')`,
        [tenant, newId(), name, rfc, email ?? null],
      );
    }
  };
  const named = async (typed: string, limit = 20, tenant = tenantId) =>
    (await find(tenant, typed, limit)).map((hit) => hit.legal_name);
  const tiers = async (typed: string) =>
    (await find(tenantId, typed)).map((hit) => `${hit.match.tier} ${hit.legal_name}`);
  const marked = (hit: Hit) =>
    hit.match.ranges.map((r) => hit[r.field]!.slice(r.start, r.start + r.length));

  test('accents and case make no difference, in what is typed nor in what is kept', async () => {
    for (const typed of ['nunez', 'NÚÑEZ', 'Ñuñez', 'PEÑA', 'Nuñéz ÁVILA', 'avila pena']) {
      assert.deepEqual(await named(typed), ['Núñez Ávila Peña'], typed);
    }
    assert.deepEqual(await named('José'.normalize('NFD')), await named('jose'));
  });

  test('an RFC typed whole comes first, then what only names it; blanks and hyphens are nothing', async () => {
    const wanted = ['tax_id ABARROTES DEL NORTE', 'words ALGO QUE NOMBRA A ANO900101AB2'];
    assert.deepEqual(await tiers('ano900101ab2'), wanted);
    assert.deepEqual(await tiers(' ANO900101AB2 '), wanted);
    assert.deepEqual((await tiers('ANO-900101-AB2'))[0], wanted[0]);
  });

  test('the beginning of an RFC is enough, with & and with digits', async () => {
    assert.deepEqual(await tiers('nuap80'), ['tax_id_prefix Núñez Ávila Peña']);
    assert.deepEqual(await tiers('c&h9'), ['tax_id_prefix CASA & HOGAR']);
  });

  test('letters alone show five customers by RFC at the most, before the names', async () => {
    const company: TenantId = await makeTenant(admin);
    await insert(company, [
      ['TEJIDOS ABRIL', 'TEA900101AB1'],
      ...Array.from({ length: 6 }, (_, i): Row => [`EMPRESA ${i}`, `TEA90010${i}AB2`]),
    ]);
    const hits = await find(company, 'tea');
    assert.equal(hits.filter((hit) => hit.match.tier === 'tax_id_prefix').length, 5);
    assert.equal((await find(company, 'tea9')).length, 7);
  });

  test('e-mails are found by their beginning once there is an @', async () => {
    assert.deepEqual(await tiers('VENTAS@nor'), ['email ABARROTES DEL NORTE']);
    assert.deepEqual(await tiers('ventas@norte.mx '), ['email ABARROTES DEL NORTE']);
    assert.deepEqual(await named('ventas@otro'), []);
  });

  test('names that start as typed come first, then words anywhere, each once, in a fixed order', async () => {
    const wanted = ['name_start NORTE Y SUR', 'words ABARROTES DEL NORTE', 'words COMERCIAL NORTE'];
    for (let i = 0; i < 3; i += 1) assert.deepEqual(await tiers('norte'), wanted);
    assert.deepEqual(await named('garcia'), ['GARCÍA GARCÍA GARCILASO']);
    assert.deepEqual(await named('garc garcil'), ['GARCÍA GARCÍA GARCILASO']);
  });

  test('every word counts, as the beginning of a word, in any order', async () => {
    assert.deepEqual(await tiers('pen nun'), ['words Núñez Ávila Peña']);
    assert.deepEqual(await tiers('hernandez gon'), ['words GONZÁLEZ HERNÁNDEZ ROSA']);
    assert.deepEqual(await named('nunez norte'), []);
    assert.deepEqual(await named('del valle de'), ['DEL VALLE Y DELGADO']);
  });

  test('company suffixes and articles that are not kept do not hide a customer', async () => {
    for (const typed of [
      'Comercial Norte, S.A. de C.V.',
      'comercial norte s de rl',
      'el comercial',
    ]) {
      assert.deepEqual((await named(typed))[0], 'COMERCIAL NORTE', typed);
    }
  });

  test('signs that names hold are found as people write them', async () => {
    for (const typed of ['casa & hogar', 'casa hogar', 'casa y hogar']) {
      assert.deepEqual(await named(typed), ['CASA & HOGAR'], typed);
    }
    for (const typed of ["o'donnell", 'odonnell', 'O’Donnell'.replace('’', "'")]) {
      assert.deepEqual(await named(typed), ["O'DONNELL Y HERMANOS"], typed);
    }
    assert.deepEqual((await named('100%'))[0], '100% NATURAL');
  });

  test('what is misspelt is found, by sound, by a missing letter and by two that changed places', async () => {
    for (const typed of [
      'gonsales',
      'gozález',
      'gonzlaez',
      'ernandes',
      'gonzalez ernandez rossa',
    ]) {
      assert.deepEqual(await tiers(typed), ['typo GONZÁLEZ HERNÁNDEZ ROSA'], typed);
    }
    for (const typed of ['avarrotes', 'varrotes']) {
      assert.deepEqual(await tiers(typed), ['typo ABARROTES DEL NORTE'], typed);
    }
  });

  test('nothing is corrected when enough was found, nor in an RFC', async () => {
    assert.ok((await tiers('norte')).every((hit) => !hit.startsWith('typo')));
    assert.deepEqual(await named('nuap80x'), []);
  });

  test('what was matched is told by place, in the text as it is kept', async () => {
    const cases: ReadonlyArray<readonly [string, string, readonly string[]]> = [
      ['ano900101ab2', 'ABARROTES DEL NORTE', ['ANO900101AB2']],
      ['ventas@no', 'ABARROTES DEL NORTE', ['Ventas@No']],
      ['nunez avi', 'Núñez Ávila Peña', ['Núñez Ávi']],
      ['pen nun', 'Núñez Ávila Peña', ['Peñ', 'Núñ']],
      ['odonn', "O'DONNELL Y HERMANOS", ["O'DONN"]],
      ['natural', '100% NATURAL', ['NATURAL']],
      ['gonsales', 'GONZÁLEZ HERNÁNDEZ ROSA', ['GONZÁLEZ']],
    ];
    for (const [typed, name, marks] of cases) {
      const hit = (await find(tenantId, typed))[0]!;
      assert.deepEqual([hit.legal_name, marked(hit)], [name, marks], typed);
    }
  });

  test('places are UTF-16 units, beyond dots, emoji and accents that stand apart', async () => {
    const company: TenantId = await makeTenant(admin);
    const names = ['J. R. PÉREZ 💥 GÓMEZ RUIZ', 'José Pérez Gómez'.normalize('NFD')];
    await insert(
      company,
      names.map((name, i): Row => [name, `PEGJ80010${i}AB1`]),
    );
    for (const hit of await find(company, 'gomez')) {
      assert.equal(marked(hit)[0]!.normalize('NFC').toUpperCase(), 'GÓMEZ', hit.legal_name);
    }
    assert.equal((await find(company, 'gomez')).length, 2);
  });

  test('nothing typed shows the directory by name, and no more than was asked for', async () => {
    const all = await named('');
    assert.equal(all.length, directory.length);
    assert.deepEqual(await named('   '), all);
    assert.deepEqual(await named('', 3), all.slice(0, 3));
    assert.equal((await named('norte', 1)).length, 1);
  });

  test('hostile text finds nothing and breaks nothing; no sign is a pattern', async () => {
    const quoted = [
      "' or '1'='1",
      "'; drop table customers; --",
      '\\',
      "\\'; --",
      '$1',
      ':x',
      '{}',
    ];
    for (const typed of [...quoted, '%', '_', '|', '~', '"', '💥', '^', '#', '@', '*', '\u202e']) {
      assert.ok(Array.isArray(await named(typed)), typed);
      assert.deepEqual(await named(`n${typed}rte`), await named(`n ${typed}rte`), typed);
    }
    for (const typed of ['💥', '%', '~ | \\', '_']) assert.deepEqual(await named(typed), [], typed);
    const long = ['x'.repeat(10_000), 'gonzales '.repeat(1_100), 'ab '.repeat(3_000)];
    for (const typed of long) assert.ok(Array.isArray(await named(typed)));
    assert.equal((await named('')).length, directory.length);
  });

  test('a name of any length is kept and found', async () => {
    const company: TenantId = await makeTenant(admin);
    await insert(company, [[`LARGUÍSIMO ${'UNA Y OTRA '.repeat(400)}`, 'LAR800101AB1']]);
    assert.equal((await find(company, 'larguisimo')).length, 1);
  });

  test("whatever is typed, another company's customers are not seen", async () => {
    const stranger: TenantId = await makeTenant(admin);
    await insert(stranger, [['DE OTRA EMPRESA NORTEÑA', 'XAXX010101000', 'otra@norte.mx']]);
    const typed = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom('', 'de otra empresa', 'XAXX010101000', 'otra@norte.mx', 'nortena', 'otar'),
      fc.constantFrom(...directory.flat().map((text) => String(text).slice(0, 6))),
    );
    await fc.assert(
      fc.asyncProperty(
        typed.filter((text) => !text.includes('\u0000')),
        async (text) => {
          assert.ok(!(await named(text)).includes('DE OTRA EMPRESA NORTEÑA'));
          const theirs = await named(text, 20, stranger);
          assert.ok(theirs.every((name) => name === 'DE OTRA EMPRESA NORTEÑA'));
        },
      ),
      { numRuns: 150 },
    );
    assert.equal((await named('nortena', 20, stranger)).length, 1);
  });

  test('any customer is found by the beginnings of any of its words, in any order', async () => {
    const parts = fc.constantFrom(...directory).chain(([name]) => {
      const words = name.split(/[^\p{L}\p{N}']+/u).filter((word) => word.length > 3);
      return fc
        .shuffledSubarray(words, { minLength: 1, maxLength: Math.min(4, words.length) })
        .chain((some) =>
          fc.tuple(
            ...some.map((word) =>
              fc.integer({ min: 3, max: word.length }).map((n) => word.slice(0, n)),
            ),
          ),
        )
        .map((starts) => [name, starts.join(' ')] as const);
    });
    await fc.assert(
      fc.asyncProperty(parts, async ([name, typed]) => {
        assert.ok((await named(typed)).includes(name), typed);
      }),
      { numRuns: 150 },
    );
  });
});
