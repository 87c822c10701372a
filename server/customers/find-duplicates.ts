import { RFC_GENERIC_DOMESTIC, RFC_GENERIC_FOREIGN } from '../cfdi/rfc.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { readByTaxId } from './customers-store.ts';

export interface Duplicate {
  readonly id: string;
  readonly legal_name: string;
}

/** A person looks at a few; that there are more makes no difference. */
export const duplicatesShownMax = 5;

/**
 * Other customers with this RFC. They are never refused: branches of one company are often kept
 * apart. A generic RFC belongs to everybody, and archived ones are out of the way already.
 */
export async function findDuplicates(
  db: Database,
  tenantId: TenantId,
  taxId: string,
  exceptId?: string,
): Promise<Duplicate[]> {
  const wanted = taxId.normalize('NFC').trim().toUpperCase();
  if (wanted === RFC_GENERIC_DOMESTIC || wanted === RFC_GENERIC_FOREIGN) return [];
  return readByTaxId(db, tenantId, wanted, exceptId, duplicatesShownMax);
}
