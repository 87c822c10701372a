import { notFound } from '../api-error.ts';
import type { Account } from '../organizations/organization.ts';
import type { CustomersStore } from './customers-store.ts';

/** The JSON of a customer. Another account's answers exactly as one that never was. */
export function findCustomer(customers: CustomersStore, account: Account, id: string): string {
  const body = customers.find(account.scope, id);
  if (body === undefined) throw notFound('customer_not_found', 'El cliente no existe.');
  return body;
}
