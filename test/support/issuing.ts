import type pg from 'pg';
import type { Customer, CustomerFields } from '../../server/customers/customers.ts';
import { customerDirectory } from '../../server/customers/customers.ts';
import type { InvoiceBody, IssueRequest } from '../../server/invoices/accept-invoice.ts';
import type { DraftSources } from '../../server/invoices/check-draft.ts';
import { newId } from '../../server/platform/clock.ts';
import { kyselyOver } from '../../server/platform/postgres/tables.ts';
import { productCatalogue } from '../../server/products/products.ts';
import type { Principal } from '../../server/sessions/sessions.ts';
import type { TenantId } from '../../server/tenants/tenants.ts';
import { makeTenant } from './records.ts';

export interface Company {
  readonly tenantId: TenantId;
  readonly principal: Principal;
  readonly customer: Customer;
}

/** A receiver that SAT publishes for testing. */
export const receiver: CustomerFields = {
  legal_name: 'UNIVERSIDAD ROBOTICA ESPAÑOLA',
  tax_id: 'URE180429TM6',
  tax_system: '601',
  email: 'facturas@robotica.mx',
  address: { zip: '86991' },
};

/** Directory and catalogue, as the routes look in them for what an invoice names. */
export function draftSources(pool: pg.Pool): DraftSources {
  const db = kyselyOver(pool);
  return {
    findCustomer: customerDirectory({ db, newId }).find,
    findProducts: productCatalogue({ db, newId }).forInvoice,
  };
}

/** A company with one issuer and one customer. */
export async function makeCompany(admin: pg.Pool): Promise<Company> {
  const tenantId = (await makeTenant(admin)) as TenantId;
  const personId = newId();
  await admin.query(
    `with person as (
       insert into people (id, email, name, password_hash) values ($1, $2, 'Emisor', 'x'))
     insert into memberships (tenant_id, person_id, role) values ($3, $1, 'issuer')`,
    [personId, `${personId}@example.mx`, tenantId],
  );
  const directory = customerDirectory({ db: kyselyOver(admin), newId });
  const customer = await directory.create(tenantId, receiver);
  const principal: Principal = {
    personId,
    name: 'Emisor',
    email: `${personId}@example.mx`,
    isOperator: false,
    role: 'issuer',
    tenantId,
    tenant: {
      name: 'Empresa',
      legal_name: 'ESCUELA KEMPER URGATE',
      tax_id: 'EKU9003173C9',
      zip: '42501',
      livemode: false,
    },
  };
  return { tenantId, principal, customer };
}

/** A line of 116.00 with its IVA in it, unless told otherwise. */
export function issueRequest(
  { principal, customer }: Company,
  o: { body?: Partial<InvoiceBody>; idempotencyKey?: string; requestId?: string } = {},
): IssueRequest {
  const product = {
    description: 'Servicio de prueba',
    product_key: '84111506',
    unit_key: 'E48',
    price: 116,
  };
  return {
    principal,
    body: {
      customer: customer.id,
      use: 'G03',
      payment_form: '03',
      items: [{ quantity: 1, product }],
      ...o.body,
    },
    idempotencyKey: o.idempotencyKey,
    requestId: o.requestId ?? 'request-1',
  };
}
