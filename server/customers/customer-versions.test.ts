import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import { makeCompany, receiver } from '../../test/support/issuing.ts';
import { isAnyoneWaiting, makeTenant, testPool } from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { newId } from '../platform/clock.ts';
import type { Problem } from '../platform/http/problem.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { historyLimit } from './customer-history.ts';
import { customerDirectory, type Directory } from './customers.ts';
import { duplicatesShownMax } from './find-duplicates.ts';

describe('versions, history and duplicates of customers, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let directory: Directory;
  let tenantId: TenantId;
  let personId: string;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app);
    directory = customerDirectory({ db: kyselyOver(app), newId });
    const company = await makeCompany(admin);
    ({ tenantId } = company);
    ({ personId } = company.principal);
  });
  const renamed = (legal_name: string) => ({ ...receiver, legal_name });

  test('each change counts one version, and one that changes nothing counts none', async () => {
    const { id, version } = await directory.create(tenantId, receiver);
    assert.equal(version, 1);
    const second = await directory.replace(tenantId, id, renamed('OTRO NOMBRE'));
    assert.equal(second.version, 2);
    const { warnings: _, ...same } = await directory.replace(tenantId, id, renamed('OTRO NOMBRE'));
    assert.deepEqual(
      [same.version, same.updated_at],
      [second.version, second.updated_at],
      'a repeat',
    );
    assert.equal((await directory.archive(tenantId, id)).version, 3);
    assert.equal((await directory.archive(tenantId, id)).version, 3);
    assert.equal((await directory.restore(tenantId, id)).version, 4);
  });

  test('whatever else writes the table, the version is counted for it', async () => {
    const { id } = await directory.create(tenantId, receiver);
    await admin.query(
      `update customers set phone = '55', version = 77, updated_at = 'epoch'
        where tenant_id = $1 and id = $2`,
      [tenantId, id],
    );
    const customer = (await directory.find(tenantId, id))!;
    assert.equal(customer.version, 2);
    assert.ok(customer.updated_at > customer.created_at);
    const { data } = await directory.history(tenantId, id);
    assert.deepEqual(data[0]!.changes, [{ field: 'phone', before: null, after: '55' }]);
  });

  test('a change meant for another version is refused with what is there now', async () => {
    const { id } = await directory.create(tenantId, receiver);
    const { warnings: _, ...current } = await directory.replace(tenantId, id, renamed('DOS'));
    const edit = { versions: [1] };
    const tries = [
      () => directory.replace(tenantId, id, renamed('TRES'), edit),
      () => directory.archive(tenantId, id, edit),
      () => directory.restore(tenantId, id, edit),
      () => directory.remove(tenantId, id, edit),
      () => directory.replace(tenantId, id, renamed('TRES'), { versions: [] }),
    ];
    for (const one of tries) {
      await assert.rejects(one(), (error: Problem) => {
        assert.deepEqual([error.status, error.code], [412, 'version_mismatch']);
        assert.deepEqual(error.extra.current, current);
        return true;
      });
    }
    assert.deepEqual(await directory.find(tenantId, id), current);
    const saved = await directory.replace(tenantId, id, renamed('TRES'), { versions: [1, 2] });
    assert.equal(saved.version, 3);
    await directory.remove(tenantId, id, { versions: [3] });
  });

  test('of two who save the same version at once exactly one wins', async () => {
    const { id } = await directory.create(tenantId, receiver, { by: personId });
    const edit = { versions: [1] };
    // Both have begun, and wait for the row, before either of them may go on.
    const holder = await admin.connect();
    try {
      await holder.query('begin');
      await holder.query('select from customers where tenant_id = $1 and id = $2 for update', [
        tenantId,
        id,
      ]);
      const saves = Promise.allSettled([
        directory.replace(tenantId, id, renamed('ELLA'), edit),
        directory.replace(tenantId, id, renamed('EL'), edit),
      ]);
      await until(async () => (await waitingFor(admin)) >= 2);
      await holder.query('commit');
      const outcomes = await saves;
      const won = outcomes.filter(({ status }) => status === 'fulfilled');
      const lost = outcomes.find(({ status }) => status === 'rejected');
      assert.equal(won.length, 1);
      isProblem(412, 'version_mismatch')((lost as PromiseRejectedResult).reason);
    } finally {
      holder.release();
    }
    assert.equal((await directory.find(tenantId, id))!.version, 2);
    assert.equal((await directory.history(tenantId, id)).data.length, 2);
  });

  test('of many who save at once each version is won once', async () => {
    const { id } = await directory.create(tenantId, receiver);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) =>
        directory.replace(tenantId, id, renamed(`NUMERO ${i}`), { versions: [1] }),
      ),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await directory.find(tenantId, id))!.version, 2);
  });

  test('the history says who changed which field from what to what, newest first', async () => {
    const by = personId;
    const { id } = await directory.create(tenantId, receiver, { by });
    const moved = { ...renamed('MUDADA'), address: { zip: '86992', city: 'Villahermosa' } };
    await directory.replace(tenantId, id, moved, { by });
    await directory.archive(tenantId, id);
    const { data, next_cursor: next } = await directory.history(tenantId, id);
    assert.equal(next, null);
    assert.deepEqual(
      data.map(({ version, by: name, via }) => [version, name, via]),
      [
        [3, null, null],
        [2, 'Emisor', null],
        [1, 'Emisor', null],
      ],
    );
    const byField = (a: { field: string }, b: { field: string }) => (a.field < b.field ? -1 : 1);
    assert.deepEqual([...data[1]!.changes].sort(byField), [
      { field: 'address.city', before: null, after: 'Villahermosa' },
      { field: 'address.zip', before: '86991', after: '86992' },
      { field: 'legal_name', before: receiver.legal_name, after: 'MUDADA' },
    ]);
    const { archived_at: archivedAt } = (await directory.find(tenantId, id))!;
    assert.deepEqual(data[0]!.changes, [{ field: 'archived_at', before: null, after: archivedAt }]);
    assert.deepEqual(data[2]!.changes, []);
  });

  test('one that came by an import has no entry for its creation, and its changes say how', async () => {
    const id = newId();
    const client = await admin.connect();
    try {
      await client.query('begin');
      await client.query(`select set_config('timbra.person', $1, true)`, [personId]);
      await client.query(`select set_config('timbra.via', 'import', true)`);
      await client.query(
        `insert into customers (tenant_id, id, legal_name, tax_id, tax_system, zip)
         values ($1, $2, 'IMPORTADA', 'URE180429TM6', '601', '86991')`,
        [tenantId, id],
      );
      await client.query(`update customers set zip = '86992' where id = $1`, [id]);
      await client.query('commit');
    } finally {
      client.release();
    }
    const { data } = await directory.history(tenantId, id);
    assert.deepEqual(
      data.map(({ version, by, via }) => [version, by, via]),
      [[2, 'Emisor', 'import']],
    );
  });

  test('the app cannot write history, and reads none without naming its company', async () => {
    await directory.create(tenantId, receiver, { by: personId });
    const { rows } = await app.query('select * from customer_changes');
    assert.deepEqual(rows, []);
    for (const attack of [
      'insert into customer_changes select * from customer_changes',
      `update customer_changes set fields = '{}'`,
      'delete from customer_changes',
    ]) {
      await assert.rejects(app.query(attack), /permission denied/);
    }
  });

  test('an edit does not pass for the work of whoever used the connection before', async () => {
    const by = personId;
    const { id } = await directory.create(tenantId, receiver, { by });
    await directory.replace(tenantId, id, renamed('CON NOMBRE'), { by });
    // By nobody's name, on each connection that may have been used.
    for (let i = 0; i < app.totalCount; i += 1) {
      await app.query('update customers set phone = $2 where id = $1', [id, `55 ${i}`]);
    }
    await directory.replace(tenantId, id, renamed('SIN NOMBRE'));
    const { data } = await directory.history(tenantId, id);
    assert.deepEqual(data.map(({ by: name }) => name).reverse(), [
      'Emisor',
      'Emisor',
      ...Array.from({ length: app.totalCount + 1 }, () => null),
    ]);
  });

  test('a long history comes in pages, none lost between them', async () => {
    const { id } = await directory.create(tenantId, receiver, { by: personId });
    await admin.query(
      `do $$ begin for i in 1..${historyLimit} loop
         update customers set phone = i::text where id = '${id}'; end loop; end $$`,
    );
    const first = await directory.history(tenantId, id);
    assert.equal(first.data.length, historyLimit);
    assert.equal(first.next_cursor, 2);
    const rest = await directory.history(tenantId, id, first.next_cursor!);
    assert.deepEqual(
      rest.data.map(({ version }) => version),
      [1],
    );
    assert.equal(rest.next_cursor, null);
  });

  test('an RFC that another customer has is saved and told, up to five of them', async () => {
    const company: TenantId = await makeTenant(admin);
    const ids: string[] = [];
    for (let i = 0; i <= duplicatesShownMax + 1; i += 1) {
      const { id, warnings } = await directory.create(company, renamed(`SUCURSAL ${i}`));
      const shown = Math.min(i, duplicatesShownMax);
      assert.equal(warnings.length, i === 0 ? 0 : 1);
      if (i > 0) {
        assert.equal(warnings[0]!.code, 'duplicate_tax_id');
        assert.deepEqual(
          warnings[0]!.customers.map((one) => one.id),
          ids.slice(0, shown),
        );
      }
      ids.push(id);
    }
    const again = await directory.replace(company, ids[0]!, renamed('MATRIZ'));
    assert.ok(again.warnings[0]!.customers.every((one) => one.id !== ids[0]));
    assert.match(again.warnings[0]!.message, /5 o más clientes con el RFC URE180429TM6/);
  });

  test('the same RFC in another company, archived, or generic is no duplicate', async () => {
    const company: TenantId = await makeTenant(admin);
    const { id, warnings } = await directory.create(company, receiver);
    assert.deepEqual(warnings, [], 'the other companies have it too');
    assert.equal((await directory.duplicates(company, ' ure180429tm6 ')).length, 1);
    assert.deepEqual(await directory.duplicates(company, receiver.tax_id, id), []);
    await directory.archive(company, id);
    assert.deepEqual(await directory.duplicates(company, receiver.tax_id), []);
    const generic = { ...receiver, tax_id: 'XAXX010101000', tax_system: '616' };
    await directory.create(company, generic);
    assert.deepEqual((await directory.create(company, generic)).warnings, []);
  });
});

/** How many sessions of this database wait for a lock. */
async function waitingFor(admin: pg.Pool): Promise<number> {
  if (!(await isAnyoneWaiting(admin))) return 0;
  const { rows } = await admin.query(
    `select count(*) as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0].n;
}
