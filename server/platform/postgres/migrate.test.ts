import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testPool } from '../../../test/support/records.ts';
import { freePort } from '../../cluster/ports.ts';
import { migrate } from './migrate.ts';

const migrations = readdirSync(new URL('../../../database/migrations/', import.meta.url))
  .filter((file) => file.endsWith('.sql'))
  .map((file) => file.replace(/\.sql$/, ''))
  .sort();

describe('migrations', () => {
  const cleanups = cleanupsOfBlock();

  test('five machines that start at once on an empty database apply each exactly once', async () => {
    const database = await testDatabase(cleanups, 'template0');
    const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(database.admin)));
    assert.deepEqual(applied.flat().sort(), migrations);
    assert.deepEqual(await migrate(database.admin), []);
    const admin = testPool(cleanups, database.admin);
    const { rows } = await admin.query('select name from kysely_migration order by 1');
    assert.deepEqual(
      rows.map((row) => row.name),
      migrations,
    );
  });

  test('neither role that works owns anything, and neither may bypass or change anything', async () => {
    const database = await testDatabase(cleanups);
    const admin = testPool(cleanups, database.admin);
    const { rows: roles } = await admin.query(
      `select rolname from pg_roles where rolname in ('timbra_app', 'timbra_stamper')
          and not rolsuper and not rolbypassrls and not rolcreaterole and not rolcreatedb
          and not rolreplication`,
    );
    assert.equal(roles.length, 2);
    const { rows: owned } = await admin.query(
      `select c.oid::regclass::text as what from pg_class c
        where c.relowner in ('timbra_app'::regrole, 'timbra_stamper'::regrole)
       union all
       select p.oid::regproc::text from pg_proc p
        where p.proowner in ('timbra_app'::regrole, 'timbra_stamper'::regrole)`,
    );
    assert.deepEqual(owned, []);
    const { rows: members } = await admin.query(
      `select member::regrole::text from pg_auth_members
        where member in ('timbra_app'::regrole, 'timbra_stamper'::regrole)`,
    );
    assert.deepEqual(members, []);
    for (const access of [database.app, database.stamper]) {
      const pool = testPool(cleanups, access);
      for (const sql of [
        'create table mine (x int)',
        'drop table invoices',
        'truncate invoices',
        'alter table invoices add column x int',
        'delete from invoices',
      ]) {
        await assert.rejects(pool.query(sql), { code: '42501' }, sql);
      }
    }
  });

  test('every table belongs to the owner, so that row-level security binds the others', async () => {
    const admin = testPool(cleanups, (await testDatabase(cleanups)).admin);
    const { rows } = await admin.query(
      `select c.relname as name, c.relowner::regrole::text as owner from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
          and c.relname not like 'kysely%'`,
    );
    assert.ok(rows.length > 10);
    assert.deepEqual(new Set(rows.map((row) => row.owner)), new Set(['timbra_owner']));
  });

  test('the web workers cannot read a FacturAPI key, sealed as it is; the stamper can', async () => {
    const database = await testDatabase(cleanups);
    await makeTenant(testPool(cleanups, database.admin));
    const app = testPool(cleanups, database.app);
    await app.query('select id, name, legal_name, tax_id, zip, livemode from tenants');
    for (const sql of ['select facturapi_key_sealed from tenants', 'select * from tenants']) {
      await assert.rejects(app.query(sql), { code: '42501' }, sql);
    }
    const stamper = testPool(cleanups, database.stamper);
    const { rows } = await stamper.query('select facturapi_key_sealed as sealed from tenants');
    assert.ok(rows[0].sealed);
  });

  test('the stamper cannot read a password, a session or an idempotency key', async () => {
    const stamper = testPool(cleanups, (await testDatabase(cleanups)).stamper);
    for (const table of ['people', 'sessions', 'memberships', 'idempotency_keys']) {
      await assert.rejects(stamper.query(`select from ${table}`), { code: '42501' }, table);
    }
  });

  test('a database that is not there is named in one line, for whoever starts the server', async () => {
    const port = await freePort();
    const error = await migrate({ url: `postgres://x@127.0.0.1:${port}/x` }).catch((e) => e);
    assert.equal(error.name, 'DatabaseNotFitError');
    assert.match(error.message, /DATABASE_URL/);
    assert.doesNotMatch(error.message, /\n/);
  });
});
