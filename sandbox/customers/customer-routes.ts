import type { FastifyInstance } from 'fastify';
import { ok } from '../answer.ts';
import type { CallRunner } from '../call.ts';
import { createCustomer } from './create-customer.ts';
import { editCustomer } from './edit-customer.ts';
import { findCustomer } from './find-customer.ts';
import { listCustomers } from './list-customers.ts';
import { type EditLinkParts, sendEditLink } from './send-edit-link.ts';
import { validateTaxInfo } from './validate-tax-info.ts';

export function customerRoutes(
  app: FastifyInstance,
  { serve }: CallRunner,
  parts: EditLinkParts,
): void {
  const { customers, now } = parts;
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
  app.get(
    '/customers/:customer_id/tax-info-validation',
    serve(({ account, params }) => validateTaxInfo(customers, account, params.customer_id!)),
  );
  app.post(
    '/customers/:customer_id/email-edit-link',
    serve(({ account, params, body }) => sendEditLink(parts, account, params.customer_id!, body)),
  );
}
