import { type Answer, ok } from '../answer.ts';
import type { Account } from '../organizations/organization.ts';
import { listBody, type Query, queryValue, readDateRange, readPage } from '../state/page.ts';
import type { CustomersStore } from './customers-store.ts';

const limitDefault = 50;

export function listCustomers(customers: CustomersStore, account: Account, query: Query): Answer {
  const page = readPage(query, limitDefault);
  const filter = { q: queryValue(query, 'q'), date: readDateRange(query, 'created_at') };
  const { total, bodies } = customers.list(account.scope, filter, page);
  return ok(listBody(page, total, bodies));
}
