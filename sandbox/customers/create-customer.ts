import type { Answer } from '../answer.ts';
import { ok } from '../answer.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { objectId } from '../state/object-id.ts';
import { checkTaxInfo } from './check-tax-info.ts';
import {
  type Customer,
  type CustomerFields,
  fingerprintOf,
  readCustomer,
  toStored,
} from './customer.ts';
import type { CustomersStore } from './customers-store.ts';

/** 201 with the new customer, or 200 with the one that already has the same information. */
export function createCustomer(
  customers: CustomersStore,
  account: Account,
  body: unknown,
  now: Date,
): Answer {
  const fields = readCustomerBody(body);
  requireTaxInfo(fields);
  const { json, isNew } = resolveCustomer(customers, account, fields, now);
  return ok(json, isNew ? 201 : 200);
}

export function readCustomerBody(body: unknown): CustomerFields {
  const reader = new FieldReader();
  const from = reader.object(body, '');
  const fields = from && readCustomer(reader, from, '');
  if (!fields) throw invalidRequest(reader.errors);
  return fields;
}

/** FacturAPI checks the fiscal data when a customer is saved; the first problem names the error. */
export function requireTaxInfo(fields: CustomerFields): void {
  const problems = checkTaxInfo(fields);
  const [first] = problems;
  if (!first) return;
  throw new ApiError(400, first.code, first.message, {
    errors: problems.map(({ code, message, path }) => ({
      code,
      message,
      path,
      location: 'body',
      source: 'sat',
    })),
  });
}

/** The customer with exactly these fields; made when there is none. */
export function resolveCustomer(
  customers: CustomersStore,
  account: Account,
  fields: CustomerFields,
  now: Date,
): { json: string; isNew: boolean } {
  const same = customers.findSame(account.scope, fingerprintOf(fields));
  if (same !== undefined) return { json: same, isNew: false };
  const at = now.toISOString();
  const customer: Customer = {
    id: objectId(now),
    created_at: at,
    livemode: account.livemode,
    organization: account.organization.id,
    ...fields,
    sat_validated_at: at,
  };
  const stored = toStored(account, customer);
  customers.insert(stored);
  return { json: stored.body, isNew: true };
}
