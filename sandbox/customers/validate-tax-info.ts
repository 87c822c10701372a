import { type Answer, ok } from '../answer.ts';
import type { Account } from '../organizations/organization.ts';
import { checkTaxInfo } from './check-tax-info.ts';
import type { Customer } from './customer.ts';
import type { CustomersStore } from './customers-store.ts';
import { findCustomer } from './find-customer.ts';

/**
 * Whether a saved customer still agrees with SAT's register. It does here unless the rules have
 * changed since, because the same checks let it in.
 */
export function validateTaxInfo(customers: CustomersStore, account: Account, id: string): Answer {
  const customer = JSON.parse(findCustomer(customers, account, id)) as Customer;
  const problems = checkTaxInfo(customer);
  const errors = problems.map(({ code, path, message }) => ({
    source: 'facturapi',
    code,
    path,
    message,
  }));
  return ok(JSON.stringify({ is_valid: errors.length === 0, errors }));
}
