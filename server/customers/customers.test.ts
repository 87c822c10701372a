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
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    directory = customerDirectory({
      db: kyselyOver(testPool(cleanups, database.app)),
      newId,
    });
    tenantId = await makeTenant(admin);
  });

  const create = async (fields: CustomerFields) => directory.create(tenantId, fields);
  const person: CustomerFields = {
    legal_name: 'XOCHILT CASAS CHAVEZ',
    tax_id: 'CACX7605101P8',
    tax_system: '612',
    address: { zip: '36257' },
  };
  const everything = {
    ...receiver,
    phone: '55 1234 5678',
    default_invoice_use: 'G03',
    external_id: 'C-0042',
    address: {
      street: 'Av. Insurgentes Sur',
      exterior: '1602',
      interior: '7B',
      neighborhood: 'Crédito Constructor',
      city: 'Ciudad de México',
      municipality: 'Benito Juárez',
      zip: '03940',
      state: 'Ciudad de México',
      country: 'MEX',
    },
  };

  test('what is written is what is read', async () => {
    const { warnings, ...created } = await directory.create(tenantId, everything);
    assert.deepEqual(warnings, []);
    assert.deepEqual(await directory.find(tenantId, created.id), created);
    const { id, created_at: createdAt, updated_at: updatedAt, ...rest } = created;
    const counted = { rfc_check_digit_accepted: false, archived_at: null, version: 1 };
    assert.deepEqual(rest, { ...everything, ...counted });
    assert.equal(createdAt, updatedAt);
    assert.match(id, /^[0-9a-f-]{36}$/);
  });

  test('blanks are tidied, what is left empty is none, and the RFC is in capitals', async () => {
    const created = await directory.create(tenantId, {
      ...person,
      legal_name: '  XOCHILT   CASAS CHAVEZ ',
      tax_id: ' cacx7605101p8 ',
      phone: '  ',
      external_id: '',
      address: { zip: ' 36257 ', street: '  Calle   Uno ', city: ' ', country: 'mex' },
    });
    const { street, city, zip, country } = created.address;
    assert.deepEqual(
      [created.legal_name, created.tax_id, created.phone, created.external_id],
      ['XOCHILT CASAS CHAVEZ', 'CACX7605101P8', null, null],
    );
    assert.deepEqual([street, city, zip, country], ['Calle Uno', null, '36257', 'MEX']);
  });

  test('replacing replaces all: what is left out is gone', async () => {
    const { id } = await directory.create(tenantId, everything);
    const { warnings: _, ...replaced } = await directory.replace(tenantId, id, person);
    assert.deepEqual(
      [replaced.legal_name, replaced.email, replaced.external_id, replaced.address.street],
      [person.legal_name, null, null, null],
    );
    assert.deepEqual(await directory.find(tenantId, id), replaced);
    assert.ok(replaced.updated_at > replaced.created_at);
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

  test('a name with its company suffix is refused with the name that is right', async () => {
    const suffixed = { ...receiver, legal_name: `${receiver.legal_name}, S.A. de C.V.` };
    await assert.rejects(create(suffixed), (error: Problem) => {
      assert.equal(error.code, 'legal_name_has_company_suffix');
      assert.equal(error.errors?.[0]?.suggestion, receiver.legal_name);
      return true;
    });
  });

  test('a foreigner is kept with country and number', async () => {
    const { legal_name, tax_id, address } = await directory.create(tenantId, {
      legal_name: 'ACME INC',
      tax_id: '98-7654321',
      tax_system: '616',
      address: { zip: '94103', state: 'CA', country: 'usa' },
    });
    assert.deepEqual([legal_name, tax_id, address.country], ['ACME INC', '98-7654321', 'USA']);
  });

  test('an RFC whose check digit does not match passes when a person says that it is right', async () => {
    const odd = { ...person, tax_id: 'CACX7605101P9' };
    await assert.rejects(create(odd), isProblem(422, 'rfc_check_digit_mismatch'));
    const created = await directory.create(tenantId, { ...odd, accept_rfc_check_digit: true });
    assert.equal(created.rfc_check_digit_accepted, true);
  });

  test('a deleted customer is gone with its history, and deleting it again finds nothing', async () => {
    const { id } = await directory.create(tenantId, receiver);
    await directory.remove(tenantId, id);
    assert.equal(await directory.find(tenantId, id), undefined);
    await assert.rejects(directory.remove(tenantId, id), isProblem(404, 'not_found'));
    await assert.rejects(directory.history(tenantId, id), isProblem(404, 'not_found'));
  });

  test('a customer with invoices stays, but it may be archived', async () => {
    const { id } = await directory.create(tenantId, receiver);
    const { invoiceId } = await queueCall(admin, { tenantId, lane: ownLane() });
    await admin.query('update invoices set customer_id = $2 where id = $1', [invoiceId, id]);
    await assert.rejects(directory.remove(tenantId, id), isProblem(409, 'customer_has_invoices'));
    assert.ok(await directory.find(tenantId, id));
    assert.ok((await directory.archive(tenantId, id)).archived_at);
  });

  test('an archived customer is still readable, keeps its date, and comes back', async () => {
    const { id } = await directory.create(tenantId, person);
    const archived = await directory.archive(tenantId, id);
    assert.ok(archived.archived_at);
    assert.deepEqual(await directory.find(tenantId, id), archived);
    assert.deepEqual(await directory.archive(tenantId, id), archived, 'once is enough');
    const { archived_at: archivedAt, version } = await directory.restore(tenantId, id);
    assert.deepEqual([archivedAt, version], [null, 3]);
  });

  test('the archived ones of a company are listed by name, page by page, none lost', async () => {
    const company: TenantId = await makeTenant(admin);
    const made = [];
    for (const name of ['BETA', 'ALFA', 'GAMA', 'ALFA', 'VIVA']) {
      made.push(await directory.create(company, { ...person, legal_name: name }));
    }
    for (const { id } of made.slice(0, 4)) await directory.archive(company, id);
    const names: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await directory.archived(company, { after, limit: 1 });
      if (page.length === 0) break;
      names.push(page[0]!.legal_name);
      after = page[0]!.id;
    }
    assert.deepEqual(names, ['ALFA', 'ALFA', 'BETA', 'GAMA']);
    const gama = made[2]!.id;
    const beta = made[0]!.id;
    await directory.restore(company, beta);
    const rest = await directory.archived(company, { after: beta, limit: 10 });
    assert.deepEqual(
      rest.map(({ id }) => id),
      [gama],
      'after one that was restored meanwhile',
    );
    assert.deepEqual(await directory.archived(tenantId, { after: gama, limit: 10 }), []);
  });

  test("another company's customer answers exactly as one that never was", async () => {
    const other: TenantId = await makeTenant(admin);
    const { warnings: _, ...theirs } = await directory.create(other, receiver);
    const told = (asked: Promise<unknown>) => asked.catch((error) => error.toBody('r'));
    const answers = [];
    for (const id of [theirs.id, randomUUID()]) {
      const edit = { versions: [1] };
      answers.push([
        await directory.find(tenantId, id),
        await told(directory.replace(tenantId, id, person)),
        await told(directory.replace(tenantId, id, person, edit)),
        await told(directory.archive(tenantId, id)),
        await told(directory.archive(tenantId, id, edit)),
        await told(directory.restore(tenantId, id)),
        await told(directory.remove(tenantId, id)),
        await told(directory.remove(tenantId, id, edit)),
        await told(directory.history(tenantId, id)),
      ]);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(await directory.find(other, theirs.id), theirs);
  });
});
