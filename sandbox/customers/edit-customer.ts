import { type Answer, ok } from '../answer.ts';
import { invalidRequest } from '../api-error.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { readCustomerBody, requireTaxInfo } from './create-customer.ts';
import { type Customer, toStored } from './customer.ts';
import type { CustomersStore } from './customers-store.ts';
import { findCustomer } from './find-customer.ts';

/** Sets the fields that are sent, those of the address one by one; the rest stays. */
export function editCustomer(
  customers: CustomersStore,
  account: Account,
  id: string,
  body: unknown,
  now: Date,
): Answer {
  const before = JSON.parse(findCustomer(customers, account, id)) as Customer;
  const reader = new FieldReader();
  const change = reader.object(body ?? {}, '');
  if (!change) throw invalidRequest(reader.errors);
  const merged = { ...before, ...change };
  if (typeof change.address === 'object' && change.address !== null) {
    merged.address = { ...before.address, ...change.address };
  }
  const fields = readCustomerBody(merged);
  requireTaxInfo(fields);
  const { id: sameId, created_at, livemode, organization } = before;
  const { edit_link, edit_link_expires_at } = before;
  const after: Customer = {
    id: sameId,
    created_at,
    livemode,
    organization,
    ...fields,
    sat_validated_at: now.toISOString(),
    ...(edit_link !== undefined && { edit_link }),
    ...(edit_link_expires_at !== undefined && { edit_link_expires_at }),
  };
  const stored = toStored(account, after);
  customers.update(stored);
  return ok(stored.body);
}
