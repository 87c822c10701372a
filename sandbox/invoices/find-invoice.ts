import { ApiError, notFound } from '../api-error.ts';
import type { Cfdi } from '../cfdi-xml/cfdi.ts';
import type { Account } from '../organizations/organization.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoicesStore, StoredInvoice } from './invoices-store.ts';

/** The JSON of an invoice. Another account's answers exactly as one that never was. */
export function findInvoice(invoices: InvoicesStore, account: Account, id: string): string {
  return found(invoices.find(account.scope, id));
}

export function findInvoiceBody(
  invoices: InvoicesStore,
  account: Account,
  id: string,
): InvoiceBody {
  return JSON.parse(findInvoice(invoices, account, id)) as InvoiceBody;
}

export function findInvoiceRow(
  invoices: InvoicesStore,
  account: Account,
  id: string,
): StoredInvoice {
  return found(invoices.findRow(account.scope, id));
}

/** A stamped invoice, with what its documents are drawn from. */
export function findStamped(
  invoices: InvoicesStore,
  account: Account,
  id: string,
): { body: InvoiceBody; cfdi: Cfdi } {
  const row = findInvoiceRow(invoices, account, id);
  if (row.uuid === null) {
    throw new ApiError(400, 'invoice_not_stamped', 'La factura no está timbrada.');
  }
  return { body: JSON.parse(row.body) as InvoiceBody, cfdi: JSON.parse(row.cfdi!) as Cfdi };
}

function found<T>(invoice: T | undefined): T {
  if (invoice === undefined) throw notFound('invoice_not_found', 'La factura no existe.');
  return invoice;
}
