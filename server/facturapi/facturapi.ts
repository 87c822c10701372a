import type { InvoiceInput } from '../cfdi/document.ts';

/**
 * The port to FacturAPI: what the stamper may ask, and every way an answer can go. Expected
 * outcomes are values; nothing here throws for what the network or FacturAPI does.
 * Source: FacturAPI's v2 API description and guides.
 */
export interface Facturapi {
  createInvoice(key: string, document: FrozenDocument, wait: Wait): Promise<Answer>;
  /** Exact match on their side; the list may lag behind a creation. */
  findByExternalId(key: string, externalId: string, wait: Wait): Promise<Answer>;
  readInvoice(key: string, facturapiId: string, wait: Wait): Promise<Answer>;
  downloadFile(key: string, facturapiId: string, kind: 'xml' | 'pdf', wait: Wait): Promise<Answer>;
  listInvoices(key: string, page: InvoicePage, wait: Wait): Promise<Answer>;
  searchCatalog(key: string, catalog: FacturapiCatalog, q: string, wait: Wait): Promise<Answer>;
  listCustomers(key: string, page: CustomerPage, wait: Wait): Promise<Answer>;
  readCustomer(key: string, facturapiId: string, wait: Wait): Promise<Answer>;
  /** 201, or 200 with the customer that has just this information: so it may be sent again. */
  createCustomer(key: string, customer: object, wait: Wait): Promise<Answer>;
  /** What is left out stays as it is there. */
  updateCustomer(key: string, facturapiId: string, customer: object, wait: Wait): Promise<Answer>;
  /** Whether SAT's register agrees with it. With a live key alone, says the description. */
  validateCustomer(key: string, facturapiId: string, wait: Wait): Promise<Answer>;
  /** Sends the customer a link to correct their data; to their own address when none is given. */
  sendEditLink(key: string, facturapiId: string, email: string | null, wait: Wait): Promise<Answer>;
  close(): Promise<void>;
}

/** The body as it was accepted and will always be sent: date, folio and key never change. */
export type FrozenDocument = InvoiceInput & {
  readonly date: string;
  readonly series: string;
  readonly folio_number: number;
  readonly external_id: string;
  readonly idempotency_key: string;
};

/** A page of the organization's invoices, newest first. */
export interface InvoicePage {
  /** Instants in ISO 8601: from this one on, and before that one. */
  readonly from?: string;
  readonly before?: string;
  /** From 1 to `listPageMax`. */
  readonly page: number;
}

/** A page of the organization's customers, by when they were made there. */
export interface CustomerPage extends InvoicePage {
  /** Words of a name or of an RFC. */
  readonly q?: string;
}

/** FacturAPI's own bounds on lists. */
export const listPageMax = 30;
export const listLimitMax = 100;

/** SAT's large catalogues, which FacturAPI searches. */
export type FacturapiCatalog = 'products' | 'units';

export interface Wait {
  /** Sent and unanswered for this long, the call is aborted and its outcome is unknown. */
  readonly timeoutMs: number;
}

export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly logId: string | undefined;
      readonly retryAfterMs: number | undefined;
      /** Parsed JSON, or the bytes of a file; undefined when the JSON was malformed. */
      readonly body: unknown;
      readonly bytes: Buffer;
    }
  /** Certain that FacturAPI never received it: refused connection, unknown host, bad certificate. */
  | { readonly kind: 'not_sent'; readonly why: string }
  /** Sent, and then silence: FacturAPI may have done the work, or still be at it. */
  | {
      readonly kind: 'broken';
      readonly why: string;
      readonly timedOut: boolean;
      /** It ended so much later than it should have: the process stood still, and sent it late. */
      readonly lateMs?: number;
    };

/** The part of FacturAPI's Invoice object that the product keeps. */
export interface FacturapiInvoice {
  readonly id: string;
  readonly status: 'pending' | 'valid' | 'canceled' | 'draft' | 'failed';
  readonly uuid?: string;
  readonly total?: number;
  readonly series?: string;
  readonly folio_number?: number;
  readonly external_id?: string;
  readonly verification_url?: string;
  readonly cancellation_status?: string;
  readonly stamp?: Readonly<Record<string, unknown>>;
}

/** What was wrong, in FacturAPI's words: codes for programs, paths and messages for people. */
export interface FacturapiProblem {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly errors?: ReadonlyArray<{ code?: string; path?: string; message: string }>;
}
