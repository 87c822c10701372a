import { parseArgs } from 'node:util';
import pg from 'pg';
import { ConfigError, readConfig } from './config.ts';
import { findTenant } from './customers/seed/seed-store.ts';
import { newId } from './platform/clock.ts';
import { clientConfig } from './platform/postgres/database.ts';
import { openDatabase } from './platform/postgres/open-database.ts';
import { showProgress, type Terminal } from './platform/progress.ts';

export const seedCountMax = 10_000_000;
const seedDefault = 1;

export interface CommandOptions {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C: what was committed stays. */
  readonly signal: AbortSignal;
  /** Of a test; the process's own otherwise. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const usage = `npm run timbra -- seed --tenant Demo --customers 1000000 [--seed 1]
    llena el directorio de una empresa con clientes inventados, hasta llegar a tantos;
    la misma semilla hace los mismos, y lo interrumpido sigue donde se quedó
`;

/** Answers the exit code: 0 done, 1 failed, 2 not understood, 130 broken off. */
export async function runCommand(args: readonly string[], o: CommandOptions): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (command === 'seed') return await seed(rest, o);
    throw new UsageError(command === undefined ? '' : `no existe el comando ${command}\n`);
  } catch (error) {
    if (error instanceof UsageError) {
      o.terminal.write(`${error.message}${usage}`);
      return 2;
    }
    if (!isExpected(error)) throw error;
    o.terminal.write(`timbra: ${(error as Error).message}\n`);
    return 1;
  }
}

class UsageError extends Error {
  override name = 'UsageError';
}

function isExpected(error: unknown): boolean {
  const names = ['EmbeddedPostgresError', 'DataDirectoryInUseError', 'DatabaseNotFitError'];
  return error instanceof ConfigError || (error instanceof Error && names.includes(error.name));
}

async function seed(args: readonly string[], o: CommandOptions): Promise<number> {
  const { tenant, count, seed } = readSeedArguments(args);
  const { seedCustomers } = await import('./customers/seed/seed-customers.ts');
  await using database = await openDatabase(readConfig(o.env));
  const admin = new pg.Client(clientConfig(database.access, 'seed'));
  admin.on('error', () => {});
  await admin.connect();
  try {
    const tenantId = await findTenant(admin, tenant);
    if (!tenantId) throw new ConfigError(`no hay empresa «${tenant}»; la demo nace con npm start`);
    const progress = showProgress(o.terminal, { what: 'clientes', of: count });
    const made = await seedCustomers(admin, tenantId, {
      count,
      seed,
      newId,
      signal: o.signal,
      onProgress: progress.at,
    });
    progress.end(`${made.toLocaleString('es-MX')} clientes nuevos en ${tenant}`);
    return o.signal.aborted ? 130 : 0;
  } finally {
    await admin.end();
  }
}

function readSeedArguments(args: readonly string[]) {
  const options = {
    tenant: { type: 'string' },
    customers: { type: 'string' },
    seed: { type: 'string' },
  } as const;
  let values: { tenant?: string; customers?: string; seed?: string };
  try {
    values = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n`);
  }
  if (!values.tenant) throw new UsageError('falta --tenant\n');
  return {
    tenant: values.tenant,
    count: wholeNumber('customers', values.customers, seedCountMax),
    seed: wholeNumber('seed', values.seed ?? String(seedDefault), 2 ** 31),
  };
}

function wholeNumber(name: string, text: string | undefined, max: number): number {
  const number = /^\d{1,10}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (number >= 1 && number <= max) return number;
  throw new UsageError(`--${name} debe ser un entero de 1 a ${max.toLocaleString('es-MX')}\n`);
}
