import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import { makeTenant, testPool } from '../../test/support/records.ts';
import type { ProductInput } from '../cfdi/document.ts';
import { DESCRIPTION_LENGTH_MAX, PRICE_MAX, SKU_LENGTH_MAX } from '../cfdi/item-rules.ts';
import { newId } from '../platform/clock.ts';
import type { Problem } from '../platform/http/problem.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type Catalogue, productCatalogue } from './products.ts';

const bolt: ProductInput = {
  description: 'Tornillo hexagonal M8',
  product_key: '31161501',
  unit_key: 'H87',
  unit_name: 'Pieza',
  price: 11.6,
  sku: 'TOR-M8',
};
const any = (id: string) => ({ id, versions: undefined });
const seen = (id: string, ...versions: number[]) => ({ id, versions });

describe('the catalogue of products, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let catalogue: Catalogue;
  let tenantId: TenantId;
  let other: TenantId;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    const db = kyselyOver(testPool(cleanups, database.app, 8));
    catalogue = productCatalogue({ db, newId });
    tenantId = (await makeTenant(admin)) as TenantId;
    other = (await makeTenant(admin)) as TenantId;
  });

  const create = (o: Partial<ProductInput> = {}, of = tenantId) =>
    catalogue.create(of, { ...bolt, sku: randomUUID(), ...o });
  const mistakes = async (o: Record<string, unknown>) => {
    const error = (await create(o).catch((e) => e)) as Problem;
    assert.equal(error.status, 422, String(error));
    return error.errors!.map(({ path, code }) => [path, code]);
  };

  test("what is written is what is read, with FacturAPI's defaults spelled out", async () => {
    const { unit_key: _, ...without } = bolt;
    const created = await catalogue.create(tenantId, without);
    assert.deepEqual(await catalogue.find(tenantId, created.id), created);
    const { id, created_at: createdAt, updated_at: updatedAt, ...rest } = created;
    assert.deepEqual(rest, {
      ...bolt,
      price: '11.600000',
      tax_included: true,
      taxability: '02',
      taxes: [{ type: 'IVA', factor: 'Tasa', rate: 0.16, withholding: false }],
      version: 1,
      archived_at: null,
    });
    assert.equal(createdAt, updatedAt);
    assert.match(id, /^[0-9a-f-]{36}$/);
  });

  test('a price keeps each of its decimals', async () => {
    for (const price of [0.000001, 1234.567891, PRICE_MAX, 99_999_999.999999]) {
      const { id } = await create({ price });
      const read = await catalogue.find(tenantId, id);
      assert.equal(Number(read!.price), price);
      assert.equal(read!.price, price.toFixed(6));
    }
  });

  test('blanks are tidied, and an empty SKU is none', async () => {
    const { description, sku, unit_name } = await create({
      description: '  Cafe\u0301   molido ',
      sku: '  ',
      unit_name: ' ',
    });
    assert.deepEqual([description, sku, unit_name], ['Café molido', null, null]);
  });

  test('each mistake is told by its own path', async () => {
    assert.deepEqual(await mistakes({ description: ' ', product_key: '123', price: -1 }), [
      ['description', 'text_required'],
      ['product_key', 'product_key_invalid'],
      ['price', 'price_negative'],
    ]);
    assert.deepEqual(await mistakes({ unit_key: 'NADA' }), [['unit_key', 'unit_key_unknown']]);
    assert.deepEqual(await mistakes({ price: 0 }), [['price', 'price_zero']]);
    assert.deepEqual(await mistakes({ taxes: [{ rate: 0.15 }] }), [
      ['taxes[0].rate', 'tax_rate_not_allowed'],
    ]);
    assert.deepEqual(await mistakes({ taxability: '01', taxes: [{ rate: 0.16 }] }), [
      ['taxes', 'taxes_not_allowed'],
    ]);
  });

  test('texts and prices are taken up to their limits, and no further', async () => {
    const long = 'a'.repeat(DESCRIPTION_LENGTH_MAX);
    assert.equal((await create({ description: long })).description, long);
    assert.deepEqual(await mistakes({ description: `${long}a` }), [
      ['description', 'text_too_long'],
    ]);
    const sku = 'b'.repeat(SKU_LENGTH_MAX);
    assert.equal((await create({ sku })).sku, sku);
    assert.deepEqual(await mistakes({ sku: `${sku}b` }), [['sku', 'text_too_long']]);
    assert.deepEqual(await mistakes({ price: PRICE_MAX + 1 }), [['price', 'number_too_large']]);
    assert.deepEqual(await mistakes({ price: 0.0000001 }), [['price', 'too_many_decimals']]);
  });

  test('without tax none is kept, and none comes back', async () => {
    const { taxes, taxability } = await create({ taxability: '01' });
    assert.deepEqual([taxes, taxability], [[], '01']);
  });

  test('a SKU is of one product in the company, in capitals or not; elsewhere it is free', async () => {
    const first = await create({ sku: 'UNO-1' });
    const taken = isProblem(409, 'sku_taken');
    await assert.rejects(create({ sku: 'uno-1' }), (error: Problem) => {
      assert.equal(error.errors?.[0]?.path, 'sku');
      assert.equal((error.extra.product as { id: string }).id, first.id);
      return taken(error);
    });
    const second = await create({ sku: 'DOS-2' });
    const fields = { ...bolt, sku: 'UNO-1' };
    await assert.rejects(catalogue.replace(tenantId, any(second.id), fields), taken);
    assert.equal((await create({ sku: 'UNO-1' }, other)).sku, 'UNO-1');
    await catalogue.archive(tenantId, any(first.id));
    await assert.rejects(create({ sku: 'UNO-1' }), /archivado/);
    await catalogue.remove(tenantId, any(first.id));
    assert.ok(await create({ sku: 'UNO-1' }));
  });

  test('products without a SKU are as many as one likes', async () => {
    const { sku: _, ...without } = bolt;
    await catalogue.create(tenantId, without);
    assert.equal((await catalogue.create(tenantId, without)).sku, null);
  });

  test('replacing replaces all, and counts', async () => {
    const { id, created_at: createdAt } = await create();
    const replaced = await catalogue.replace(tenantId, any(id), {
      description: 'Servicio',
      product_key: '84111506',
      unit_key: 'E48',
      price: 100,
      tax_included: false,
      taxes: [{ rate: 0.08 }],
    });
    assert.deepEqual(
      [replaced.description, replaced.sku, replaced.unit_name, replaced.version],
      ['Servicio', null, null, 2],
    );
    assert.deepEqual(await catalogue.find(tenantId, id), replaced);
    assert.equal(replaced.created_at, createdAt);
    assert.ok(replaced.updated_at > createdAt);
  });

  test('of those who saw the same version one changes it, the others are told what it is now', async () => {
    const { id } = await create();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) =>
        catalogue.replace(tenantId, seen(id, 1), { ...bolt, sku: '', price: 10 + i }),
      ),
    );
    const won = outcomes.filter((one) => one.status === 'fulfilled');
    assert.equal(won.length, 1);
    const now = await catalogue.find(tenantId, id);
    assert.deepEqual(won[0]!.value, now);
    for (const one of outcomes) {
      if (one.status === 'fulfilled') continue;
      assert.ok(isProblem(412, 'version_mismatch')(one.reason));
      assert.equal(one.reason.extra.current.version, 2);
      assert.equal(one.reason.extra.current.price, Number(now!.price));
    }
  });

  test('archiving, restoring and deleting hold to the version too, and any of several will do', async () => {
    const { id } = await create();
    const mismatch = isProblem(412, 'version_mismatch');
    await assert.rejects(catalogue.archive(tenantId, seen(id, 2)), mismatch);
    await assert.rejects(catalogue.archive(tenantId, seen(id)), mismatch);
    const archived = await catalogue.archive(tenantId, seen(id, 7, 1));
    assert.ok(archived.archived_at);
    assert.equal(archived.version, 2);
    await assert.rejects(catalogue.restore(tenantId, seen(id, 1)), mismatch);
    await assert.rejects(catalogue.remove(tenantId, seen(id, 1)), mismatch);
    await catalogue.remove(tenantId, seen(id, 2));
    assert.equal(await catalogue.find(tenantId, id), undefined);
  });

  test('archiving twice changes nothing the second time; restoring brings it back', async () => {
    const { id } = await create();
    const archived = await catalogue.archive(tenantId, any(id));
    assert.deepEqual(await catalogue.archive(tenantId, any(id)), archived);
    await assert.rejects(
      catalogue.archive(tenantId, seen(id, 1)),
      isProblem(412, 'version_mismatch'),
    );
    const restored = await catalogue.restore(tenantId, any(id));
    assert.deepEqual([restored.archived_at, restored.version], [null, 3]);
  });

  test('a deleted product is gone, and deleting it again finds nothing', async () => {
    const { id } = await create();
    await catalogue.remove(tenantId, any(id));
    assert.equal(await catalogue.find(tenantId, id), undefined);
    await assert.rejects(catalogue.remove(tenantId, any(id)), isProblem(404, 'not_found'));
  });

  test("another company's product answers exactly as one that never was", async () => {
    const theirs = await create({}, other);
    const answers = [];
    for (const id of [theirs.id, randomUUID()]) {
      const told = (change: Promise<unknown>) => change.catch((e: Problem) => e.toBody('r'));
      answers.push([
        await catalogue.find(tenantId, id),
        await told(catalogue.replace(tenantId, any(id), { ...bolt, sku: '' })),
        await told(catalogue.replace(tenantId, seen(id, 9), { ...bolt, sku: '' })),
        await told(catalogue.archive(tenantId, any(id))),
        await told(catalogue.restore(tenantId, any(id))),
        await told(catalogue.remove(tenantId, any(id))),
        (await catalogue.forInvoice(tenantId, [id])).size,
      ]);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(await catalogue.find(other, theirs.id), theirs);
  });
});
