/**
 * How a customer leaves:
 *
 *   kept -- archive --> archived -- restore --> kept
 *     '---- remove, while no invoice names it ----> gone
 */
import { notFound, Problem } from '../platform/http/problem.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { Customer, Edit } from './customers.ts';
import { type ChangeOutcome, deleteCustomer, setArchived } from './customers-store.ts';

export async function archiveCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  edit: Edit = {},
): Promise<Customer> {
  return settled(await setArchived(db, tenantId, id, true, edit));
}

export async function restoreCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  edit: Edit = {},
): Promise<Customer> {
  return settled(await setArchived(db, tenantId, id, false, edit));
}

export async function removeCustomer(
  db: Database,
  tenantId: TenantId,
  id: string,
  edit: Edit = {},
): Promise<void> {
  const outcome = await deleteCustomer(db, tenantId, id, edit);
  switch (outcome.kind) {
    case 'deleted':
      return;
    case 'has_invoices': {
      const detail = 'Este cliente tiene facturas y no se puede eliminar; archívalo.';
      throw new Problem(409, 'customer_has_invoices', detail);
    }
    default:
      settled(outcome);
  }
}

/** The customer that a change left; throws when there was none, or it had another version. */
export function settled(outcome: ChangeOutcome): Customer {
  switch (outcome.kind) {
    case 'changed':
      return outcome.customer;
    case 'absent':
      throw notFound();
    case 'stale': {
      const detail = 'Este cliente cambió mientras lo editabas. Revisa cómo está ahora.';
      throw new Problem(412, 'version_mismatch', detail, { extra: { current: outcome.current } });
    }
  }
}
