import type { FastifyInstance } from 'fastify';
import { ok } from '../answer.ts';
import type { CallRunner } from '../call.ts';
import { createCustomer } from './create-customer.ts';
import type { CustomersStore } from './customers-store.ts';
import { editCustomer } from './edit-customer.ts';
import { findCustomer } from './find-customer.ts';
import { listCustomers } from './list-customers.ts';

export function customerRoutes(
  app: FastifyInstance,
  { serve }: CallRunner,
  customers: CustomersStore,
  now: () => Date,
): void {
  app.post(
    '/customers',
    serve((call) => createCustomer(customers, call.account, call.body, now())),
  );
  app.get(
    '/customers',
    serve((call) => listCustomers(customers, call.account, call.query)),
  );
  app.get(
    '/customers/:customer_id',
    serve(({ account, params }) => ok(findCustomer(customers, account, params.customer_id!))),
  );
  app.put(
    '/customers/:customer_id',
    serve(({ account, params, body }) =>
      editCustomer(customers, account, params.customer_id!, body, now()),
    ),
  );
  app.delete(
    '/customers/:customer_id',
    serve(({ account, params }) => {
      const body = findCustomer(customers, account, params.customer_id!);
      customers.remove(account.scope, params.customer_id!);
      return ok(body);
    }),
  );
}
