import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { makeTenant } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import { productCatalogue } from '../products/products.ts';
import { type WebWorker, webWorker } from '../stamping/test-web-worker.ts';
import type { TenantId } from '../tenants/tenants.ts';

const fees = {
  description: 'Honorarios de marzo',
  product_key: '84111506',
  unit_key: 'E48',
  unit_name: 'Servicio',
  price: 1_000,
  tax_included: false,
  sku: 'HON-3',
  taxes: [
    { type: 'IVA', factor: 'Tasa', rate: 0.16, withholding: false },
    { type: 'ISR', factor: 'Tasa', rate: 0.1, withholding: true },
  ],
};
const spelledOut = { description: 'A mano', product_key: '84111506', unit_key: 'E48', price: 116 };

describe('the lines of an invoice that name a product', () => {
  const cleanups = cleanupsOfBlock();
  let worker: WebWorker;
  before(async () => {
    worker = await webWorker(cleanups);
    await worker.admin.query('insert into stamping_lanes (lane) values (0)');
  });

  const create = async (o: object = {}): Promise<string> => {
    const body = { ...fees, sku: randomUUID(), ...o };
    return (await worker.call('issuer', 'POST', '/api/products', { body })).body.id;
  };
  const send = (path: string, products: unknown[], headers: Record<string, string> = {}) =>
    worker.call('issuer', 'POST', path, {
      body: {
        customer: worker.customerId,
        use: 'G03',
        payment_form: '03',
        items: products.map((product) => ({ quantity: 2, product })),
      },
      headers: { prefer: 'wait=0', ...headers },
    });
  const issue = (products: unknown[], headers?: Record<string, string>) =>
    send('/api/invoices', products, headers);

  test('freeze what the catalogue says of it, and compute with it', async () => {
    const id = await create({ sku: 'HON-3' });
    const { status, body } = await issue([id.toUpperCase(), spelledOut]);
    assert.equal(status, 202, JSON.stringify(body));
    assert.deepEqual(body.items[0], {
      quantity: 2,
      discount: 0,
      product: { ...fees, taxability: '02' },
    });
    assert.equal(body.items[1].product.description, 'A mano');
    assert.equal(body.total, 2_000 + 320 - 200 + 232);
    const preview = await send('/api/invoices/preview', [id, spelledOut]);
    assert.equal(preview.body.total, body.total);
  });

  test('a later change, archiving or deletion leaves the invoice as it was', async () => {
    const id = await create();
    const { body: issued } = await issue([id]);
    const read = async () =>
      (await worker.call('viewer', 'GET', `/api/invoices/${issued.id}`)).body.items;
    await worker.call('issuer', 'PUT', `/api/products/${id}`, { body: { ...fees, price: 5 } });
    assert.deepEqual(await read(), issued.items);
    await worker.call('issuer', 'POST', `/api/products/${id}/archive`);
    assert.equal((await worker.call('issuer', 'DELETE', `/api/products/${id}`)).status, 204);
    assert.deepEqual(await read(), issued.items);
  });

  test('the same key again answers with the invoice, though the product is gone', async () => {
    const id = await create();
    const headers = { 'idempotency-key': randomUUID() };
    const { body: issued } = await issue([id], headers);
    await worker.call('issuer', 'DELETE', `/api/products/${id}`);
    const again = await issue([id], headers);
    assert.deepEqual([again.status, again.body.id], [202, issued.id]);
  });

  test('absent, foreign or archived, each is told at its line, and nothing is accepted', async () => {
    const other = (await makeTenant(worker.admin)) as TenantId;
    const catalogue = productCatalogue({ db: kyselyOver(worker.admin), newId });
    const theirs = await catalogue.create(other, { ...spelledOut });
    const archived = await create();
    await worker.call('issuer', 'POST', `/api/products/${archived}/archive`);
    const products = [spelledOut, randomUUID(), theirs.id, await create(), archived];
    const count = async () => (await worker.admin.query('select from invoices')).rows.length;
    const before = await count();
    for (const path of ['/api/invoices', '/api/invoices/preview']) {
      const { status, body } = await send(path, products);
      assert.equal(status, 422);
      assert.deepEqual(
        body.errors.map((e: { path: string; code: string }) => [e.path, e.code]),
        [
          ['items[1].product', 'product_not_found'],
          ['items[2].product', 'product_not_found'],
          ['items[4].product', 'product_archived'],
        ],
      );
      assert.deepEqual(body.errors[0].message, body.errors[1].message);
    }
    assert.equal(await count(), before);
    const alone = await issue([archived]);
    assert.deepEqual([alone.status, alone.body.code], [422, 'product_archived']);
  });

  test('what is neither an id nor a product is one mistake of its line', async () => {
    for (const neither of ['no id', 7, null]) {
      const { status, body } = await issue([spelledOut, neither]);
      assert.equal(status, 422);
      assert.deepEqual(
        body.errors.map((e: { path: string }) => e.path),
        ['items[1].product'],
      );
    }
  });

  test('a refused invoice is reissued with a product of the catalogue', async () => {
    const { body: issued } = await issue([spelledOut]);
    await worker.admin.query(`update stamping_calls set state = 'done' where invoice_id = $1`, [
      issued.id,
    ]);
    await worker.admin.query(`update invoices set status = 'rejected' where id = $1`, [issued.id]);
    const { status, body } = await send(`/api/invoices/${issued.id}/reissue`, [await create()]);
    assert.equal(status, 202, JSON.stringify(body));
    assert.equal(body.items[0].product.description, fees.description);
  });
});
