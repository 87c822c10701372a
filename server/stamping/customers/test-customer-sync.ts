import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { startTestSandbox, type TestSandbox } from '../../../sandbox/support/test-sandbox.ts';
import type { Cleanups } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testPool } from '../../../test/support/records.ts';
import { withoutLane } from '../../../test/support/without-lane.ts';
import { customerDirectory } from '../../customers/customers.ts';
import type { Facturapi } from '../../facturapi/facturapi.ts';
import { facturapiClient } from '../../facturapi/facturapi-client.ts';
import { newId } from '../../platform/clock.ts';
import { kyselyOver } from '../../platform/postgres/tables.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import type { AttemptFacturapi } from '../attempts/attempt-facturapi.ts';
import type { Performed, PerformOptions } from '../attempts/ended-attempt.ts';
import { priorities } from '../queue/priorities.ts';
import { settleCall } from '../queue/settle-call.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import type { ListBounds } from '../reconciliation/reconciliation-limits.ts';
import { askCustomer } from './ask-customer.ts';
import { mirrorPage } from './mirror-page.ts';
import {
  askDueCustomers,
  startCustomerSync,
  startDueCustomerSyncs,
} from './start-customer-syncs-store.ts';
import { syncCustomer } from './sync-customer.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into rows and answers of every shape.
type Row = any;

const epoch = 7;
const callsMax = 200;

/** Of a customer that both sides accept. */
export const dunder = {
  legal_name: 'DUNDER MIFFLIN',
  tax_id: 'EKU9003173C9',
  tax_system: '601',
  email: 'compras@example.com',
  address: { zip: '42501', street: 'Sauce', exterior: '7' },
};

/** PostgreSQL, a sandbox, and the stamper's way between them, one call at a time. */
export async function customerSyncRig(cleanups: Cleanups, o: { now?: () => Date } = {}) {
  const database = await testDatabase(cleanups);
  const admin = testPool(cleanups, database.admin);
  const stamper = testPool(cleanups, database.stamper);
  const app = testPool(cleanups, database.app);
  const sandbox = await startTestSandbox(cleanups as unknown as TestContext, o);
  const client = withoutLane(facturapiClient({ url: sandbox.url, connectionsMax: 5 }));
  cleanups.after(() => client.close());
  const parts = { admin, stamper, app, sandbox, client };
  return { ...parts, access: database, company: () => makeCompany(parts) };
}

interface Parts {
  readonly admin: pg.Pool;
  readonly stamper: pg.Pool;
  readonly app: pg.Pool;
  readonly sandbox: TestSandbox;
  readonly client: Facturapi;
}

export type Company = Awaited<ReturnType<typeof makeCompany>>;

/** A company with an organization of its own, and a lane in which nothing else happens. */
async function makeCompany(parts: Parts) {
  const { admin, app, sandbox } = parts;
  const tenantId = (await makeTenant(admin)) as TenantId;
  const key = `sk_test_${tenantId.replaceAll('-', '')}`;
  const one = async (sql: string, ...values: unknown[]): Promise<Row> =>
    (await admin.query(sql, [tenantId, ...values])).rows[0];
  const all = async (sql: string, ...values: unknown[]): Promise<Row[]> =>
    (await admin.query(sql, [tenantId, ...values])).rows;
  const { stamping_lane: lane } = await one('select stamping_lane from tenants where id = $1');
  const directory = customerDirectory({ db: kyselyOver(app), newId });
  const steps = makeSteps(parts, { tenantId, key, lane });
  const there = async (path: string, o: { method?: string; body?: object } = {}) => {
    const answer = await sandbox.call(path, { key, ...o });
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    return answer.body;
  };

  return {
    ...{ tenantId, key, lane, one, all, directory, there, ...steps },
    makeThere: (change: object = {}) => there('/customers', { body: { ...dunder, ...change } }),
    editThere: (id: string, body: object) => there(`/customers/${id}`, { method: 'PUT', body }),
    readThere: (id: string) => there(`/customers/${id}`),
    async listThere(): Promise<Row[]> {
      return (await there('/customers?limit=100')).data;
    },
    makeHere: (change: object = {}) => directory.create(tenantId, { ...dunder, ...change }),
    editHere: (id: string, change: object) =>
      directory.replace(tenantId, id, { ...dunder, ...change }),
    customers: () => all('select * from customers where tenant_id = $1 order by created_at, id'),
    customer: (id: string) => one('select * from customers where tenant_id = $1 and id = $2', id),
    link: (id: string) =>
      one('select * from customer_links where tenant_id = $1 and customer_id = $2', id),
    differences: () =>
      all(`select * from customer_differences where tenant_id = $1 and ended_at is null
            order by id`),
    sync: () => one('select * from customer_syncs where tenant_id = $1'),
    calls: (kind: string) =>
      all(
        `select * from stamping_calls where tenant_id = $1 and kind = $2
             and state in ('queued', 'delayed', 'calling') order by id`,
        kind,
      ),
    start: () => startCustomerSync(app, tenantId, { by: null as never, lane, now: new Date() }),
    startDue: () => startDueCustomerSyncs(parts.stamper, { lane, now: new Date() }),
    /** Long enough ago for a list to show it. */
    settled: () =>
      one(`update customer_links set synced_at = synced_at - interval '1 hour'
            where tenant_id = $1 returning 1`),
    /** A whole run, and what it asks to be sent. */
    async wholeRun(bounds?: ListBounds): Promise<Row> {
      await startCustomerSync(app, tenantId, { by: null as never, lane, now: new Date() });
      await steps.performAll('list_customers', bounds);
      await this.sendDue();
      return this.sync();
    },
    async sendDue(): Promise<number> {
      await askDueCustomers(parts.stamper, lane);
      return steps.performAll('sync_customer');
    },
    /** An invoice for it, stamped as the settlement would have it. */
    async invoiceValid(customerId: string): Promise<void> {
      const id = randomUUID();
      await admin.query(
        `insert into invoices (tenant_id, id, type, status, series, folio_number, document,
           currency, totals, total, date, customer_id)
         values ($1, $2, 'I', 'stamping', 'F', floor(random() * 1e9)::int, '{}', 'MXN', '{}', 116,
                 now(), $3)`,
        [tenantId, id, customerId],
      );
      await parts.stamper.query(`update invoices set status = 'valid' where id = $1`, [id]);
    },
  };
}

function makeSteps(
  { admin, stamper, client }: Parts,
  company: { tenantId: string; key: string; lane: number },
) {
  const options: PerformOptions = {
    facturapi: withWaits(client),
    keyOf: () => company.key,
    now: () => new Date(),
    random: () => 0.5,
  };

  async function claim(kind: string): Promise<AccountCall | undefined> {
    const { rows } = await admin.query(
      `update stamping_calls c set state = 'calling', claimed_by = $3, attempts = c.attempts + 1,
              deadline = now() + interval '20 s'
        where c.id = (select id from stamping_calls
                       where tenant_id = $1 and kind = $2 and state in ('queued', 'delayed')
                       order by id limit 1)
       returning c.id::int, c.tenant_id as "tenantId", null as "invoiceId", c.kind, c.priority,
                 c.attempts, c.request, c.request_id as "requestId", c.expires_at as "expiresAt",
                 c.outcome_unknown as "outcomeUnknown"`,
      [company.tenantId, kind, epoch],
    );
    return rows[0];
  }
  const settle = (call: AccountCall, performed: Performed) =>
    settleCall(stamper, {
      ...performed,
      ...{ call, epoch, lane: company.lane, housekeepingPriority: priorities.housekeeping },
    });
  const perform = (call: AccountCall, o: Partial<PerformOptions> = {}, bounds?: ListBounds) => {
    const all = { ...options, ...o };
    switch (call.kind) {
      case 'list_customers':
        return mirrorPage(call, all, bounds);
      case 'sync_customer':
        return syncCustomer(call, all);
      default:
        return askCustomer(call, all);
    }
  };

  return {
    claim,
    settle,
    perform,
    /** The call as if its process had been killed: nothing of it was written. */
    async giveBack(call: AccountCall): Promise<void> {
      await admin.query(
        `update stamping_calls set state = 'queued', claimed_by = null, deadline = null,
                outcome_unknown = true where id = $1`,
        [call.id],
      );
    },
    /** Answers how many there were. */
    async performAll(kind: string, bounds?: ListBounds): Promise<number> {
      for (let count = 0; count < callsMax; count += 1) {
        const call = await claim(kind);
        if (!call) return count;
        assert.equal(await settle(call, await perform(call, {}, bounds)), true);
      }
      throw new Error(`${kind} does not come to an end`);
    },
  };
}

function withWaits(client: Facturapi): AttemptFacturapi {
  const wait = { timeoutMs: 10_000 };
  const bound = Object.entries(client).map(([name, ask]) => [
    name,
    (...asked: unknown[]) => (ask as (...a: unknown[]) => unknown)(...asked, wait),
  ]);
  return Object.fromEntries(bound) as AttemptFacturapi;
}
