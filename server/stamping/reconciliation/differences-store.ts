import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import type { Difference, DifferenceKind } from './compare-page.ts';

/** Each that is open once; what a person has closed is not brought up again unless it changed. */
export async function noteDifferences(
  db: Queryable,
  tenantId: string,
  differences: readonly Difference[],
): Promise<DifferenceKind[]> {
  const found = differences.map((one) => ({
    kind: one.kind,
    invoice_id: one.invoiceId,
    facturapi_id: one.facturapiId,
    detail: one.detail,
    repaired: one.repaired,
  }));
  const { rows } = await db.query<{ kind: DifferenceKind }>(NOTE, [
    tenantId,
    JSON.stringify(found),
  ]);
  return rows.map((row) => row.kind);
}

const NOTE = `
insert into reconciliation_differences
       (tenant_id, kind, invoice_id, facturapi_id, detail, ended_at)
select $1, d.kind, d.invoice_id, d.facturapi_id, d.detail, case when d.repaired then now() end
  from jsonb_to_recordset($2::jsonb)
       as d(kind text, invoice_id uuid, facturapi_id text, detail jsonb, repaired boolean)
 where d.repaired or not exists (
   select from reconciliation_differences o
    where o.tenant_id = $1 and o.facturapi_id = d.facturapi_id and o.kind = d.kind
      and o.invoice_id is not distinct from d.invoice_id
      and o.ended_by is not null and o.detail = d.detail)
on conflict do nothing
returning kind`;

/** What a page shows to be no more: it ends by itself. */
export interface Healed {
  /** Surplus CFDIs that were canceled there. */
  readonly canceledThere: readonly string[];
  /** Theirs that differ in nothing now. */
  readonly agreeing: readonly string[];
  /** Ours that they have. */
  readonly present: readonly string[];
}

export async function endHealed(db: Queryable, tenantId: string, healed: Healed): Promise<void> {
  await db.query({
    name: 'reconciliation-end-healed',
    text: `update reconciliation_differences set ended_at = now()
            where tenant_id = $1 and ended_at is null
              and (kind in ('duplicate_in_facturapi', 'superseded_but_stamped')
                     and facturapi_id = any($2::text[])
                or kind = 'data_differs' and facturapi_id = any($3::text[])
                or kind = 'missing_in_facturapi' and invoice_id = any($4::uuid[]))`,
    values: [tenantId, healed.canceledThere, healed.agreeing, healed.present],
  });
}

export interface DifferenceRow {
  readonly id: number;
  readonly kind: DifferenceKind;
  readonly invoice_id: string | null;
  readonly facturapi_id: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly found_at: Date;
  readonly ended_at: Date | null;
  readonly why: string | null;
  /** Of the invoice here, if there is one: what people call it. */
  readonly folio: string | null;
}

const SHOWN = `d.id, d.kind, d.invoice_id, d.facturapi_id, d.detail, d.found_at, d.ended_at, d.why,
  (select i.series || i.folio_number from invoices i
    where i.tenant_id = d.tenant_id and i.id = d.invoice_id) as folio`;

/** Newest first. */
export async function listDifferences(
  db: Queryable,
  tenantId: TenantId,
  o: { readonly openOnly: boolean; readonly cursor: number | undefined; readonly limit: number },
): Promise<DifferenceRow[]> {
  const { rows } = await db.query<DifferenceRow>(
    `select ${SHOWN} from reconciliation_differences d
      where d.tenant_id = $1 and ($2::bigint is null or d.id < $2)
        and (d.ended_at is null or not $3)
      order by d.id desc limit $4`,
    [tenantId, o.cursor ?? null, o.openOnly, o.limit],
  );
  return rows;
}

/** A person has seen to it. */
export async function closeDifference(
  db: Queryable,
  tenantId: TenantId,
  o: { readonly id: number; readonly personId: string; readonly why: string },
): Promise<DifferenceRow | 'absent' | 'ended_before'> {
  const { rowCount } = await db.query(
    `update reconciliation_differences set ended_at = now(), ended_by = $3, why = $4
      where tenant_id = $1 and id = $2 and ended_at is null`,
    [tenantId, o.id, o.personId, o.why],
  );
  const { rows } = await db.query<DifferenceRow>(
    `select ${SHOWN} from reconciliation_differences d where d.tenant_id = $1 and d.id = $2`,
    [tenantId, o.id],
  );
  if (!rows[0]) return 'absent';
  return rowCount === 1 ? rows[0] : 'ended_before';
}
