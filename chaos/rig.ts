import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import pino from 'pino';
import { customerDirectory } from '../server/customers/customers.ts';
import { newId } from '../server/platform/clock.ts';
import { makePool } from '../server/platform/postgres/database.ts';
import { kyselyOver } from '../server/platform/postgres/tables.ts';
import { secretBox } from '../server/platform/secret-box.ts';
import { sealFacturapiKey } from '../server/tenants/facturapi-key.ts';
import { hashPassword } from '../server/tenants/passwords.ts';
import { ensurePerson } from '../server/tenants/people-store.ts';
import type { TenantId } from '../server/tenants/tenants.ts';
import { ensureTenant } from '../server/tenants/tenants-store.ts';
import {
  type Installation,
  metricsToken,
  startInstallation,
} from '../test/support/installation.ts';
import { receiver } from '../test/support/issuing.ts';
import { Person } from '../test/support/person.ts';
import { dropDatabase, makeDatabase } from './rig-store.ts';
import { type SandboxProcess, startSandbox } from './sandbox-process.ts';
import type { SandboxSide } from './sandbox-side.ts';
import type { Run } from './scenario.ts';

export interface RigOptions {
  readonly machines: number;
  readonly latencyMs: number;
  /** Companies beside the demo's, each with a person who issues and one customer. */
  readonly companies: readonly string[];
}

export interface Company {
  readonly name: string;
  readonly tenantId: TenantId;
  readonly person: Person;
  readonly customerId: string;
  /** How the sandbox's log calls it. */
  readonly organization: string;
}

/** Several machines on one database, and one FacturAPI to break. */
export interface Rig {
  readonly run: Run;
  readonly sandbox: SandboxProcess;
  readonly side: SandboxSide;
  readonly machines: Installation[];
  readonly companies: readonly Company[];
  readonly db: pg.Pool;
  readonly databaseUrl: string;
  /** A machine starts once more, at its port and on its folder. */
  startAgain(index: number): Promise<void>;
  /** Any machine's address, in turn. */
  nextUrl(): string;
}

const password = 'timbra-chaos';
const connectionsOfMachine = 20;

export async function openRig(run: Run, o: RigOptions): Promise<Rig> {
  const folder = mkdtempSync(join(run.folder, 'rig-'));
  const database = `chaos_${randomBytes(4).toString('hex')}`;
  run.say(`starting a sandbox and ${o.machines} supervisor(s) on database ${database}`);
  const databaseUrl = await makeDatabase(run.postgres.urls.admin, database);
  run.cleanups.after(() => dropDatabase(run.postgres.urls.admin, database));
  const sandbox = await startSandbox(run.cleanups, { folder, latencyMs: o.latencyMs });
  const secretKey = randomBytes(32);
  const env = {
    TIMBRA_DEMO: '1',
    DATABASE_URL: databaseUrl,
    FACTURAPI_URL: sandbox.url,
    TIMBRA_SECRET_KEY: secretKey.toString('base64'),
    DB_POOL_TOTAL: String(connectionsOfMachine),
    HOST: '127.0.0.1',
    // The load is not what is on trial here.
    RATE_LIMITS: 'read=10000000,search=10000000,write=10000000,issue=10000000',
  };
  const folders = Array.from({ length: o.machines }, () => mkdtempSync(join(folder, 'machine-')));
  const start = (index: number) => {
    // What is started after the clearing up would be left behind.
    run.signal.throwIfAborted();
    return startInstallation(run.cleanups, { env, dataDir: folders[index]! });
  };

  const machines: Installation[] = [await start(0)];
  // The first one has set the database up; the others find it ready.
  machines.push(...(await Promise.all(folders.slice(1).map((_, i) => start(i + 1)))));

  const log = pino({ level: 'silent' });
  const db = makePool({ access: { url: databaseUrl }, max: 4, name: 'chaos', log });
  run.cleanups.after(() => db.end());
  const companies = await makeCompanies(db, o.companies, secretKey, machines[0]!.url);

  let turn = 0;
  return {
    run,
    sandbox,
    side: sandbox.side,
    machines,
    companies,
    db,
    databaseUrl,
    async startAgain(index) {
      machines[index] = await start(index);
    },
    nextUrl() {
      turn += 1;
      return machines[turn % machines.length]!.url;
    },
  };
}

async function makeCompanies(
  db: pg.Pool,
  names: readonly string[],
  secretKey: Buffer,
  url: string,
): Promise<Company[]> {
  const secrets = secretBox(secretKey);
  const passwordHash = await hashPassword(password);
  const directory = customerDirectory({ db: kyselyOver(db), newId });
  const companies: Company[] = [];
  for (const name of names) {
    const id = newId();
    const organization = `chaos${name}`;
    const tenantId = await ensureTenant(db, {
      id,
      name: `Empresa ${name}`,
      legal_name: 'ESCUELA KEMPER URGATE',
      tax_id: 'EKU9003173C9',
      tax_system: '601',
      zip: '42501',
      livemode: false,
      facturapiKeySealed: sealFacturapiKey(secrets, id, `sk_test_${organization}`),
    });
    const email = `${name}@chaos.mx`;
    const person = { id: newId(), email, name, passwordHash, isOperator: false };
    await ensurePerson(db, tenantId, 'issuer', person);
    const customer = await directory.create(tenantId, receiver);
    companies.push({
      name,
      tenantId,
      person: await Person.signIn(url, email, password),
      customerId: customer.id,
      organization,
    });
  }
  return companies;
}

/** What the operator sees of the installation, from any machine. */
export async function clusterMetrics(rig: Rig): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${metricsToken}` };
  const signal = AbortSignal.timeout(3_000);
  const answer = await fetch(`${rig.nextUrl()}/api/cluster/metrics`, { headers, signal });
  return answer.json() as Promise<Record<string, unknown>>;
}
