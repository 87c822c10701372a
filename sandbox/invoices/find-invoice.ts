import { notFound } from '../api-error.ts';
import type { Cfdi } from '../cfdi-xml/cfdi.ts';
import type { Account } from '../organizations/organization.ts';
import type { InvoicesStore } from './invoices-store.ts';

/** The JSON of an invoice. Another account's answers exactly as one that never was. */
export function findInvoice(invoices: InvoicesStore, account: Account, id: string): string {
  return found(invoices.find(account.scope, id));
}

/** What an invoice's documents are drawn from. */
export function findCfdi(invoices: InvoicesStore, account: Account, id: string): Cfdi {
  return JSON.parse(found(invoices.findCfdi(account.scope, id))) as Cfdi;
}

function found(text: string | undefined): string {
  if (text === undefined) throw notFound('invoice_not_found', 'La factura no existe.');
  return text;
}
