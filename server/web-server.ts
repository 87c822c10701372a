import type pg from 'pg';
import { clusterRoutes, probeRoutes } from './cluster/cluster-routes.ts';
import type { Counters } from './cluster/counters.ts';
import type { MachineState } from './cluster/machine-state.ts';
import { readQueueReport } from './cluster/queue-report.ts';
import { makeReports } from './cluster/reports.ts';
import { customerRoutes } from './customers/customer-routes.ts';
import { customerDirectory } from './customers/customers.ts';
import { catalogRoutes } from './invoices/catalog-routes.ts';
import { invoiceEventRoutes } from './invoices/invoice-event-routes.ts';
import { invoiceFileRoutes } from './invoices/invoice-file-routes.ts';
import { invoiceRoutes } from './invoices/invoice-routes.ts';
import type { InvoiceSignals } from './invoices/invoice-signals.ts';
import { makeInvoices } from './invoices/invoices.ts';
import { newId, systemClock } from './platform/clock.ts';
import { consolePages } from './platform/http/console-pages.ts';
import { type HttpServer, makeHttpServer } from './platform/http/http-server.ts';
import type { Logger } from './platform/logging.ts';
import { ping } from './platform/postgres/database.ts';
import { kyselyOver } from './platform/postgres/tables.ts';
import { authRoutes } from './sessions/auth-routes.ts';
import type { SessionStore } from './sessions/session-store.ts';
import { useSessions } from './sessions/sessions.ts';

export interface WebServerOptions {
  readonly log: Logger;
  readonly pool: pg.Pool;
  readonly counters: Counters;
  readonly signals: InvoiceSignals;
  readonly sessions: SessionStore;
  readonly cookieKey: string;
  readonly metricsToken: string | undefined;
  readonly facturapiInFlightMax: number;
  readonly machineState: () => Promise<MachineState>;
}

/** Every route of a web worker, wired; the part of the composition root that tests also build. */
export async function makeWebServer(o: WebServerOptions): Promise<HttpServer> {
  const tables = kyselyOver(o.pool);
  const store = o.sessions;
  const directory = customerDirectory({ db: tables, newId });
  const invoices = makeInvoices({
    db: o.pool,
    tables,
    signals: o.signals,
    findCustomer: directory.find,
    clock: systemClock,
    newId,
  });
  const reports = makeReports({
    machineState: o.machineState,
    workerPid: process.pid,
    queue: () => readQueueReport(o.pool),
    countSessions: store.countActive,
    pingDatabase: () => ping(o.pool),
    facturapiInFlightMax: o.facturapiInFlightMax,
  });

  const server = await makeHttpServer({ log: o.log, newId, onAnswer: o.counters.request });
  probeRoutes(server, reports);
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
    invoiceRoutes(signedIn, {
      invoices,
      findCustomer: directory.find,
      now: () => systemClock.now(),
    });
    invoiceFileRoutes(signedIn, invoices);
    invoiceEventRoutes(signedIn, o.signals);
    catalogRoutes(signedIn);
    clusterRoutes(signedIn, reports);
  });
  await server.ready();
  return server;
}
