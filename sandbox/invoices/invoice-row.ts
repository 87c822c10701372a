import { searchable } from '../state/page.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { DueOutcome, StoredInvoice } from './invoices-store.ts';

/** A change that comes to an invoice by itself. */
export interface DueChange {
  at: string;
  outcome: DueOutcome;
}

export interface RowParts {
  scope: string;
  body: InvoiceBody;
  /** What its documents are drawn from, in JSON; null for a draft. */
  cfdi: string | null;
  due?: DueChange | undefined;
}

/** The row of an invoice: its body, with what lists search by beside it. */
export function toRow({ scope, body, cfdi, due }: RowParts): StoredInvoice {
  return {
    id: body.id,
    scope,
    organization: body.organization,
    createdAt: body.created_at,
    date: body.date ?? body.created_at,
    type: body.type,
    status: body.status,
    cancellationStatus: body.cancellation_status,
    uuid: body.uuid ?? null,
    externalId: body.external_id ?? null,
    idempotencyKey: body.idempotency_key ?? null,
    series: body.series ?? null,
    folioNumber: body.folio_number ?? null,
    paymentMethod: body.payment_method ?? null,
    customer: body.customer?.id ?? null,
    customerTaxId: body.customer?.tax_id ?? null,
    total: body.total,
    amountDue: body.amount_due ?? null,
    search: searchText(body),
    body: JSON.stringify(body),
    cfdi,
    dueAt: due?.at ?? null,
    dueOutcome: due?.outcome ?? null,
  };
}

/** A draft's items are as they were sent, so nothing can be relied on in them. */
function searchText({ customer, items = [] }: InvoiceBody): string {
  const descriptions = items.map((item) => {
    const { product } = item as { product?: { description?: unknown } };
    return product?.description;
  });
  const words = [customer?.legal_name, ...descriptions].filter((word) => typeof word === 'string');
  return searchable(words.join('\n'));
}
