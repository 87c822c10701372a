import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import {
  invoiceInput,
  startTestSandbox,
  type TestSandbox,
} from '../../../sandbox/support/test-sandbox.ts';
import type { Cleanups } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testPool } from '../../../test/support/records.ts';
import { withoutLane } from '../../../test/support/without-lane.ts';
import type { Facturapi } from '../../facturapi/facturapi.ts';
import { facturapiClient } from '../../facturapi/facturapi-client.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import type { AttemptFacturapi } from '../attempts/attempt-facturapi.ts';
import type { Performed, PerformOptions } from '../attempts/ended-attempt.ts';
import { refreshInvoice } from '../attempts/refresh-invoice.ts';
import { priorities } from '../queue/priorities.ts';
import { settleCall } from '../queue/settle-call.ts';
import type { AccountCall, InvoiceCall } from '../queue/stamping-queue.ts';
import { type ReconcileExtras, reconcilePage } from './reconcile-page.ts';
import { startDueReconciliations, startHistoryImport } from './start-reconciliations-store.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into rows and answers of every shape.
type Row = any;

const epoch = 7;
const pagesMax = 200;
export const minuteMs = 60_000;
/** Old enough for the window, and young enough for SAT. */
export const ago = (ms = 10 * minuteMs) => new Date(Date.now() - ms).toISOString();

/** PostgreSQL, a sandbox, and the stamper's way between them, one call at a time. */
export async function reconciliationRig(cleanups: Cleanups) {
  const database = await testDatabase(cleanups);
  const admin = testPool(cleanups, database.admin);
  const stamper = testPool(cleanups, database.stamper);
  const app = testPool(cleanups, database.app);
  const sandbox = await startTestSandbox(cleanups as unknown as TestContext);
  const client = withoutLane(facturapiClient({ url: sandbox.url, connectionsMax: 5 }));
  cleanups.after(() => client.close());
  return {
    ...{ access: database, admin, stamper, app, sandbox },
    company: () => makeCompany({ admin, stamper, app, sandbox, client }),
  };
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
  const { admin, stamper, app, sandbox } = parts;
  const tenantId = (await makeTenant(admin)) as TenantId;
  const key = `sk_test_${tenantId.replaceAll('-', '')}`;
  const one = async (sql: string, ...values: unknown[]): Promise<Row> =>
    (await admin.query(sql, [tenantId, ...values])).rows[0];
  const all = async (sql: string, ...values: unknown[]): Promise<Row[]> =>
    (await admin.query(sql, [tenantId, ...values])).rows;
  const { stamping_lane: lane } = await one('select stamping_lane from tenants where id = $1');
  const steps = makeSteps(parts, { tenantId, key, lane });
  let folio = 500;

  return {
    ...{ tenantId, key, lane, one, all, ...steps },
    /** An invoice that is stamped at FacturAPI, dated ten minutes ago. */
    async stampThere(change: Record<string, unknown> = {}): Promise<Row> {
      const body = invoiceInput({ date: ago(), ...change });
      const { status, body: made } = await sandbox.call('/invoices', { key, body });
      assert.equal(status, 200, JSON.stringify(made));
      return made;
    },
    async cancelThere(id: string): Promise<void> {
      await sandbox.control('/settings', { body: { cancellation: 'accepted' } });
      const path = `/invoices/${id}?motive=02`;
      const { status } = await sandbox.call(path, { key, method: 'DELETE' });
      assert.equal(status, 200);
    },
    /** A row of ours, as of one of theirs unless told otherwise. */
    async ours(theirs: Row | undefined, change: Record<string, unknown> = {}): Promise<string> {
      folio += 1;
      const id = (change.id as string) ?? theirs?.external_id ?? randomUUID();
      const row = {
        ...{ id, status: 'valid', series: theirs?.series ?? 'F' },
        ...{ folio_number: theirs?.folio_number ?? folio, total: theirs?.total ?? 116 },
        ...{ date: theirs?.date ?? ago(), uuid: theirs?.uuid ?? null },
        ...{ facturapi_id: theirs?.id ?? null, stamped_at: ago(), rejection: null },
        ...change,
      };
      const document = { type: 'I', external_id: id, series: row.series, date: row.date };
      await admin.query(
        `insert into invoices (tenant_id, type, document, currency, totals, id, status, series,
           folio_number, total, date, uuid, facturapi_id, stamped_at, rejection, updated_at)
         select $1, 'I', $2, 'MXN', '{}', r.id, r.status, r.series, r.folio_number, r.total, r.date,
           r.uuid, r.facturapi_id, r.stamped_at, r.rejection, now() - interval '5 s'
           from jsonb_to_record($3) as r(id uuid, status text, series text, folio_number bigint,
             total numeric, date timestamptz, uuid uuid, facturapi_id text,
             stamped_at timestamptz, rejection jsonb)`,
        [tenantId, document, row],
      );
      return id;
    },
    invoice: (id: string) => one('select * from invoices where tenant_id = $1 and id = $2', id),
    differences: () =>
      all('select * from reconciliation_differences where tenant_id = $1 order by id'),
    run: (task: string) =>
      one('select * from reconciliations where tenant_id = $1 and task = $2', task),
    calls: (kind: string) =>
      all(
        `select * from stamping_calls where tenant_id = $1 and kind = $2
             and state in ('queued', 'delayed', 'calling') order by id`,
        kind,
      ),
    startHistory: () =>
      startHistoryImport(app, tenantId, { by: null as never, lane, now: new Date() }),
    startDue: (now = new Date()) => startDueReconciliations(stamper, { lane, now }),
    /** One whole run over the recent invoices, whether or not it is time for it. */
    async reconcile(extras?: ReconcileExtras): Promise<Row> {
      await one(`update reconciliations set next_at = now() where tenant_id = $1 returning 1`);
      await startDueReconciliations(stamper, { lane, now: new Date() });
      await steps.performAll('list_invoices', extras);
      return one(`select * from reconciliations where tenant_id = $1 and task = 'recent'`);
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

  async function claim(kind: string): Promise<AccountCall | InvoiceCall | undefined> {
    const { rows } = await admin.query(
      `update stamping_calls c set state = 'calling', claimed_by = $3, attempts = c.attempts + 1,
              deadline = now() + interval '20 s'
         from (select * from stamping_calls where tenant_id = $1 and kind = $2 and state = 'queued'
                order by id limit 1) first
         left join invoices i on i.id = first.invoice_id
        where c.id = first.id
       returning c.id::int, c.tenant_id as "tenantId", c.invoice_id as "invoiceId", c.kind,
                 c.priority, c.attempts, c.request, c.request_id as "requestId",
                 i.facturapi_id as "facturapiId", i.uuid`,
      [company.tenantId, kind, epoch],
    );
    return rows[0];
  }
  const settle = (call: AccountCall | InvoiceCall, performed: Performed) =>
    settleCall(stamper, {
      ...performed,
      ...{ call, epoch, lane: company.lane, housekeepingPriority: priorities.housekeeping },
    });
  const perform = (call: AccountCall | InvoiceCall, o: PerformOptions, extras?: ReconcileExtras) =>
    call.kind === 'list_invoices'
      ? reconcilePage(call, o, extras)
      : refreshInvoice(call as InvoiceCall, o);

  return {
    claim,
    settle,
    perform: (
      call: AccountCall | InvoiceCall,
      o: Partial<PerformOptions> = {},
      extras: ReconcileExtras = {},
    ) => perform(call, { ...options, ...o }, extras),
    /** Answers how many there were. */
    async performAll(kind: string, extras?: ReconcileExtras): Promise<number> {
      for (let count = 0; count < pagesMax; count += 1) {
        const call = await claim(kind);
        if (!call) return count;
        assert.equal(await settle(call, await perform(call, options, extras)), true);
      }
      throw new Error(`${kind} does not come to an end`);
    },
  };
}

function withWaits(client: Facturapi): AttemptFacturapi {
  const wait = { timeoutMs: 10_000 };
  const bound = Object.entries(client).map(([name, ask]) => [
    name,
    (...asked: unknown[]) => ask(...asked, wait),
  ]);
  return Object.fromEntries(bound) as AttemptFacturapi;
}
