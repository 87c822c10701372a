import { resolveCustomer } from '../customers/create-customer.ts';
import type { Customer, CustomerFields } from '../customers/customer.ts';
import type { CustomersStore } from '../customers/customers-store.ts';
import { findCustomer } from '../customers/find-customer.ts';
import type { Account } from '../organizations/organization.ts';
import type { InvoiceFields } from './invoice-fields.ts';

/** The receiver of an invoice, saved or spelled out. */
export function receiverOf(
  customers: CustomersStore,
  account: Account,
  { customer }: Pick<InvoiceFields, 'customer'>,
): Customer | CustomerFields {
  if (typeof customer !== 'string') return customer;
  return JSON.parse(findCustomer(customers, account, customer)) as Customer;
}

/** FacturAPI keeps the receivers that are spelled out in an invoice among the customers. */
export function savedCustomer(
  customers: CustomersStore,
  account: Account,
  receiver: Customer | CustomerFields,
  now: Date,
): Customer {
  if ('id' in receiver) return receiver;
  return JSON.parse(resolveCustomer(customers, account, receiver, now).json) as Customer;
}
