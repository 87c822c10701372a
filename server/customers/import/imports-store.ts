import type pg from 'pg';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { queryOf } from './company-query.ts';
import { dryRunKeptMs, importsListedMax, rowsKeptMs, uploadMsMax } from './import-limits.ts';
import type { Preview } from './import-preview.ts';

/** As the API tells it. */
export interface ImportState {
  readonly id: string;
  readonly status: 'running' | 'done' | 'failed';
  readonly dry_run: boolean;
  readonly strip_company_suffix: boolean;
  readonly file_name: string;
  readonly rows: number;
  readonly processed: number;
  readonly imported: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly noted: number;
  readonly sheet: string | null;
  readonly other_sheets: readonly string[];
  readonly columns: ReadonlyArray<{ readonly heading: string; readonly field: string }>;
  readonly ignored_columns: readonly string[];
  readonly problem: { readonly code: string; readonly detail: string } | null;
  readonly preview: Preview | null;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

interface Row extends Omit<ImportState, 'created_at' | 'finished_at' | 'columns'> {
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly reading: Pick<
    ImportState,
    'sheet' | 'other_sheets' | 'columns' | 'ignored_columns'
  > | null;
}

const STATE = `i.id, case when i.state in ('done', 'failed') then i.state else 'running' end as status,
  i.dry_run, i.strip_company_suffix, i.file_name, coalesce(i.rows, 0) as rows, i.processed,
  case when i.dry_run then 0 else i.created + i.updated end as imported, i.created, i.updated,
  i.unchanged, i.duplicates, i.rejected, i.noted, i.reading, i.problem, p.name as created_by,
  i.created_at, i.finished_at`;
const FROM = 'customer_imports i left join people p on p.id = i.created_by';

export async function readImport(
  pool: pg.Pool,
  tenantId: TenantId,
  id: string,
): Promise<ImportState | undefined> {
  const { rows } = await queryOf<Row>(pool, tenantId, {
    name: 'customer-imports-read',
    text: `select ${STATE}, i.preview from ${FROM} where i.tenant_id = $1 and i.id = $2`,
    values: [tenantId, id],
  });
  return rows[0] && toState(rows[0]);
}

/** The headings of its file; none of a file that could not be read. */
export async function readHeadingsOf(
  pool: pg.Pool,
  tenantId: TenantId,
  id: string,
): Promise<readonly string[] | undefined> {
  const { rows } = await queryOf<{ headings: string[] | null }>(pool, tenantId, {
    text: `select reading -> 'headings' as headings from customer_imports
      where tenant_id = $1 and id = $2`,
    values: [tenantId, id],
  });
  return rows[0] && (rows[0].headings ?? []);
}

/** The latest first. */
export async function listImports(pool: pg.Pool, tenantId: TenantId): Promise<ImportState[]> {
  const { rows } = await queryOf<Row>(pool, tenantId, {
    text: `select ${STATE}, null as preview from ${FROM}
      where i.tenant_id = $1 and i.state <> 'uploading' and not i.dry_run
      order by i.id desc limit $2`,
    values: [tenantId, importsListedMax],
  });
  return rows.map(toState);
}

function toState({ reading, created_at, finished_at, ...rest }: Row): ImportState {
  return {
    ...rest,
    sheet: reading?.sheet ?? null,
    other_sheets: reading?.other_sheets ?? [],
    columns: reading?.columns ?? [],
    ignored_columns: reading?.ignored_columns ?? [],
    created_at: created_at.toISOString(),
    finished_at: finished_at?.toISOString() ?? null,
  };
}

export async function removeOldImports(db: Queryable): Promise<void> {
  await db.query('select timbra_remove_old_imports($1, $2, $3)', [
    uploadMsMax,
    dryRunKeptMs,
    rowsKeptMs,
  ]);
}
