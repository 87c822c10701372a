import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { clientConfig, type DatabaseAccess, isDatabaseUnavailable } from './database.ts';

const FOLDER = new URL('../../../database/migrations/', import.meta.url);
const REQUIRED_EXTENSIONS = ['pg_trgm', 'unaccent', 'btree_gin', 'fuzzystrmatch'];
export const POSTGRES_VERSION_MIN = 150_000;

export class DatabaseNotFitError extends Error {
  override name = 'DatabaseNotFitError';
}

/**
 * Brings the database to this version's schema. Kysely's migrator takes an advisory lock for the
 * whole run, so machines that start together migrate once. Returns the names that were applied.
 */
export async function migrate(access: DatabaseAccess): Promise<string[]> {
  const pool = new pg.Pool({ ...clientConfig(access, 'migrate'), max: 1 });
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await checkServer(pool).catch((error) => {
      throw whyNotReached(error);
    });
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: () => readMigrations() },
    });
    const { error, results } = await migrator.migrateToLatest();
    const failed = results?.find((result) => result.status === 'Error');
    if (error) {
      throw new Error(`the migration ${failed?.migrationName ?? ''} failed: ${String(error)}`, {
        cause: error,
      });
    }
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await database.destroy();
  }
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(fileURLToPath(FOLDER))).filter((file) => file.endsWith('.sql'));
  if (files.length === 0) throw new Error('no migration was found: the installation is incomplete');
  const migrations: Record<string, Migration> = {};
  for (const file of files.sort()) {
    const text = await readFile(new URL(file, FOLDER), 'utf8');
    migrations[file.replace(/\.sql$/, '')] = {
      up: async (db) => {
        await sql.raw(text).execute(db);
        await sql`reset role`.execute(db);
      },
    };
  }
  return migrations;
}

/** SQLSTATE classes 28 (authorization), 3D (no such database), 08 and 57 (connection). */
function whyNotReached(error: unknown): unknown {
  const { code = '', message } = error as { code?: string; message: string };
  if (error instanceof DatabaseNotFitError) return error;
  if (!isDatabaseUnavailable(error) && !/^(28|3D|08|57)/.test(code)) return error;
  return new DatabaseNotFitError(`the database of DATABASE_URL cannot be used: ${message}`);
}

async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number; missing: string[] }>(
    `select current_setting('server_version_num')::int as version,
            array(select needed from unnest($1::text[]) needed
                  where needed not in (select name from pg_available_extensions)) as missing`,
    [REQUIRED_EXTENSIONS],
  );
  const { version, missing } = rows[0]!;
  if (version < POSTGRES_VERSION_MIN) {
    throw new DatabaseNotFitError(
      `PostgreSQL 15 or newer is needed; DATABASE_URL names a server of version ${version}`,
    );
  }
  if (missing.length > 0) {
    throw new DatabaseNotFitError(
      `PostgreSQL lacks the extensions ${missing.join(', ')}: install its contrib package`,
    );
  }
}
