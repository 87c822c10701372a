import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Cleanups } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { receiver } from '../../test/support/issuing.ts';
import { makeTenant, silentLog, testPool } from '../../test/support/records.ts';
import { makeCounters } from '../cluster/counters.ts';
import { customerDirectory } from '../customers/customers.ts';
import { makeImportSignals } from '../customers/import/import-signals.ts';
import { type InvoiceSignals, makeInvoiceSignals } from '../invoices/invoice-signals.ts';
import { newId } from '../platform/clock.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { makeSearchPool } from '../platform/postgres/search-pool.ts';
import { kyselyOver } from '../platform/postgres/tables.ts';
import { sessionStore } from '../sessions/session-store.ts';
import { hashPassword } from '../tenants/passwords.ts';
import { ensurePerson } from '../tenants/people-store.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { makeWebServer } from '../web-server.ts';

export const metricsToken = 'a metrics token of the tests';
const password = 'correct horse battery staple';

export interface WebWorker {
  readonly admin: pg.Pool;
  readonly server: HttpServer;
  readonly signals: InvoiceSignals;
  readonly tenantId: TenantId;
  readonly customerId: string;
  call(who: Who, method: Method, url: string, o?: CallOptions): Promise<WebAnswer>;
}

export type Who = 'issuer' | 'viewer' | 'operator' | 'token' | 'stranger';
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of it is what it checks
  readonly body: any;
}

/** A web worker's routes over a database of its own, and no stamper. */
export async function webWorker(t: Cleanups): Promise<WebWorker> {
  const database = await testDatabase(t);
  const admin = testPool(t, database.admin);
  const pool = testPool(t, database.app, 8);
  const tenantId = (await makeTenant(admin)) as TenantId;
  const signals = makeInvoiceSignals();
  const server = await makeWebServer({
    log: silentLog,
    pool,
    searchPool: makeSearchPool(pool),
    counters: makeCounters(),
    signals,
    importSignals: makeImportSignals(),
    sessions: sessionStore(pool),
    cookieKey: randomBytes(32).toString('base64'),
    metricsToken,
    webhookKey: randomBytes(32).toString('base64'),
    facturapiInFlightMax: 5,
    facturapiLimitScope: 'installation',
    machineState: () => Promise.reject(new Error('there is no supervisor here')),
  });
  t.after(() => server.close());
  const directory = customerDirectory({ db: kyselyOver(admin), newId });
  const customer = await directory.create(tenantId, receiver);

  const headersOf: Record<Who, Record<string, string>> = {
    issuer: await signIn('issuer', false),
    viewer: await signIn('viewer', false),
    operator: await signIn('administrator', true),
    token: { authorization: `Bearer ${metricsToken}` },
    stranger: {},
  };

  async function signIn(role: 'issuer' | 'viewer' | 'administrator', isOperator: boolean) {
    const email = `${role}-${newId()}@example.mx`;
    const passwordHash = await hashPassword(password);
    const person = { id: newId(), email, name: `Quien ${role}`, passwordHash, isOperator };
    await ensurePerson(admin, tenantId, role, person);
    const answer = await server.inject({
      method: 'POST',
      url: '/api/auth/login',
      payload: { email, password },
    });
    return { cookie: String(answer.headers['set-cookie']).split(';')[0]! };
  }

  return {
    admin,
    server,
    signals,
    tenantId,
    customerId: customer.id,
    async call(who, method, url, o = {}) {
      const answer = await server.inject({
        method,
        url,
        headers: { ...headersOf[who], ...o.headers },
        ...(o.body === undefined ? {} : { payload: o.body as object }),
      });
      // A 304 says of what kind it would be, and is empty.
      const isJson = answer.body !== '' && String(answer.headers['content-type']).includes('json');
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: isJson ? answer.json() : answer.body,
      };
    },
  };
}
