import { checkCustomer } from '../../cfdi/customer-rules.ts';
import type { CustomerInput } from '../../cfdi/document.ts';
import type { NewId } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { madeUpCustomers } from './made-up-customers.ts';
import { countCustomers, insertMadeUp, tidyAfterSeeding } from './seed-store.ts';

const batchRows = 2_000;
/** More than so many rows change what PostgreSQL should know of its tables at once. */
const tidyRowsMin = 50_000;

/** Receivers that SAT publishes for testing, so that a demo also shows names people know. */
const PUBLISHED: readonly CustomerInput[] = [
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

export interface SeedOptions {
  /** How many the company has in the end. */
  readonly count: number;
  readonly seed: number;
  readonly newId: NewId;
  readonly onProgress?: (made: number) => void;
  readonly signal?: AbortSignal;
}

/** Fills an empty directory; one that has customers is left alone. Answers how many were made. */
export async function seedEmptyDirectory(
  admin: Queryable,
  tenantId: TenantId,
  o: SeedOptions,
): Promise<number> {
  return (await countCustomers(admin, tenantId)) > 0 ? 0 : seedCustomers(admin, tenantId, o);
}

/**
 * Brings a company to so many customers; answers how many were made. Each batch is committed, and
 * as many as are there already are passed over: what was broken off goes on where it was.
 */
export async function seedCustomers(
  admin: Queryable,
  tenantId: TenantId,
  o: SeedOptions,
): Promise<number> {
  let passedOver = await countCustomers(admin, tenantId);
  const wanted = o.count - passedOver;
  if (wanted <= 0) return 0;
  let batch: CustomerInput[] = [];
  let made = 0;
  const flush = async () => {
    await insertMadeUp(admin, tenantId, batch, o.newId);
    made += batch.length;
    batch = [];
    o.onProgress?.(made);
  };
  for (const customer of theOnes(o)) {
    if (o.signal?.aborted) break;
    if (passedOver > 0) {
      passedOver -= 1;
      continue;
    }
    batch.push(customer);
    if (batch.length >= Math.min(batchRows, wanted - made)) await flush();
    if (made >= wanted) break;
  }
  if (made >= tidyRowsMin) await tidyAfterSeeding(admin);
  return made;
}

/** Endless at a fixed seed; the rules leave out what could not be invoiced. */
function* theOnes(o: SeedOptions): Generator<CustomerInput> {
  yield* PUBLISHED;
  for (const customer of madeUpCustomers(o.seed, o.count)) {
    if (checkCustomer(customer).length === 0) yield customer;
  }
}
