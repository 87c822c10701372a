import type { Queryable } from '../../platform/postgres/database.ts';
import type { SyncedFields } from './synced-fields.ts';

export type DifferenceKind =
  | 'changed_on_both'
  | 'several_here'
  | 'not_acceptable'
  | 'refused_there'
  | 'gone_there';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly customerId: string | null;
  readonly facturapiId: string | null;
  readonly theirs: SyncedFields | null;
  readonly candidates?: readonly string[];
  readonly problem?: unknown;
}

/**
 * Each that is open once: found anew it is brought up to date, and counted on if it changed. What
 * is left out by a person's wish has a link that says so, and does not come this far.
 */
export async function noteDifferences(
  db: Queryable,
  tenantId: string,
  all: readonly Difference[],
): Promise<number> {
  if (all.length === 0) return 0;
  const rows = all.map((one) => ({
    kind: one.kind,
    customer_id: one.customerId,
    facturapi_id: one.facturapiId,
    theirs: one.theirs,
    candidates: one.candidates ?? [],
    problem: one.problem ?? null,
  }));
  const { rows: noted } = await db.query<{ fresh: boolean }>({
    name: 'customer-sync-note-differences',
    text: `insert into customer_differences as d
                  (tenant_id, kind, customer_id, facturapi_id, theirs, candidates, problem)
           select $1, kind, customer_id, facturapi_id, theirs, candidates, problem
             from jsonb_to_recordset($2::jsonb)
                  as t(kind text, customer_id uuid, facturapi_id text, theirs jsonb,
                       candidates uuid[], problem jsonb)
           on conflict (tenant_id, coalesce(facturapi_id, ''),
                        (case when facturapi_id is null then customer_id end))
             where ended_at is null
           do update set kind = excluded.kind, customer_id = excluded.customer_id,
                         theirs = excluded.theirs, candidates = excluded.candidates,
                         problem = excluded.problem, revision = d.revision + 1
            where (d.kind, d.customer_id, d.theirs, d.candidates, d.problem) is distinct from
                  (excluded.kind, excluded.customer_id, excluded.theirs, excluded.candidates,
                   excluded.problem)
           returning xmax = 0 as fresh`,
    values: [tenantId, JSON.stringify(rows)],
  });
  return noted.filter(({ fresh }) => fresh).length;
}

/** Both sides came together without a person. */
export async function endDifferences(
  db: Queryable,
  tenantId: string,
  of: ReadonlyArray<{ readonly customerId: string; readonly facturapiId: string }>,
  kinds: readonly DifferenceKind[],
): Promise<void> {
  if (of.length === 0) return;
  await db.query({
    name: 'customer-sync-end-differences',
    text: `update customer_differences set ended_at = now()
            where tenant_id = $1 and ended_at is null and kind = any($4::text[])
              and (facturapi_id = any($2::text[])
                   or facturapi_id is null and customer_id = any($3::uuid[]))`,
    values: [
      tenantId,
      of.map(({ facturapiId }) => facturapiId),
      of.map(({ customerId }) => customerId),
      kinds,
    ],
  });
}
