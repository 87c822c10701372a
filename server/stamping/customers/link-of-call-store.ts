import type { Queryable } from '../../platform/postgres/database.ts';
import type { SyncedFields } from './synced-fields.ts';
import type { TheirCustomer } from './their-customer.ts';

export interface LinkOfCall {
  readonly id: number;
  /** Null: the customer was deleted here since. */
  readonly customerId: string | null;
  readonly ours: SyncedFields | null;
  readonly version: number;
  readonly base: SyncedFields | null;
}

/** The link whose call this is, and its customer, both locked; undefined when another call is. */
export async function lockLinkOfCall(
  db: Queryable,
  tenantId: string,
  callId: number,
  customerId: string,
): Promise<LinkOfCall | undefined> {
  await db.query({
    name: 'customer-sync-lock-one',
    text: 'select from customers where tenant_id = $1 and id = $2 for update',
    values: [tenantId, customerId],
  });
  const { rows } = await db.query<LinkOfCall>({
    name: 'customer-sync-lock-link',
    text: `select l.id, l.customer_id as "customerId", l.base, c.version,
                  case when c.id is not null then timbra_synced_fields(c) end as ours
             from customer_links l
             left join customers c on c.tenant_id = l.tenant_id and c.id = l.customer_id
            where l.tenant_id = $1 and l.call_id = $2
              for update of l`,
    values: [tenantId, callId],
  });
  return rows[0];
}

/**
 * Whose of ours FacturAPI's customer is already, if it is another one's. A note that it is not to
 * be taken over gives way.
 */
export async function unlinkOther(
  db: Queryable,
  tenantId: string,
  facturapiId: string,
  exceptId: number,
): Promise<string | undefined> {
  await db.query({
    name: 'customer-sync-forget-left-out',
    text: `delete from customer_links
            where tenant_id = $1 and facturapi_id = $2 and id <> $3 and customer_id is null`,
    values: [tenantId, facturapiId, exceptId],
  });
  const { rows } = await db.query<{ customerId: string }>({
    name: 'customer-sync-find-other',
    text: `select customer_id as "customerId" from customer_links
            where tenant_id = $1 and facturapi_id = $2 and id <> $3`,
    values: [tenantId, facturapiId, exceptId],
  });
  return rows[0]?.customerId;
}

export async function followCall(
  db: Queryable,
  tenantId: string,
  linkId: number,
  o: { readonly facturapiId?: string | undefined; readonly due: boolean },
): Promise<void> {
  await db.query({
    name: 'customer-sync-follow-call',
    text: `update customer_links
              set facturapi_id = coalesce($3, facturapi_id), due = $4, seen_at = now()
            where tenant_id = $1 and id = $2`,
    values: [tenantId, linkId, o.facturapiId ?? null, o.due],
  });
}

/** The page of FacturAPI's on which the customer may correct their data, as long as it is good. */
export async function keepEditLink(
  db: Queryable,
  tenantId: string,
  linkId: number,
  { editLink, editLinkExpiresAt }: TheirCustomer,
): Promise<void> {
  await db.query({
    name: 'customer-sync-keep-edit-link',
    text: `update customer_links set edit_link = $3, edit_link_expires_at = $4
            where tenant_id = $1 and id = $2 and edit_link is distinct from $3`,
    values: [tenantId, linkId, editLink, editLinkExpiresAt],
  });
}
