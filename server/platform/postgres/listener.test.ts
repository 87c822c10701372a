import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { type Cleanups, cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { silentLog, testPool } from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { startListener } from './listener.ts';

describe('the LISTEN connection', () => {
  const cleanups = cleanupsOfBlock();
  let database: TestDatabase;
  let admin: pg.Pool;
  before(async () => {
    database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
  });

  function listening(t: Cleanups) {
    const heard: string[] = [];
    const seen = { connected: 0 };
    const listener = startListener({
      access: database.app,
      channels: ['one', 'two'],
      log: silentLog,
      onNotification: (channel, payload) => heard.push(`${channel} ${payload}`),
      onConnected: () => {
        seen.connected += 1;
      },
    });
    t.after(() => listener.stop());
    return { listener, heard, seen };
  }
  const endSessions = () =>
    admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'timbra listen'`,
    );

  test('hears every channel it was given, and no other', async (t) => {
    const { heard, seen } = listening(t);
    await until(() => seen.connected === 1);
    for (const channel of ['three', 'one', 'two']) {
      await admin.query('select pg_notify($1, $2)', [channel, `by ${channel}`]);
    }
    await until(() => heard.length === 2);
    assert.deepEqual(heard, ['one by one', 'two by two']);
  });

  test('comes back when its session is ended, and says that something may be missed', async (t) => {
    const { listener, heard, seen } = listening(t);
    await until(() => listener.connected);
    for (const times of [2, 3]) {
      await endSessions();
      await until(() => seen.connected === times);
      assert.equal(listener.connected, true);
    }
    await admin.query(`select pg_notify('one', 'again')`);
    await until(() => heard.includes('one again'));
  });

  test('says that it is away while it is away', async (t) => {
    const { listener, seen } = listening(t);
    await until(() => listener.connected);
    const name = (await admin.query('select current_database() as name')).rows[0].name;
    await admin.query(`revoke connect on database ${name} from public`);
    await endSessions();
    await until(() => !listener.connected);
    await admin.query(`grant connect on database ${name} to public`);
    await until(() => listener.connected);
    assert.equal(seen.connected, 2);
  });

  // AuthenticationOk and ReadyForQuery; or not even that.
  const welcome = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
  for (const [name, answer] of [
    ['takes the connection and falls silent', undefined],
    ['lets it in and answers no query', welcome],
  ] as const) {
    test(`does not wait for ever for a server that ${name}`, async (t) => {
      const sockets: Socket[] = [];
      const frozen = createServer((socket) => {
        sockets.push(socket.on('error', () => {}));
        if (answer) socket.once('data', () => socket.write(answer));
        socket.resume();
      }).listen(0, '127.0.0.1');
      await once(frozen, 'listening');
      const { port } = frozen.address() as AddressInfo;
      const listener = startListener({
        access: { url: `postgres://nobody@127.0.0.1:${port}/none`, role: 'timbra_app' },
        channels: ['one'],
        log: silentLog,
        onNotification: () => {},
        onConnected: () => {},
      });
      t.after(async () => {
        for (const socket of sockets) socket.destroy();
        await listener.stop();
        frozen.close();
      });
      await until(() => sockets.length === 2);
      assert.equal(listener.connected, false);
    });
  }

  test('does not come back after it was stopped', async (t) => {
    const { listener } = listening(t);
    await until(() => listener.connected);
    await listener.stop();
    const sessions = async () =>
      (
        await admin.query(
          `select from pg_stat_activity
            where datname = current_database() and application_name = 'timbra listen'`,
        )
      ).rows.length;
    await until(async () => (await sessions()) === 0);
  });
});
