import type pg from 'pg';
import { clusterRoutes, probeRoutes } from './cluster/cluster-routes.ts';
import type { Counters } from './cluster/counters.ts';
import type { MachineState } from './cluster/machine-state.ts';
import { readQueueReport } from './cluster/queue-report.ts';
import { makeReports } from './cluster/reports.ts';
import { customerRoutes } from './customers/customer-routes.ts';
import { customerDirectory } from './customers/customers.ts';
import { catalogRoutes } from './invoices/catalog-routes.ts';
import { decideReview } from './invoices/decide-review.ts';
import { invoiceEventRoutes } from './invoices/invoice-event-routes.ts';
import { invoiceFileRoutes } from './invoices/invoice-file-routes.ts';
import { readInvoiceHistory } from './invoices/invoice-history.ts';
import { invoiceRoutes } from './invoices/invoice-routes.ts';
import type { InvoiceSignals } from './invoices/invoice-signals.ts';
import { makeInvoices } from './invoices/invoices.ts';
import { productKeyRoutes } from './invoices/product-key-routes.ts';
import { reissueRoutes } from './invoices/reissue-routes.ts';
import { reviewRoutes } from './invoices/review-routes.ts';
import { productKeySearch } from './invoices/search-product-keys.ts';
import { newId, systemClock } from './platform/clock.ts';
import { consolePages } from './platform/http/console-pages.ts';
import { type HttpServer, makeHttpServer } from './platform/http/http-server.ts';
import type { Logger } from './platform/logging.ts';
import { ping } from './platform/postgres/database.ts';
import { kyselyOver } from './platform/postgres/tables.ts';
import { secretBox } from './platform/secret-box.ts';
import { authRoutes } from './sessions/auth-routes.ts';
import type { SessionStore } from './sessions/session-store.ts';
import { useSessions } from './sessions/sessions.ts';
import { readInvoicesReport } from './stamping/operator/invoices-report.ts';
import { stampingOperatorRoutes } from './stamping/operator/stamping-operator-routes.ts';
import { quickNotices, statusReader } from './stamping/operator/stamping-status.ts';
import { stampingStatusRoutes } from './stamping/operator/stamping-status-routes.ts';
import { type LimitScope, laneOf } from './stamping/queue/lanes.ts';
import { reconciliationRoutes } from './stamping/reconciliation/reconciliation-routes.ts';
import type { TenantId } from './tenants/tenants.ts';
import { facturapiWebhookRoutes, webhookSettingsRoutes } from './webhooks/webhook-routes.ts';
import { makeWebhooks } from './webhooks/webhooks.ts';

export interface WebServerOptions {
  readonly log: Logger;
  readonly pool: pg.Pool;
  readonly counters: Counters;
  readonly signals: InvoiceSignals;
  readonly sessions: SessionStore;
  readonly cookieKey: string;
  readonly metricsToken: string | undefined;
  /** Base64; opens the secrets of webhooks. */
  readonly webhookKey: string;
  readonly facturapiInFlightMax: number;
  readonly facturapiLimitScope: LimitScope;
  readonly machineState: () => Promise<MachineState>;
}

/** Every route of a web worker, wired; the part of the composition root that tests also build. */
export async function makeWebServer(o: WebServerOptions): Promise<HttpServer> {
  const tables = kyselyOver(o.pool);
  const store = o.sessions;
  const directory = customerDirectory({ db: tables, newId });
  const lane = laneOf(o.facturapiLimitScope);
  const readStatus = statusReader(o.pool, lane);
  const invoices = makeInvoices({
    db: o.pool,
    lane,
    tables,
    signals: o.signals,
    findCustomer: directory.find,
    clock: systemClock,
    newId,
  });
  const webhooks = makeWebhooks({
    pool: o.pool,
    secrets: secretBox(Buffer.from(o.webhookKey, 'base64')),
    lane,
  });
  const reports = makeReports({
    machineState: o.machineState,
    workerPid: process.pid,
    queue: () => readQueueReport(o.pool),
    countSessions: store.countActive,
    pingDatabase: () => ping(o.pool),
    invoices: () => readInvoicesReport(o.pool),
    facturapiInFlightMax: o.facturapiInFlightMax,
  });

  const server = await makeHttpServer({ log: o.log, newId, onAnswer: o.counters.request });
  probeRoutes(server, reports);
  await facturapiWebhookRoutes(server, webhooks);
  await consolePages(server);
  // Only below here is a session looked up: a page's assets must not cost a query each.
  await server.register(async (api) => {
    const signedIn = api as unknown as HttpServer;
    await useSessions(signedIn, {
      store,
      cookieKey: o.cookieKey,
      metricsToken: o.metricsToken,
      onLookUp: o.counters.session,
    });
    authRoutes(signedIn, { db: o.pool, store });
    customerRoutes(signedIn, directory);
    const issuing = {
      invoices,
      notices: (tenantId: TenantId) => quickNotices(readStatus, tenantId),
    };
    invoiceRoutes(signedIn, {
      ...issuing,
      findCustomer: directory.find,
      now: () => systemClock.now(),
    });
    reissueRoutes(signedIn, issuing);
    reviewRoutes(signedIn, {
      invoices,
      decide: (request) => decideReview(o.pool, lane, request),
      history: (tenantId, id) => readInvoiceHistory(o.pool, tenantId, id),
    });
    invoiceFileRoutes(signedIn, invoices);
    invoiceEventRoutes(signedIn, o.signals);
    catalogRoutes(signedIn);
    productKeyRoutes(signedIn, productKeySearch({ db: o.pool, lane, signals: o.signals }));
    stampingStatusRoutes(signedIn, readStatus);
    stampingOperatorRoutes(signedIn, { pool: o.pool, lane });
    reconciliationRoutes(signedIn, { db: o.pool, lane, now: () => systemClock.now() });
    webhookSettingsRoutes(signedIn, webhooks);
    clusterRoutes(signedIn, reports);
  });
  await server.ready();
  return server;
}
