import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DatabaseAccess } from '../../server/platform/postgres/database.ts';
import type { Cleanups } from './cleanups.ts';

export interface TestDatabase {
  readonly admin: DatabaseAccess;
  readonly app: DatabaseAccess;
  readonly stamper: DatabaseAccess;
}

/** A database of its own for a test file, cloned from the migrated template of the run. */
export async function testDatabase(
  t: Cleanups,
  template: 'timbra' | 'template0' = 'timbra',
): Promise<TestDatabase> {
  const urls = JSON.parse(process.env.TIMBRA_TEST_POSTGRES ?? 'null') as Record<string, string>;
  if (!urls) throw new Error('run the tests with npm test: they need its PostgreSQL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(urls.admin!, `create database ${name} template ${template} owner timbra_owner`);
  t.after(() => asAdmin(urls.admin!, `drop database ${name} with (force)`));
  const of = (role: string) => ({ url: urls[role]!.replace('/timbra?', `/${name}?`) });
  return { admin: of('admin'), app: of('app'), stamper: of('stamper') };
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace('/timbra?', '/postgres?') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
