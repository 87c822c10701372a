import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { type Company, makeCompany } from '../../test/support/issuing.ts';
import { testPool } from '../../test/support/records.ts';
import { type SessionStore, sessionHoursMax, sessionStore } from './session-store.ts';

describe('sessions in PostgreSQL, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let store: SessionStore;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    store = sessionStore(testPool(cleanups, database.app));
  });

  const opened = async ({ principal, tenantId }: Company) => {
    const id = randomUUID();
    await store.open(id, principal.personId, tenantId);
    return id;
  };
  const expire = (id: string) =>
    admin.query('update sessions set expires_at = now() where id_hash = $1', [hashOf(id)]);

  test('one look-up answers who it is, in which company and role', async () => {
    const company = await makeCompany(admin);
    const session = await store.read(await opened(company));
    const { principal, tenantId } = company;
    assert.deepEqual(session?.principal, {
      ...principal,
      tenant: { ...principal.tenant, name: tenantId },
    });
    const hours = (session!.expiresAt.getTime() - Date.now()) / 3_600_000;
    assert.ok(hours > sessionHoursMax - 0.1 && hours <= sessionHoursMax, `${hours} h`);
  });

  test('who reads the table can sign in as nobody: it holds hashes only', async () => {
    const id = await opened(await makeCompany(admin));
    const { rows } = await admin.query('select s::text as row from sessions s');
    assert.ok(rows.every(({ row }) => !row.includes(id)));
    const { rows: own } = await admin.query('select from sessions where id_hash = $1', [
      hashOf(id),
    ]);
    assert.equal(own.length, 1);
    assert.equal(await store.read(hashOf(id).toString('hex')), undefined);
  });

  test('an id that was never opened is nobody', async () => {
    for (const id of ['', randomUUID(), "' or true --"]) {
      assert.equal(await store.read(id), undefined);
    }
  });

  test('an expired session is read no more, to the moment', async () => {
    const id = await opened(await makeCompany(admin));
    await expire(id);
    assert.equal(await store.read(id), undefined);
  });

  test('a closed session is gone, and the others of the person stay', async () => {
    const company = await makeCompany(admin);
    const [closed, other] = [await opened(company), await opened(company)];
    await store.close(closed);
    assert.equal(await store.read(closed), undefined);
    assert.ok(await store.read(other));
  });

  test('a change of role shows at once', async () => {
    const company = await makeCompany(admin);
    const id = await opened(company);
    await admin.query(`update memberships set role = 'viewer' where person_id = $1`, [
      company.principal.personId,
    ]);
    assert.equal((await store.read(id))?.principal.role, 'viewer');
  });

  test('who left the company is out at once, and so is who was removed', async () => {
    for (const table of ['memberships', 'people']) {
      const company = await makeCompany(admin);
      const id = await opened(company);
      const column = table === 'people' ? 'id' : 'person_id';
      await admin.query(`delete from ${table} where ${column} = $1`, [company.principal.personId]);
      assert.equal(await store.read(id), undefined, table);
    }
  });

  test('only those that live are counted, and only those that do not are removed', async () => {
    await admin.query('delete from sessions');
    const company = await makeCompany(admin);
    const [live, dead] = [await opened(company), await opened(company)];
    await expire(dead);
    assert.equal(await store.countActive(), 1);
    await store.removeExpired();
    const { rows } = await admin.query('select from sessions');
    assert.equal(rows.length, 1);
    assert.ok(await store.read(live));
  });
});

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
