import type pg from 'pg';
import type { Facturapi } from '../facturapi/facturapi.ts';
import type { Logger } from '../platform/logging.ts';
import type { DatabaseAccess } from '../platform/postgres/database.ts';
import { attemptFacturapi } from './attempts/attempt-facturapi.ts';
import { createInvoice } from './attempts/create-invoice.ts';
import type { Performed, PerformOptions } from './attempts/ended-attempt.ts';
import { fetchFile } from './attempts/fetch-file.ts';
import { refreshInvoice } from './attempts/refresh-invoice.ts';
import { searchCatalog } from './attempts/search-catalog.ts';
import { startChores } from './chores.ts';
import { askCustomer } from './customers/ask-customer.ts';
import { mirrorPage } from './customers/mirror-page.ts';
import { syncCustomer } from './customers/sync-customer.ts';
import { startLane, type Turn } from './lane/lane.ts';
import { startRoster } from './lane/lane-roster.ts';
import { startLeadership } from './lane/leadership.ts';
import { makeGovernor } from './mood/governor.ts';
import { installationLane, type LimitScope } from './queue/lanes.ts';
import type { ClaimedCall } from './queue/stamping-queue.ts';
import { reconcilePage } from './reconciliation/reconcile-page.ts';

export interface StamperOptions {
  readonly facturapi: Facturapi;
  /** Opens a tenant's sealed FacturAPI key; undefined when it does not open. */
  readonly openKey: (tenantId: string, sealed: Buffer) => string | undefined;
  readonly pool: pg.Pool;
  readonly leaderAccess: DatabaseAccess;
  readonly inFlightMax: number;
  readonly limitScope: LimitScope;
  readonly name: string;
  readonly log: Logger;
}

/** The process that makes every call to FacturAPI. */
export function startStamper(o: StamperOptions) {
  const leadership = startLeadership({ access: o.leaderAccess, name: o.name, log: o.log });
  const open = (lane: number) =>
    startLane({
      lane,
      limit: o.inFlightMax,
      leadership,
      pool: o.pool,
      log: o.log,
      makeGovernor: (inFlight) =>
        makeGovernor({ limit: o.inFlightMax, inFlight, random: Math.random }),
      perform: (call, turn) => perform(call, optionsOf(call, turn, o), o.log),
    });
  const lanes =
    o.limitScope === 'installation'
      ? open(installationLane)
      : startRoster({ name: o.name, pool: o.pool, log: o.log, open });
  const chores = startChores(o);
  return {
    /** Something was queued in that lane, or one cannot tell. */
    wake: (lane?: number) => lanes.wake(lane),
    async stop() {
      await chores.stop();
      await lanes.stop();
      await leadership.stop();
      await o.facturapi.close();
    },
  };
}

function optionsOf(call: ClaimedCall, turn: Turn, o: StamperOptions): PerformOptions {
  const { tenantId } = call;
  const startedAt = Date.now();
  const startedMs = performance.now();
  return {
    facturapi: attemptFacturapi({ facturapi: o.facturapi, tenantId, ...turn }),
    keyOf: (one) => (one.keySealed ? o.openKey(one.tenantId, one.keySealed) : undefined),
    now: () => new Date(startedAt + (performance.now() - startedMs)),
    random: Math.random,
  };
}

function perform(call: ClaimedCall, options: PerformOptions, log: Logger): Promise<Performed> {
  switch (call.kind) {
    case 'create_invoice':
      return createInvoice(call, options);
    case 'fetch_xml':
    case 'fetch_pdf':
      return fetchFile(call, options);
    case 'read_invoice':
      return refreshInvoice(call, options);
    case 'search_catalog':
      return searchCatalog(call, options);
    case 'list_invoices':
      return reconcilePage(call, options, { log });
    case 'list_customers':
      return mirrorPage(call, options);
    case 'sync_customer':
      return syncCustomer(call, options);
    case 'ask_customer':
      return askCustomer(call, options);
  }
}
