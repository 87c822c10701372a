import pg from 'pg';
import { adminRole } from './cluster-files.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { type Role, roles } from './installation.ts';
import { socketPort } from './socket-directory.ts';

const database = 'timbra';
const connectMsMax = 5_000;

/** Answers of a server that is starting or has just gone, rather than of one that refuses us. */
const passing = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P03', '53300']);

export function roleName(role: Role): string {
  return role === 'admin' ? adminRole : `timbra_${role}`;
}

/** A URL's host cannot be a path, so it stands in the query; pg and libpq both take it there. */
export function connectionUrl(socketDir: string, role: Role, password: string): string {
  const host = encodeURIComponent(socketDir);
  const user = `${roleName(role)}:${encodeURIComponent(password)}`;
  // PGSSLMODE in the environment would otherwise ask for TLS, which a Unix socket does not have.
  return `postgresql://${user}@/${database}?host=${host}&port=${socketPort}&sslmode=disable`;
}

export interface AdminAccess {
  socketDir: string;
  passwords: Readonly<Record<Role, string>>;
}

export async function acceptsConnections(access: AdminAccess): Promise<boolean> {
  try {
    await withAdmin(access, async () => {});
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const cut = message === 'Connection terminated unexpectedly';
    if (cut || (code !== undefined && passing.has(code))) return false;
    if (code !== '28P01') throw error;
    throw new EmbeddedPostgresError('the database does not know the passwords in postgres.json', {
      cause: error,
    });
  }
}

/** Makes what is missing, so a start that was killed half-way is completed by the next. */
export async function ensureDatabase(
  access: AdminAccess,
  { resetPasswords }: { resetPasswords: boolean },
): Promise<void> {
  await withAdmin(access, async (client) => {
    const present = await client.query<{ roles: string[]; hasDatabase: boolean }>(
      `SELECT array(SELECT rolname::text FROM pg_roles) AS roles,
              EXISTS (SELECT FROM pg_database WHERE datname = $1) AS "hasDatabase"`,
      [database],
    );
    const known = new Set(present.rows[0]?.roles);
    for (const role of roles) {
      const name = roleName(role);
      const password = client.escapeLiteral(access.passwords[role]);
      if (!known.has(name)) {
        await client.query(
          `CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
           NOBYPASSRLS PASSWORD ${password}`,
        );
      } else if (resetPasswords) {
        await client.query(`ALTER ROLE ${name} PASSWORD ${password}`);
      }
    }
    if (!present.rows[0]?.hasDatabase) {
      await client.query(`CREATE DATABASE ${database} OWNER ${roleName('owner')}`);
    }
  });
}

async function withAdmin(
  { socketDir, passwords }: AdminAccess,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    host: socketDir,
    port: socketPort,
    user: adminRole,
    password: passwords.admin,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: connectMsMax,
  });
  // A server that goes away while the connection is idle reports it here.
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
