import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import { makeTenant, testClient, testPool } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import type { DatabaseAccess } from '../platform/postgres/database.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type FindOptions, searchedMax } from './find-products.ts';
import { type Catalogue, type Product, productCatalogue } from './products.ts';

const goods = [
  ['Tornillo hexagonal M8 de acero', 'TOR-M8'],
  ['Tornillo hexagonal M10 de acero', 'TOR-M10'],
  ['Caja de tornillos surtidos', 'CAJ-01'],
  ['Café molido', 'CAFE'],
  ['Cafetera eléctrica', '4711'],
  ['Añejo 50% & Cía.', undefined],
  ['Servicio de consultoría fiscal', 'TORRE'],
] as const;

describe('finding products, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let access: DatabaseAccess;
  let catalogue: Catalogue;
  let tenantId: TenantId;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    access = database.app;
    app = testPool(cleanups, database.app);
    catalogue = productCatalogue({ db: kyselyOver(app), newId });
    tenantId = await stocked(goods);
  });

  async function stocked(
    products: ReadonlyArray<readonly [string, string | undefined]>,
  ): Promise<TenantId> {
    const tenant = (await makeTenant(admin)) as TenantId;
    for (const [description, sku] of products) await add(tenant, description, sku);
    return tenant;
  }
  async function add(tenant: TenantId, description: string, sku?: string): Promise<Product> {
    const fields = { description, product_key: '31161501', price: 10, ...(sku ? { sku } : {}) };
    return catalogue.create(tenant, fields);
  }
  async function many(count: number): Promise<TenantId> {
    const tenant = (await makeTenant(admin)) as TenantId;
    await admin.query(
      `insert into products (tenant_id, id, description, product_key, unit_key, price, tax_included,
                             taxability, taxes, sku)
       select $1, gen_random_uuid(), 'Pieza número ' || i, '31161501', 'H87', 1, true, '01', '[]',
              'P-' || i
         from generate_series(1, $2::int) i`,
      [tenant, count],
    );
    return tenant;
  }
  const page = (of: TenantId, o: Partial<FindOptions> = {}) =>
    catalogue.page(of, { q: '', archived: false, cursor: undefined, limit: 20, ...o });
  const found = async (q: string, of = tenantId) =>
    (await page(of, { q })).data.map(({ product, match }) => [product.sku, match?.tier]);

  test('the SKU comes first, however it is written, then SKUs that begin so', async () => {
    for (const q of ['TOR-M8', 'tor m8', 'torm8', ' Tor.M8 ']) {
      assert.deepEqual((await found(q))[0], ['TOR-M8', 'sku'], q);
    }
    assert.deepEqual((await found('tor-m')).slice(0, 2), [
      ['TOR-M10', 'sku_prefix'],
      ['TOR-M8', 'sku_prefix'],
    ]);
    assert.deepEqual(await found('4711'), [['4711', 'sku']]);
  });

  test('then descriptions that start so, then every word as a beginning in any order', async () => {
    assert.deepEqual(await found('torni'), [
      ['TOR-M10', 'description_start'],
      ['TOR-M8', 'description_start'],
      ['CAJ-01', 'words'],
    ]);
    assert.deepEqual(await found('acero m8'), [['TOR-M8', 'words']]);
    assert.deepEqual(await found('m8 torn'), [['TOR-M8', 'words']]);
    assert.deepEqual(await found('surtidos caja de'), [['CAJ-01', 'words']]);
    assert.deepEqual(await found('m8 café'), []);
  });

  test('accents, case, ñ, dots and & are as people type them', async () => {
    for (const q of ['CAFE MOLIDO', 'café mol', 'molido CAFÉ']) {
      assert.equal((await found(q))[0]?.[0], 'CAFE', q);
    }
    for (const q of ['anejo', 'AÑEJO', '& añejo', '50 c.i.a.', '50']) {
      assert.equal((await found(q)).at(0)?.[0], null, q);
    }
  });

  test('letters alone bring five SKUs at the most before the descriptions', async () => {
    const tenant = await many(8);
    const tiers = (await found('p', tenant)).map(([, tier]) => tier);
    assert.deepEqual(tiers, [
      ...Array(5).fill('sku_prefix'),
      ...Array(3).fill('description_start'),
    ]);
    const digits = (await found('p-', tenant)).length;
    assert.equal(digits, 8, 'and nobody is there twice');
  });

  test('what is mistyped is corrected by the words that the company has', async () => {
    assert.deepEqual(await found('cafetra'), [['4711', 'typo']]);
    assert.deepEqual(await found('tornilo m10'), [['TOR-M10', 'typo']]);
    const elsewhere = await stocked([['Otra cosa', 'X']]);
    assert.deepEqual(await found('cafetra', elsewhere), []);
  });

  test('what to highlight is told in the units in which JavaScript cuts text', async () => {
    const cut = async (q: string) => {
      const [first] = (await page(tenantId, { q })).data;
      return first!.match!.ranges.map(({ field, start, length }) =>
        first!.product[field]!.slice(start, start + length),
      );
    };
    assert.deepEqual(await cut('cafe mol'), ['Café', 'mol']);
    assert.deepEqual(await cut('acero m8'), ['M8', 'acero']);
    assert.deepEqual(await cut('tor m8'), ['TOR-M8']);
    assert.deepEqual(await cut('tor-m1'), ['TOR-M1']);
    assert.deepEqual(await cut('cafetra'), ['Cafetera']);
    const emoji = await add(tenantId, '🔩🔩 Perno Ñandú', undefined);
    assert.deepEqual(await cut('nandu perno'), ['Perno', 'Ñandú']);
    await catalogue.remove(tenantId, { id: emoji.id, versions: undefined });
  });

  test('a changed product is found by its new words only; archived or deleted by none', async () => {
    const { id } = await add(tenantId, 'Bisagra antigua', 'BIS-1');
    const any = { id, versions: undefined };
    const fields = { description: 'Herraje moderno', product_key: '31161501', price: 1 };
    await catalogue.replace(tenantId, any, fields);
    for (const q of ['bisagra', 'antigua', 'bis-1']) assert.deepEqual(await found(q), [], q);
    assert.equal((await found('moderno')).length, 1);
    await catalogue.archive(tenantId, any);
    assert.deepEqual(await found('moderno'), []);
    await catalogue.replace(tenantId, any, { ...fields, description: 'Herraje arcaico' });
    assert.deepEqual(await found('arcaico'), []);
    await catalogue.restore(tenantId, any);
    assert.equal((await found('herraje arca')).length, 1);
    await catalogue.remove(tenantId, any);
    assert.deepEqual(await found('arcaico'), []);
    const { rows } = await admin.query('select from product_words where product_id = $1', [id]);
    assert.equal(rows.length, 0);
    await admin.query(
      `insert into products (tenant_id, id, description, product_key, unit_key, price, tax_included,
                             taxability, taxes, archived_at)
       values ($1, gen_random_uuid(), 'Nacido archivado', '31161501', 'H87', 1, true, '01', '[]', now())`,
      [tenantId],
    );
    assert.deepEqual(await found('nacido'), []);
  });

  test("another company's products are not found, even by SQL of this role without a company", async () => {
    const other = await stocked([['Tornillo ajeno', 'TOR-M8']]);
    assert.deepEqual(await found('ajeno'), []);
    assert.deepEqual(await found('ajeno', other), [['TOR-M8', 'words']]);
    assert.equal((await page(other)).data.length, 1);
    const { rows } = await app.query('select from product_words');
    assert.equal(rows.length, 0);
  });

  test('hostile text finds nothing, and breaks nothing', async () => {
    for (const q of ['%', '_', '|', '~', '\\', "'", '"', '🔩', '^', '#', '--', '(', '*']) {
      assert.deepEqual(await found(q), [], q);
    }
    assert.deepEqual(await found('%torn_'), await found('torn'));
    for (const q of ['x'.repeat(10_000), 'palabra '.repeat(1_000), 'a '.repeat(150)]) {
      assert.deepEqual(await found(q), []);
    }
  });

  test('words beyond the first eight narrow nothing', async () => {
    const long = 'uno dos tres cuatro cinco seis siete ocho';
    const tenant = await stocked([[`Juego ${long}`, 'J']]);
    assert.deepEqual(await found(`${long} nueve`, tenant), [['J', 'words']]);
    assert.deepEqual(await found(`nueve ${long}`, tenant), []);
  });

  test('of a long description the first 300 letters and 24 words are looked in', async () => {
    const tenant = await stocked([[`${'uno '.repeat(23)}zanahoria betabel`, 'LARGO']]);
    assert.deepEqual(await found('zanahoria', tenant), [['LARGO', 'words']]);
    assert.deepEqual(await found('betabel', tenant), []);
    const wide = await stocked([[`${'a'.repeat(295)} bcde fin`, 'ANCHO']]);
    assert.deepEqual(await found('bcd', wide), [['ANCHO', 'words']]);
    assert.deepEqual(await found('fin', wide), []);
    const huge = await stocked([['m'.repeat(1_000), 'ENORME']]);
    assert.deepEqual(await found('mmm', huge), [['ENORME', 'description_start']]);
  });

  test('the pages of a list hold everything once, in order, archived ones apart', async () => {
    const tenant = await many(25);
    const seen: string[] = [];
    let cursor: string | undefined;
    const sizes = [];
    do {
      const { data, nextCursor } = await page(tenant, { cursor, limit: 10 });
      sizes.push(data.length);
      seen.push(...data.map(({ product }) => product.sku!));
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual(sizes, [10, 10, 5]);
    assert.equal(new Set(seen).size, 25);
    assert.deepEqual(seen.slice(0, 3), ['P-1', 'P-10', 'P-11']);
    assert.equal((await page(tenant, { limit: 25 })).nextCursor, null);

    const [first] = (await page(tenant, { limit: 1 })).data;
    await catalogue.archive(tenant, { id: first!.product.id, versions: undefined });
    assert.equal((await page(tenant, { limit: 100 })).data.length, 24);
    const skus = async (q: string) =>
      (await page(tenant, { archived: true, q })).data.map(({ product }) => product.sku);
    assert.deepEqual(await skus(''), ['P-1']);
    assert.deepEqual(await skus('número PIEZA'), ['P-1']);
    assert.deepEqual(await skus('otra'), []);
  });

  test("a search's pages go on where the last one ended, up to a bound", async () => {
    const tenant = await many(searchedMax + 1);
    const seen = new Set<string>();
    let cursor: string | undefined;
    let pages = 0;
    do {
      const { data, nextCursor } = await page(tenant, { q: 'pieza', cursor, limit: 90 });
      for (const { product } of data) seen.add(product.id);
      cursor = nextCursor ?? undefined;
      pages += 1;
    } while (cursor !== undefined);
    assert.deepEqual([seen.size, pages], [searchedMax, 3]);
  });

  test('a cursor of something else is a mistake in it', async () => {
    const listed = (await page(tenantId, { limit: 1 })).nextCursor!;
    for (const [q, cursor] of [
      ['', 'x'],
      ['', Buffer.from('["a","no id"]').toString('base64url')],
      ['', Buffer.from('[5]').toString('base64url')],
      ['torn', listed],
      ['torn', Buffer.from('[-1]').toString('base64url')],
      ['torn', Buffer.from('{}').toString('base64url')],
    ] as const) {
      await assert.rejects(page(tenantId, { q, cursor }), isProblem(400, 'invalid_query'));
    }
  });

  test('a search reads by the index alone, on the tenth call as on the first', async () => {
    const tenant = await many(3_000);
    await admin.query('vacuum analyze product_words');
    const client = await testClient(cleanups, access);
    await client.query('begin');
    for (let call = 1; call <= 10; call++) {
      for (const q of ['p-77', 'pieza num', '77 num', 'piesa 77']) {
        await client.query('select * from timbra_search_products($1, $2, 20)', [tenant, q]);
      }
    }
    const { rows } = await client.query(
      `select seq_scan, idx_scan from pg_stat_xact_user_tables where relname = 'product_words'`,
    );
    await client.query('commit');
    assert.equal(rows[0].seq_scan, 0);
    assert.ok(rows[0].idx_scan >= 40, String(rows[0].idx_scan));
  });
});
