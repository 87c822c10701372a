import type pg from 'pg';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { asCompany, queryOf } from './company-query.ts';
import type { FileKind } from './file-kind.ts';
import { openImportsMax, uploadMsMax } from './import-limits.ts';

export interface Upload {
  readonly id: string;
  readonly personId: string;
  readonly fileName: string;
  readonly dryRun: boolean;
  readonly stripCompanySuffix: boolean;
}

/** False when the company has as many open as it may. */
export async function beginUpload(
  pool: pg.Pool,
  tenantId: TenantId,
  upload: Upload,
): Promise<boolean> {
  return asCompany(pool, tenantId, async (db) => {
    // Of those that come at once each must see the ones before it.
    await db.query(`select pg_advisory_xact_lock(hashtext('customer_imports'), hashtext($1))`, [
      tenantId,
    ]);
    return insertUpload(db, tenantId, upload);
  });
}

async function insertUpload(db: Queryable, tenantId: TenantId, upload: Upload): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into customer_imports
       (tenant_id, id, created_by, file_name, dry_run, strip_company_suffix)
     select $1, $2, $3, $4, $5, $6
      where (select count(*) from customer_imports
              where tenant_id = $1 and (state in ('waiting', 'running') or
                    (state = 'uploading' and created_at > now() - $7 * interval '1 ms')))
            < ${openImportsMax}`,
    [
      tenantId,
      upload.id,
      upload.personId,
      upload.fileName,
      upload.dryRun,
      upload.stripCompanySuffix,
      uploadMsMax,
    ],
  );
  return rowCount === 1;
}

export async function addChunk(
  pool: pg.Pool,
  tenantId: TenantId,
  id: string,
  number: number,
  content: Buffer,
): Promise<void> {
  await queryOf(pool, tenantId, {
    name: 'customer-imports-add-chunk',
    text: `insert into customer_import_chunks (tenant_id, import_id, number, content)
           values ($1, $2, $3, $4)`,
    values: [tenantId, id, number, content],
  });
}

export async function readChunk(
  pool: pg.Pool,
  tenantId: TenantId,
  id: string,
  number: number,
): Promise<Buffer> {
  const { rows } = await queryOf<{ content: Buffer }>(pool, tenantId, {
    name: 'customer-imports-read-chunk',
    text: `select content from customer_import_chunks
            where tenant_id = $1 and import_id = $2 and number = $3`,
    values: [tenantId, id, number],
  });
  if (!rows[0]) throw new Error(`import ${id} has no chunk ${number}`);
  return rows[0].content;
}

/** The whole file is here. False when the same one is here already, or on its way. */
export async function endUpload(
  pool: pg.Pool,
  tenantId: TenantId,
  id: string,
  file: { readonly kind: FileKind; readonly bytes: number; readonly hash: Buffer },
): Promise<boolean> {
  const { kind } = file;
  try {
    await queryOf(pool, tenantId, {
      text: `update customer_imports
          set state = 'waiting', file_kind = $3, encoding = $4, file_bytes = $5, file_hash = $6
        where tenant_id = $1 and id = $2`,
      values: [
        tenantId,
        id,
        kind.kind,
        kind.kind === 'csv' ? kind.encoding : null,
        file.bytes,
        file.hash,
      ],
    });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '23505') return false;
    throw error;
  }
}

export async function dropUpload(pool: pg.Pool, tenantId: TenantId, id: string): Promise<void> {
  await queryOf(pool, tenantId, {
    text: `delete from customer_imports where tenant_id = $1 and id = $2 and state = 'uploading'`,
    values: [tenantId, id],
  });
}

/** The import of the same content with the same options that did not fail. */
export async function findSameFile(
  pool: pg.Pool,
  tenantId: TenantId,
  hash: Buffer,
  stripCompanySuffix: boolean,
): Promise<string | undefined> {
  const { rows } = await queryOf<{ id: string }>(pool, tenantId, {
    text: `select id from customer_imports
      where tenant_id = $1 and file_hash = $2 and strip_company_suffix = $3 and not dry_run
        and state in ('waiting', 'running', 'done')`,
    values: [tenantId, hash, stripCompanySuffix],
  });
  return rows[0]?.id;
}
