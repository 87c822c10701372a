/** The front door of invoices: accept, reissue, follow, read, list, and fetch their files. */
import type { CustomerInput, InvoiceInput } from '../cfdi/document.ts';
import type { TotalsJson } from '../cfdi/totals-json.ts';
import { notFound, Problem, unavailable } from '../platform/http/problem.ts';
import { isDatabaseUnavailable } from '../platform/postgres/database.ts';
import type { Database } from '../platform/postgres/tables.ts';
import { requestFile } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  type Accepted,
  type AcceptOptions,
  acceptInvoice,
  type IssueRequest,
} from './accept-invoice.ts';
import type { InvoiceSignals } from './invoice-signals.ts';
import { type ListFilters, listInvoices, readInvoice, readInvoiceFile } from './invoices-store.ts';
import { type ReissueRequest, reissueInvoice } from './reissue-invoice.ts';

export type InvoiceStatus =
  | 'draft'
  | 'queued'
  | 'stamping'
  | 'pending'
  | 'valid'
  | 'rejected'
  | 'review'
  | 'expired'
  | 'canceled';

export interface Invoice {
  readonly id: string;
  readonly status: InvoiceStatus;
  readonly cancellation_status: string;
  readonly type: string;
  readonly series: string;
  readonly folio_number: number;
  readonly uuid: string | null;
  readonly customer: Omit<CustomerInput, 'email'> & {
    readonly id: string | null;
    readonly email: string | null;
  };
  readonly use: string;
  readonly payment_form: string;
  readonly payment_method: string;
  readonly exchange: number;
  readonly conditions: string | null;
  /** By what FacturAPI knows the document: another one after a reissue; null when taken over. */
  readonly external_id: string | null;
  readonly items: InvoiceInput['items'];
  readonly currency: string;
  readonly subtotal: number;
  readonly discount: number;
  readonly taxes: Pick<TotalsJson, 'transferred' | 'withheld'>;
  readonly total: number;
  readonly date: string;
  readonly created_at: string;
  readonly stamped_at: string | null;
  readonly verification_url: string | null;
  readonly rejection: {
    readonly code: string;
    readonly detail: string;
    readonly errors: ReadonlyArray<{ path: string; code: string; message: string }>;
  } | null;
  readonly warnings: ReadonlyArray<{ readonly code: string; readonly detail: string }>;
}

/** Still on its way: nobody has to do anything for it to go on. */
const ON_ITS_WAY = new Set<InvoiceStatus>(['queued', 'stamping', 'pending']);
const HAS_FILES = new Set<InvoiceStatus>(['valid', 'canceled']);
/** How long a request waits for a file that must come from FacturAPI. */
export const fileWaitMsMax = 20_000;
const fileRetryAfterS = 3;

export function isOnItsWay(invoice: Pick<Invoice, 'status'>): boolean {
  return ON_ITS_WAY.has(invoice.status);
}

export interface Invoices {
  /** Accepts and waits up to `waitMs` for the outcome. */
  issue(request: IssueRequest, waitMs: number): Promise<Invoice>;
  /** A refused or expired one, corrected under its folio; waits as `issue` does. */
  reissue(request: ReissueRequest, waitMs: number): Promise<Invoice>;
  read(tenantId: TenantId, id: string): Promise<Invoice>;
  list(tenantId: TenantId, filters: ListFilters): Promise<Invoice[]>;
  file(request: FileRequest): Promise<InvoiceFile>;
}

export interface FileRequest {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly kind: 'xml' | 'pdf';
  readonly requestId: string;
}

export interface InvoiceFile {
  readonly invoice: Invoice;
  readonly content: Buffer;
}

export function makeInvoices(
  o: AcceptOptions & {
    readonly tables: Database;
    readonly signals: InvoiceSignals;
  },
): Invoices {
  const read = async (tenantId: TenantId, id: string) => {
    const invoice = await readInvoice(o.tables, tenantId, id);
    if (!invoice) throw notFound();
    return invoice;
  };

  /** An invoice that was accepted is never answered with an error: it is on its way. */
  const readOr = async (fresh: Invoice | undefined, tenantId: TenantId, id: string) => {
    try {
      return await read(tenantId, id);
    } catch (error) {
      if (fresh && isDatabaseUnavailable(error)) return fresh;
      throw error;
    }
  };

  return {
    read,
    list: (tenantId, filters) => listInvoices(o.tables, tenantId, filters),

    issue: (request, waitMs) =>
      followed(request.principal.tenantId, waitMs, (listen) => acceptInvoice(request, o, listen)),

    reissue: (request, waitMs) =>
      followed(request.principal.tenantId, waitMs, (listen) => reissueInvoice(request, o, listen)),

    async file(request) {
      const { tenantId, id, kind } = request;
      const kept = await readInvoiceFile(o.tables, tenantId, id, kind);
      const invoice = await read(tenantId, id);
      if (kept) return { invoice, content: kept };
      if (!HAS_FILES.has(invoice.status)) {
        const detail = 'La factura todavía no está timbrada: aún no tiene PDF ni XML.';
        throw new Problem(409, 'invoice_not_stamped', detail);
      }
      const content = await fetchNow(request);
      if (!content) throw unavailable(fileRetryAfterS);
      return { invoice, content };
    },
  };

  async function followed(
    tenantId: TenantId,
    waitMs: number,
    accept: (listen: (id: string) => void) => Promise<Accepted>,
  ): Promise<Invoice> {
    const deadlineMs = Date.now() + waitMs;
    const signal = o.signals.watch();
    try {
      const { id, fresh } = await accept(signal.follow);
      if (!fresh) signal.follow(id);
      // A new invoice is not worth a read before something was heard of it; a repeat is.
      else if (waitMs > 0) await signal.next(waitMs);
      else return fresh;
      for (;;) {
        const invoice = await readOr(fresh, tenantId, id);
        const leftMs = deadlineMs - Date.now();
        if (!isOnItsWay(invoice) || leftMs <= 0 || signal.isClosing()) return invoice;
        await signal.next(leftMs);
      }
    } finally {
      signal.stop();
    }
  }

  async function fetchNow({ tenantId, id, kind, requestId }: FileRequest) {
    const deadlineMs = Date.now() + fileWaitMsMax;
    const signal = o.signals.watch();
    try {
      signal.follow(id);
      await requestFile(o.db, o.lane, tenantId, { invoiceId: id, kind, requestId });
      for (;;) {
        const content = await readInvoiceFile(o.tables, tenantId, id, kind);
        const leftMs = deadlineMs - Date.now();
        if (content || leftMs <= 0 || signal.isClosing()) return content;
        await signal.next(leftMs);
      }
    } finally {
      signal.stop();
    }
  }
}
