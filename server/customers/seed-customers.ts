import { checkCustomer } from '../cfdi/customer-rules.ts';
import type { NewId } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { CustomerFields } from './customers.ts';
import { madeUpCustomers } from './made-up-customers.ts';

const batchRows = 1_000;
/** Receivers that SAT publishes for testing, so that a demo also shows names people know. */
const PUBLISHED: readonly CustomerFields[] = [
  {
    legal_name: 'UNIVERSIDAD ROBOTICA ESPAÑOLA',
    tax_id: 'URE180429TM6',
    tax_system: '601',
    email: 'facturas@robotica.mx',
    default_invoice_use: 'G03',
    address: { zip: '86991' },
  },
  {
    legal_name: 'XOCHILT CASAS CHAVEZ',
    tax_id: 'CACX7605101P8',
    tax_system: '612',
    email: 'xochilt.casas@correo.mx',
    default_invoice_use: 'G03',
    address: { zip: '36257' },
  },
];

/** Fills an empty directory; one that has customers is left alone. Answers how many were made. */
export async function seedCustomers(
  admin: Queryable,
  tenantId: TenantId,
  o: { count: number; seed: number; newId: NewId; onProgress?: (made: number) => void },
): Promise<number> {
  const { rows } = await admin.query('select from customers where tenant_id = $1 limit 1', [
    tenantId,
  ]);
  if (rows.length > 0) return 0;
  let batch: CustomerFields[] = [...PUBLISHED];
  let made = 0;
  const flush = async () => {
    await insertBatch(admin, tenantId, batch, o.newId);
    made += batch.length;
    batch = [];
    o.onProgress?.(made);
  };
  for (const customer of madeUpCustomers(o.seed, o.count - PUBLISHED.length)) {
    if (checkCustomer(customer).length > 0) continue;
    batch.push(customer);
    if (batch.length >= batchRows) await flush();
  }
  if (batch.length > 0) await flush();
  return made;
}

async function insertBatch(
  admin: Queryable,
  tenantId: TenantId,
  batch: readonly CustomerFields[],
  newId: NewId,
): Promise<void> {
  const rows = batch.map((c) => ({ id: newId(), ...c, zip: c.address.zip }));
  await admin.query(
    `insert into customers (tenant_id, id, legal_name, tax_id, tax_system, email,
                            default_invoice_use, zip)
     select $1, id, legal_name, tax_id, tax_system, email, default_invoice_use, zip
       from json_to_recordset($2) as c(id uuid, legal_name text, tax_id text, tax_system text,
                                       email text, default_invoice_use text, zip text)`,
    [tenantId, JSON.stringify(rows)],
  );
}
