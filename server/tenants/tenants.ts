/** The front door of tenants: companies and their people. */
import type { Queryable } from '../platform/postgres/database.ts';
import { checkPassword } from './passwords.ts';
import { type Credential, findCredential } from './people-store.ts';

/** Marks an id as checked: it came from a credential, never from a header or a body. */
export type TenantId = string & { readonly __tenant: true };

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly legal_name: string;
  readonly tax_id: string;
  /** c_RegimenFiscal. */
  readonly tax_system: string;
  readonly zip: string;
  /** False: FacturAPI's test mode, where nothing reaches SAT. */
  readonly livemode: boolean;
}

export type Role = 'owner' | 'administrator' | 'issuer' | 'viewer';

/** Undefined for a wrong password and for an unknown e-mail alike, after the same work. */
export async function authenticate(
  db: Queryable,
  email: string,
  password: string,
): Promise<Credential | undefined> {
  const credential = await findCredential(db, email);
  return (await checkPassword(credential?.passwordHash, password)) ? credential : undefined;
}
