import type pg from 'pg';
import { catalogRoutes } from './catalogs/catalog-routes.ts';
import { clusterRoutes, probeRoutes } from './cluster/cluster-routes.ts';
import type { Counters } from './cluster/counters.ts';
import type { MachineState } from './cluster/machine-state.ts';
import { readQueueReport } from './cluster/queue-report.ts';
import { makeReports } from './cluster/reports.ts';
import { customerRoutes } from './customers/customer-routes.ts';
import { customerDirectory } from './customers/customers.ts';
import { exportRoutes } from './customers/export/export-routes.ts';
import { importEventRoutes } from './customers/import/import-event-routes.ts';
import { importRoutes } from './customers/import/import-routes.ts';
import type { ImportSignals } from './customers/import/import-signals.ts';
import { customerSearchRoutes } from './customers/search/customer-search-routes.ts';
import { customerSearch } from './customers/search/search-customers.ts';
import { decideReview } from './invoices/decide-review.ts';
import { invoiceEventRoutes } from './invoices/invoice-event-routes.ts';
import { invoiceFileRoutes } from './invoices/invoice-file-routes.ts';
import { readInvoiceHistory } from './invoices/invoice-history.ts';
import { invoiceRoutes } from './invoices/invoice-routes.ts';
import { type InvoiceSignals, watchCall } from './invoices/invoice-signals.ts';
import { makeInvoices } from './invoices/invoices.ts';
import { reissueRoutes } from './invoices/reissue-routes.ts';
import { reviewRoutes } from './invoices/review-routes.ts';
import { newId, systemClock } from './platform/clock.ts';
import { consolePages } from './platform/http/console-pages.ts';
import { type HttpServer, makeHttpServer } from './platform/http/http-server.ts';
import type { Logger } from './platform/logging.ts';
import { ping } from './platform/postgres/database.ts';
import type { SearchPool } from './platform/postgres/search-pool.ts';
import { kyselyOver } from './platform/postgres/tables.ts';
import { secretBox } from './platform/secret-box.ts';
import { productKeyRoutes } from './products/product-key-routes.ts';
import { productRoutes } from './products/product-routes.ts';
import { productCatalogue } from './products/products.ts';
import { productKeySearch } from './products/search-product-keys.ts';
import { authRoutes } from './sessions/auth-routes.ts';
import type { SessionStore } from './sessions/session-store.ts';
import { useSessions } from './sessions/sessions.ts';
import { customerStandingRoutes } from './stamping/customers/customer-standing-routes.ts';
import { customerSyncRoutes } from './stamping/customers/customer-sync-routes.ts';
import { customerQuestions } from './stamping/customers/question.ts';
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
  readonly searchPool: SearchPool;
  readonly counters: Counters;
  readonly signals: InvoiceSignals;
  readonly importSignals: ImportSignals;
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
  const catalogue = productCatalogue({ db: tables, newId });
  const lane = laneOf(o.facturapiLimitScope);
  const readStatus = statusReader(o.pool, lane);
  const invoices = makeInvoices({
    db: o.pool,
    lane,
    tables,
    signals: o.signals,
    findCustomer: directory.find,
    findProducts: catalogue.forInvoice,
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
    await importRoutes(signedIn, { pool: o.pool, newId });
    importEventRoutes(signedIn, { pool: o.pool, signals: o.importSignals });
    exportRoutes(signedIn, { pool: o.pool });
    customerSearchRoutes(signedIn, customerSearch(o.searchPool));
    const issuing = {
      invoices,
      notices: (tenantId: TenantId) => quickNotices(readStatus, tenantId),
    };
    invoiceRoutes(signedIn, {
      ...issuing,
      findCustomer: directory.find,
      findProducts: catalogue.forInvoice,
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
    catalogRoutes(signedIn, { clock: systemClock });
    productRoutes(signedIn, catalogue);
    productKeyRoutes(
      signedIn,
      productKeySearch({ db: o.pool, lane, watchCall: () => watchCall(o.signals) }),
    );
    stampingStatusRoutes(signedIn, readStatus);
    stampingOperatorRoutes(signedIn, { pool: o.pool, lane });
    reconciliationRoutes(signedIn, { db: o.pool, lane, now: () => systemClock.now() });
    customerSyncRoutes(signedIn, { pool: o.pool, lane, newId, now: () => systemClock.now() });
    const questions = customerQuestions({
      db: o.pool,
      lane,
      watchCall: () => watchCall(o.signals),
    });
    customerStandingRoutes(signedIn, { db: o.pool, questions });
    webhookSettingsRoutes(signedIn, webhooks);
    clusterRoutes(signedIn, reports);
  });
  await server.ready();
  return server;
}
