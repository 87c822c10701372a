import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../config.ts';
import { settingsByRole } from './child-settings.ts';

const secretKey = Buffer.alloc(32, 5);
const roles = ['admin', 'owner', 'app', 'stamper'] as const;
const urls = Object.fromEntries(roles.map((role) => [role, `postgresql://${role}@host/timbra`]));
const settings = settingsByRole({
  config: readConfig({}, false),
  machineId: 'machine',
  secretKey,
  postgres: { urls: urls as Record<(typeof roles)[number], string>, stop: async () => {} },
  port: 3_000,
  sandboxPort: 3_999,
});
/** Which of the database's users a child could be, from all that it is sent. */
const usersIn = (sent: unknown) =>
  roles.filter((role) => JSON.stringify(sent).includes(urls[role]!));

test('a web worker is sent the address of its own tables and no key of FacturAPI keys', () => {
  assert.deepEqual(usersIn(settings.web), ['app']);
  assert.ok(!JSON.stringify(settings.web).includes(secretKey.toString('base64')));
});

test('the stamper is sent its own address only, and the set-up the administrator’s', () => {
  assert.deepEqual(usersIn(settings.stamper), ['stamper']);
  assert.deepEqual(usersIn(settings.setUp), ['admin']);
});
