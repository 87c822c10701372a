import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { type Company, makeCompany } from '../../test/support/issuing.ts';
import { silentLog, testPool } from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { startListener } from '../platform/postgres/listener.ts';
import { cachedMsMax, cachedSessions, cachedSessionsMax } from './session-cache.ts';
import { type SessionStore, sessionStore } from './session-store.ts';

describe('a worker’s sessions, kept in memory', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let truth: SessionStore;
  let company: Company;
  let hears = true;
  let now = 0;
  let reads = 0;
  /** Each is awaited before the look-up, and before its answer is used. */
  let beforeRead: () => Promise<unknown>;
  let afterRead: () => Promise<unknown>;
  let cache: ReturnType<typeof cachedSessions>;
  const heard: string[] = [];

  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    truth = sessionStore(testPool(cleanups, database.app));
    const listener = startListener({
      access: database.app,
      channels: ['timbra_sessions'],
      log: silentLog,
      onNotification: (_channel, payload) => {
        heard.push(payload);
        cache?.changed(payload);
      },
      onConnected: () => {},
    });
    cleanups.after(() => listener.stop());
    await until(() => listener.connected);
  });
  beforeEach(async () => {
    company = await makeCompany(admin);
    hears = true;
    reads = 0;
    heard.length = 0;
    beforeRead = afterRead = async () => {};
    cache = cachedSessions(
      {
        ...truth,
        async read(id) {
          reads += 1;
          await beforeRead();
          const session = await truth.read(id);
          await afterRead();
          return session;
        },
      },
      { hears: () => hears, nowMs: () => now },
    );
  });
  const opened = async (of = company) => {
    const id = randomUUID();
    await truth.open(id, of.principal.personId, of.tenantId);
    return id;
  };

  test('a second request costs no look-up', async () => {
    const id = await opened();
    assert.deepEqual(await cache.read(id), await cache.read(id));
    assert.equal(reads, 1);
  });

  test('it is asked for again after its time, and not before', async () => {
    const id = await opened();
    await cache.read(id);
    now += cachedMsMax - 1;
    await cache.read(id);
    assert.equal(reads, 1);
    now += 1;
    await cache.read(id);
    assert.equal(reads, 2);
  });

  test('an expired one is not answered from memory', async () => {
    const id = await opened();
    cache = cachedSessions(
      {
        ...truth,
        read: async () => {
          reads += 1;
          return { ...(await truth.read(id))!, expiresAt: new Date(Date.now() - 1) };
        },
      },
      { hears: () => true },
    );
    await cache.read(id);
    await cache.read(id);
    assert.equal(reads, 2);
  });

  const changes: ReadonlyArray<readonly [string, (id: string) => Promise<unknown>]> = [
    ['closed by another worker', (id) => truth.close(id)],
    ['closed here', (id) => cache.close(id)],
    [
      'whose expiry was changed',
      () => admin.query('update sessions set expires_at = now() where tenant_id = $1', [tenant()]),
    ],
    [
      'whose person left the company',
      () => admin.query('delete from memberships where tenant_id = $1', [tenant()]),
    ],
    [
      'whose person is gone',
      () => admin.query('delete from people where id = $1', [company.principal.personId]),
    ],
  ];
  const tenant = () => company.tenantId;
  for (const [name, change] of changes) {
    test(`a session ${name} is out as soon as it is heard`, async () => {
      const id = await opened();
      assert.ok(await cache.read(id));
      await change(id);
      await until(async () => (await cache.read(id)) === undefined, 1_000);
    });
  }

  test('a new role, and a new name of the company, show as soon as they are heard', async () => {
    const id = await opened();
    await cache.read(id);
    await admin.query(`update memberships set role = 'viewer' where tenant_id = $1`, [tenant()]);
    await until(async () => (await cache.read(id))?.principal.role === 'viewer', 1_000);
    await admin.query(`update tenants set name = 'Otro ' || id where id = $1`, [tenant()]);
    await until(async () => {
      return (await cache.read(id))?.principal.tenant.name === `Otro ${tenant()}`;
    }, 1_000);
  });

  test('others keep theirs', async () => {
    const other = await makeCompany(admin);
    const [mine, theirs] = [await opened(), await opened(other)];
    await cache.read(mine);
    await cache.read(theirs);
    await admin.query('delete from people where id = $1', [company.principal.personId]);
    await until(async () => (await cache.read(mine)) === undefined, 1_000);
    reads = 0;
    assert.ok(await cache.read(theirs));
    assert.equal(reads, 0);
  });

  test('a look-up that was under way when the session ended is not kept', async () => {
    const id = await opened();
    afterRead = async () => {
      await truth.close(id);
      await until(() => heard.some((payload) => payload.startsWith('session:')));
      afterRead = async () => {};
    };
    assert.ok(await cache.read(id), 'it was read before its end');
    assert.equal(await cache.read(id), undefined);
  });

  test('while nothing can be heard nothing is kept, nor answered from memory', async () => {
    const id = await opened();
    await cache.read(id);
    hears = false;
    await truth.close(id);
    assert.equal(await cache.read(id), undefined);
    const next = await opened();
    await cache.read(next);
    hears = true;
    await cache.read(next);
    assert.equal(reads, 4);
  });

  test('what may have been missed is asked for again', async () => {
    const id = await opened();
    await cache.read(id);
    cache.clear();
    await cache.read(id);
    assert.equal(reads, 2);
  });

  test('memory is bounded: the oldest makes room, at the limit and one beyond', async () => {
    const session = (await truth.read(await opened()))!;
    const many = cachedSessions(
      {
        ...truth,
        read: async () => {
          reads += 1;
          return session;
        },
      },
      { hears: () => true, nowMs: () => 0 },
    );
    for (let i = 0; i < cachedSessionsMax; i += 1) await many.read(`s${i}`);
    await many.read('s0');
    assert.equal(reads, cachedSessionsMax);
    await many.read('one more');
    await many.read('s1');
    assert.equal(reads, cachedSessionsMax + 1);
    await many.read('s0');
    assert.equal(reads, cachedSessionsMax + 2);
  });

  test('the cleaning of what had expired tells nobody', async () => {
    const id = await opened();
    await admin.query('update sessions set expires_at = now() where tenant_id = $1', [tenant()]);
    await until(() => heard.length === 1);
    await truth.removeExpired();
    await truth.close(await opened());
    await until(() => heard.length === 2);
    assert.equal(await truth.read(id), undefined);
  });
});
