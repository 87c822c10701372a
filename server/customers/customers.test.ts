import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import { receiver } from '../../test/support/issuing.ts';
import { makeTenant, ownLane, queueCall, testPool } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import type { Problem } from '../platform/http/problem.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { type CustomerFields, customerDirectory, type Directory } from './customers.ts';

describe('the directory of customers, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let directory: Directory;
  let tenantId: TenantId;
  let other: TenantId;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    directory = customerDirectory({
      db: kyselyOver(testPool(cleanups, database.app)),
      newId,
    });
    tenantId = await makeTenant(admin);
    other = await makeTenant(admin);
  });

  const create = async (fields: CustomerFields) => directory.create(tenantId, fields);
  const person: CustomerFields = {
    legal_name: 'XOCHILT CASAS CHAVEZ',
    tax_id: 'CACX7605101P8',
    tax_system: '612',
    address: { zip: '36257' },
  };

  test('what is written is what is read', async () => {
    const fields = { ...receiver, phone: '55 1234 5678', default_invoice_use: 'G03' };
    const created = await directory.create(tenantId, fields);
    assert.deepEqual(await directory.find(tenantId, created.id), created);
    const { id, created_at: createdAt, updated_at: updatedAt, ...rest } = created;
    assert.deepEqual(rest, { ...fields, rfc_check_digit_accepted: false });
    assert.equal(createdAt, updatedAt);
    assert.match(id, /^[0-9a-f-]{36}$/);
  });

  test('blanks are tidied and the RFC is written in capitals', async () => {
    const created = await directory.create(tenantId, {
      ...person,
      legal_name: '  XOCHILT   CASAS CHAVEZ ',
      tax_id: ' cacx7605101p8 ',
    });
    assert.deepEqual(
      [created.legal_name, created.tax_id],
      ['XOCHILT CASAS CHAVEZ', 'CACX7605101P8'],
    );
  });

  test('replacing replaces all: what is left out is gone', async () => {
    const { id } = await directory.create(tenantId, receiver);
    const replaced = await directory.replace(tenantId, id, person);
    assert.deepEqual([replaced.legal_name, replaced.email], [person.legal_name, null]);
    assert.deepEqual(await directory.find(tenantId, id), replaced);
    assert.ok(replaced.updated_at > replaced.created_at);
  });

  test('a replaced customer is found by its new name, and not by the old one', async () => {
    const { id } = await directory.create(tenantId, {
      ...person,
      legal_name: 'NOMBRE ANTERIOR UNICO',
    });
    await directory.replace(tenantId, id, { ...person, legal_name: 'NOMBRE POSTERIOR' });
    assert.deepEqual(await directory.search(tenantId, 'anterior unico', 10), []);
    const found = await directory.search(tenantId, 'posterior', 10);
    assert.deepEqual(
      found.map((customer) => customer.id),
      [id],
    );
  });

  test('a mistake in the data is told by its field, and nothing is written', async () => {
    const wrong = { ...receiver, address: { zip: '8699' } };
    const count = async () =>
      (await admin.query('select count(*) as n from customers where tenant_id = $1', [tenantId]))
        .rows[0].n;
    const earlier = await count();
    await assert.rejects(create(wrong), (error: Problem) => {
      assert.equal(error.status, 422);
      assert.equal(error.errors?.[0]?.path, 'address.zip');
      return true;
    });
    assert.equal(await count(), earlier);
  });

  test('an RFC whose check digit does not match passes when a person says that it is right', async () => {
    const odd = { ...person, tax_id: 'CACX7605101P9' };
    await assert.rejects(create(odd), isProblem(422, 'rfc_check_digit_mismatch'));
    const created = await directory.create(tenantId, { ...odd, accept_rfc_check_digit: true });
    assert.equal(created.rfc_check_digit_accepted, true);
  });

  test('a deleted customer is gone, and deleting it again finds nothing', async () => {
    const { id } = await directory.create(tenantId, receiver);
    await directory.remove(tenantId, id);
    assert.equal(await directory.find(tenantId, id), undefined);
    await assert.rejects(directory.remove(tenantId, id), isProblem(404, 'not_found'));
  });

  test('a customer with invoices stays: what was issued names it', async () => {
    const { id } = await directory.create(tenantId, receiver);
    const { invoiceId } = await queueCall(admin, { tenantId, lane: ownLane() });
    await admin.query('update invoices set customer_id = $2 where id = $1', [invoiceId, id]);
    await assert.rejects(directory.remove(tenantId, id), isProblem(409, 'customer_has_invoices'));
    assert.ok(await directory.find(tenantId, id));
  });

  test("another company's customer answers exactly as one that never was", async () => {
    const theirs = await directory.create(other, receiver);
    const answers = [];
    for (const id of [theirs.id, randomUUID()]) {
      answers.push([
        await directory.find(tenantId, id),
        await directory.replace(tenantId, id, person).catch((e) => e.toBody('r')),
        await directory.remove(tenantId, id).catch((e) => e.toBody('r')),
      ]);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(await directory.find(other, theirs.id), theirs);
  });
});
