import type { DatabaseSync } from 'node:sqlite';
import type { Keyring } from '../certificates/keyring.ts';
import type { Counters } from '../counters/counters.ts';
import type { CustomersStore } from '../customers/customers-store.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { Settings } from '../settings.ts';
import type { InvoicesStore } from './invoices-store.ts';
import type { Settlement } from './settle-invoices.ts';

/** What the verbs of an invoice are made of; each takes what it needs. */
export interface InvoiceParts {
  database: DatabaseSync;
  invoices: InvoicesStore;
  customers: CustomersStore;
  keyring: Keyring;
  counters: Counters;
  settings: Settings;
  outbox: OutboxStore;
  settlement: Settlement;
  /** Tells those who listen (webhooks) of a change, once it is committed. */
  announce(event: InvoiceEvent): void;
  /** The body of a saved product. */
  product(scope: string, id: string): string | undefined;
  now(): Date;
}

export interface InvoiceEvent {
  type: 'invoice.status_updated' | 'invoice.cancellation_status_updated';
  scope: string;
  /** The invoice as the API shows it, in JSON. */
  object: string;
}
