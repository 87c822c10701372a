import type { Queryable } from '../platform/postgres/database.ts';
import type { Tenant, TenantId } from './tenants.ts';

export interface NewTenant extends Omit<Tenant, 'id'> {
  readonly id: string;
  readonly facturapiKeySealed: Buffer;
}

/** Answers the id of the tenant of that name, the present one's if it was there already. */
export async function ensureTenant(admin: Queryable, t: NewTenant): Promise<TenantId> {
  const { rows } = await admin.query<{ id: TenantId }>(
    `with made as (
       insert into tenants (id, name, legal_name, tax_id, tax_system, zip, livemode,
                            facturapi_key_sealed)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (lower(name)) do nothing returning id)
     select id from made union all select id from tenants where lower(name) = lower($2) limit 1`,
    [t.id, t.name, t.legal_name, t.tax_id, t.tax_system, t.zip, t.livemode, t.facturapiKeySealed],
  );
  return rows[0]!.id;
}

/** A key sealed by a secret that was lost since is sealed again; nothing else changes. */
export async function replaceFacturapiKey(
  admin: Queryable,
  tenantId: TenantId,
  sealed: Buffer,
): Promise<void> {
  await admin.query('update tenants set facturapi_key_sealed = $2 where id = $1', [
    tenantId,
    sealed,
  ]);
}
