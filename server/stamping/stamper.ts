import type pg from 'pg';
import type { Facturapi } from '../facturapi/facturapi.ts';
import type { Logger } from '../platform/logging.ts';
import type { DatabaseAccess } from '../platform/postgres/database.ts';
import { fetchFile } from './fetch-file.ts';
import { startLane } from './lane.ts';
import { installationLane } from './lanes.ts';
import { createInvoice, type Performed, type PerformOptions } from './perform-call.ts';
import type { ClaimedCall } from './stamping-queue.ts';

export interface StamperOptions {
  readonly facturapi: Facturapi;
  /** Opens a tenant's sealed FacturAPI key; undefined when it does not open. */
  readonly openKey: (tenantId: string, sealed: Buffer) => string | undefined;
  readonly pool: pg.Pool;
  readonly leaderAccess: DatabaseAccess;
  readonly inFlightMax: number;
  readonly name: string;
  readonly log: Logger;
}

/** The process that makes every call to FacturAPI. */
export function startStamper(o: StamperOptions) {
  const options: PerformOptions = {
    facturapi: o.facturapi,
    keyOf: (call) => (call.keySealed ? o.openKey(call.tenantId, call.keySealed) : undefined),
    now: () => new Date(),
    random: Math.random,
  };
  const lane = startLane({
    lane: installationLane,
    limit: o.inFlightMax,
    name: o.name,
    leaderAccess: o.leaderAccess,
    pool: o.pool,
    log: o.log,
    perform: (call) => perform(call, options),
  });
  return {
    wake: lane.wake,
    async stop() {
      await lane.stop();
      await o.facturapi.close();
    },
  };
}

function perform(call: ClaimedCall, options: PerformOptions): Promise<Performed> {
  switch (call.kind) {
    case 'create_invoice':
      return createInvoice(call, options);
    case 'fetch_xml':
    case 'fetch_pdf':
      return fetchFile(call, options);
  }
}
