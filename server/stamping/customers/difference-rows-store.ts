import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import type { DifferenceKind } from './customer-differences-store.ts';
import type { SyncedFields } from './synced-fields.ts';

export type Choice = 'ours' | 'theirs' | 'new' | 'link' | 'again' | 'ignore';

export interface DifferenceRow {
  readonly id: number;
  readonly kind: DifferenceKind;
  readonly customerId: string | null;
  readonly facturapiId: string | null;
  readonly theirs: SyncedFields | null;
  readonly ours: SyncedFields | null;
  /** Of both versions: whoever chooses says which they have seen. */
  readonly version: string;
  readonly candidates: ReadonlyArray<{
    readonly id: string;
    readonly legal_name: string;
    readonly tax_id: string;
    readonly zip: string;
  }>;
  readonly problem: {
    readonly code?: string;
    readonly message?: string;
    readonly errors?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  } | null;
  readonly foundAt: Date;
  readonly endedAt: Date | null;
  readonly choice: Choice | null;
}

const SHOWN = `d.id, d.kind, d.customer_id as "customerId", d.facturapi_id as "facturapiId", d.theirs,
  case when c.id is not null then timbra_synced_fields(c) end as ours,
  d.revision || '.' || coalesce(c.version, 0) as version,
  (select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'legal_name', o.legal_name,
            'tax_id', o.tax_id, 'zip', o.zip) order by o.legal_name, o.id), '[]')
     from customers o where o.tenant_id = d.tenant_id and o.id = any(d.candidates)) as candidates,
  d.problem, d.found_at as "foundAt", d.ended_at as "endedAt", d.choice`;
const FROM = `customer_differences d
  left join customers c on c.tenant_id = d.tenant_id and c.id = d.customer_id`;

/** Open ones, newest first. */
export async function listDifferences(
  db: Queryable,
  tenantId: TenantId,
  o: { readonly cursor: number | undefined; readonly limit: number },
): Promise<DifferenceRow[]> {
  const { rows } = await db.query<DifferenceRow>(
    `select ${SHOWN} from ${FROM}
      where d.tenant_id = $1 and d.ended_at is null and ($2::bigint is null or d.id < $2)
      order by d.id desc limit $3`,
    [tenantId, o.cursor ?? null, o.limit],
  );
  return rows;
}

export async function readDifference(
  db: Queryable,
  tenantId: TenantId,
  id: number,
): Promise<DifferenceRow | undefined> {
  const { rows } = await db.query<DifferenceRow>(
    `select ${SHOWN} from ${FROM} where d.tenant_id = $1 and d.id = $2`,
    [tenantId, id],
  );
  return rows[0];
}

/** False: somebody else has ended it meanwhile. */
export async function endDifference(
  db: Queryable,
  tenantId: TenantId,
  o: { readonly id: number; readonly choice: Choice; readonly personId: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update customer_differences set ended_at = now(), choice = $3, ended_by = $4
      where tenant_id = $1 and id = $2 and ended_at is null`,
    [tenantId, o.id, o.choice, o.personId],
  );
  return rowCount === 1;
}

/** Locked, in the order of their ids, before what follows from a choice is written. */
export async function lockChosen(
  db: Queryable,
  tenantId: TenantId,
  customerIds: readonly string[],
): Promise<void> {
  await db.query(
    `select from customers where tenant_id = $1 and id = any($2::uuid[]) order by id for update`,
    [tenantId, customerIds],
  );
}

/** FacturAPI knows it no more: made there anew, or left alone from now on. */
export async function unlink(
  db: Queryable,
  tenantId: TenantId,
  customerId: string,
  due: boolean,
): Promise<void> {
  await db.query(
    `update customer_links set facturapi_id = null, base = null, due = $3
      where tenant_id = $1 and customer_id = $2`,
    [tenantId, customerId, due],
  );
}

export async function isLinked(
  db: Queryable,
  tenantId: TenantId,
  customerId: string,
): Promise<boolean> {
  const { rows } = await db.query(
    `select from customer_links
      where tenant_id = $1 and customer_id = $2 and facturapi_id is not null`,
    [tenantId, customerId],
  );
  return rows.length > 0;
}
