import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import type { Cleanups } from '../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { keptLog, makeTenant, ownLane, queueCall, testPool } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { type HttpServer, makeHttpServer } from '../platform/http/http-server.ts';
import { secretBox } from '../platform/secret-box.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { facturapiWebhookRoutes, webhookSettingsRoutes } from './webhook-routes.ts';
import { makeWebhooks, type Webhooks } from './webhooks.ts';

export interface Company {
  readonly tenantId: TenantId;
  token: string;
  secret: string;
  readonly organization: string;
}

export interface TestWebhooks {
  readonly database: TestDatabase;
  readonly admin: pg.Pool;
  readonly app: pg.Pool;
  readonly webhooks: Webhooks;
  readonly server: HttpServer;
  readonly lane: number;
  readonly records: ReadonlyArray<Record<string, unknown>>;
  /** Where the server listens. */
  readonly url: string;
}

export const boxKey = randomBytes(32);

/**
 * Both sets of routes on the app role's pool, over a database of their own. In place of a session
 * the headers `x-tenant` and `x-role` say who calls.
 */
export async function testWebhooks(t: Cleanups): Promise<TestWebhooks> {
  const database = await testDatabase(t);
  const admin = testPool(t, database.admin);
  const app = testPool(t, database.app, 8);
  const { log, records } = keptLog();
  const lane = ownLane();
  const webhooks = makeWebhooks({ pool: app, secrets: secretBox(boxKey), lane });
  const server = await makeHttpServer({ log, newId, onAnswer: () => {} });
  await facturapiWebhookRoutes(server, webhooks);
  await server.register(async (scope) => {
    scope.decorateRequest('session', null as never);
    scope.addHook('onRequest', async (request) => {
      const { 'x-tenant': tenantId, 'x-role': role } = request.headers;
      const principal = { tenantId, role, personId: 'somebody' };
      request.session = { principal } as never;
    });
    webhookSettingsRoutes(scope as unknown as HttpServer, webhooks);
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return { database, admin, app, webhooks, server, lane, records, url };
}

/** With an address and a secret for it. */
export async function listeningCompany({ admin, webhooks }: TestWebhooks): Promise<Company> {
  const tenantId = (await makeTenant(admin)) as TenantId;
  const secret = randomBytes(32).toString('hex');
  const token = (await webhooks.keepSecret(tenantId, secret))!;
  return { tenantId, token, secret, organization: randomBytes(12).toString('hex') };
}

export function sign(secret: string, body: string | Buffer): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** As FacturAPI tells of an invoice; what a test is about it changes. */
export function eventOf(
  company: Company,
  invoice: { facturapiId: string; externalId?: string | null; status?: string },
  change: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: randomBytes(12).toString('hex'),
    created_at: '2026-03-01T12:00:00.000Z',
    livemode: false,
    organization: company.organization,
    type: 'invoice.status_updated',
    data: {
      type: 'invoice',
      object: {
        id: invoice.facturapiId,
        external_id: invoice.externalId ?? null,
        status: invoice.status ?? 'valid',
      },
    },
    ...change,
  };
}

export interface Sending {
  readonly token?: string;
  /** Undefined: the right one. Null: none. */
  readonly signature?: string | null;
  readonly headers?: Record<string, string>;
}

export async function send(
  { server }: TestWebhooks,
  company: Company,
  event: object | string,
  o: Sending = {},
) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const signature = o.signature === undefined ? sign(company.secret, body) : o.signature;
  return server.inject({
    method: 'POST',
    url: `/api/webhooks/facturapi/${o.token ?? company.token}`,
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'facturapi-signature': signature }),
      ...o.headers,
    },
    payload: body,
  });
}

/** An invoice that is stamped, or is to be, with its creation in the state that is wanted. */
export async function makeInvoice(
  { admin, lane }: TestWebhooks,
  { tenantId }: Pick<Company, 'tenantId'>,
  o: {
    status: string;
    facturapiId?: string | null;
    call?: Record<string, unknown>;
    priority?: number;
  },
) {
  const facturapiId = o.facturapiId === undefined ? randomBytes(12).toString('hex') : o.facturapiId;
  const { invoiceId, callId } = await queueCall(admin, {
    tenantId,
    lane,
    invoiceStatus: o.status,
    priority: o.priority ?? 1,
    requestId: 'of the creation',
    ...(facturapiId === null ? {} : { facturapiId }),
  });
  const call: Record<string, unknown> = o.call ?? { state: 'done' };
  const names = Object.keys(call);
  await admin.query(
    `update stamping_calls set ${names.map((name, i) => `${name} = $${i + 2}`).join(', ')}
      where id = $1`,
    [callId, ...Object.values(call)],
  );
  return { invoiceId, callId, facturapiId: facturapiId ?? randomUUID(), externalId: invoiceId };
}

export interface CallRow {
  readonly id: number;
  readonly kind: string;
  readonly state: string;
  readonly priority: number;
  readonly lane: number;
  readonly attempts: number;
  readonly run_at: Date;
  readonly request_id: string | null;
  readonly asked_again: boolean;
}

export async function callsOf({ admin }: TestWebhooks, invoiceId: string): Promise<CallRow[]> {
  const { rows } = await admin.query<CallRow>(
    'select * from stamping_calls where invoice_id = $1 order by id',
    [invoiceId],
  );
  return rows;
}

export async function eventsOf(
  { admin }: TestWebhooks,
  tenantId: string,
): Promise<Array<{ event_id: string }>> {
  const { rows } = await admin.query<{ event_id: string }>(
    'select * from facturapi_events where tenant_id = $1 order by received_at',
    [tenantId],
  );
  return rows;
}

/** All that an event could touch, of every company. */
export async function everything({ admin }: TestWebhooks): Promise<unknown> {
  const { rows } = await admin.query(
    `select (select jsonb_agg(e order by e.event_id) from facturapi_events e) as events,
            (select jsonb_agg(w order by w.tenant_id) from facturapi_webhooks w) as webhooks,
            (select jsonb_agg(c order by c.id) from stamping_calls c) as calls,
            (select jsonb_agg(i order by i.id) from invoices i) as invoices`,
  );
  return rows[0];
}
