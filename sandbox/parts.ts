import type { Logger } from 'pino';
import { type CallRunner, createCallRunner } from './call.ts';
import { createCallLog } from './calls/call-log.ts';
import { openKeyring } from './certificates/keyring.ts';
import { createCounters } from './counters/counters.ts';
import { customersStore } from './customers/customers-store.ts';
import { createConditions } from './faults/conditions.ts';
import { createFaultPlan } from './faults/fault-plan.ts';
import { invoicesStore } from './invoices/invoices-store.ts';
import { createSettlement } from './invoices/settle-invoices.ts';
import { organizationsStore } from './organizations/organizations-store.ts';
import { outboxStore } from './outbox/outbox-store.ts';
import { productsStore } from './products/products-store.ts';
import { receiptsStore } from './receipts/receipts-store.ts';
import { defaultSettings } from './settings.ts';
import { openDatabase } from './state/database.ts';
import { createDeliveries } from './webhooks/deliveries.ts';
import { createDeliveryPlan } from './webhooks/delivery-faults.ts';
import { webhooksStore } from './webhooks/webhooks-store.ts';

export interface PartsOptions {
  /** Folder of the sandbox's own file; made when absent. */
  dataDir: string;
  latencyMs: number;
  now: () => Date;
  log: Logger;
}

export type SandboxParts = ReturnType<typeof openParts>;

/** Opens the state and makes all that the routes are made of. */
export function openParts(options: PartsOptions) {
  const defaults = defaultSettings(options.latencyMs);
  const settings = { ...defaults };
  const now = () => new Date(options.now().getTime() + settings.clock_offset_ms);
  const database = openDatabase(options.dataDir);
  const invoices = invoicesStore(database);
  const keyring = openKeyring(database, now);
  const products = productsStore(database);
  const webhooks = webhooksStore(database);
  const deliveryPlan = createDeliveryPlan();
  const deliveries = createDeliveries({ webhooks, plan: deliveryPlan, settings, now });
  const { announce } = deliveries;
  const settlement = createSettlement({ database, invoices, keyring, settings, announce, now });
  const faults = createFaultPlan();
  const conditions = createConditions(settings, now);
  const runner: CallRunner = createCallRunner({ conditions, faults, log: options.log });
  return {
    ...{ defaults, settings, now, database, keyring, deliveryPlan, deliveries, announce },
    ...{ invoices, products, webhooks, settlement, faults, runner },
    organizations: organizationsStore(database, now),
    customers: customersStore(database),
    receipts: receiptsStore(database),
    outbox: outboxStore(database),
    counters: createCounters(),
    calls: createCallLog(),
    product: products.find,
  };
}
