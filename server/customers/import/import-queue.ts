import type pg from 'pg';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { asCompany } from './company-query.ts';
import type { FileKind } from './file-kind.ts';
import { importsAtOnceMax, leaseMs } from './import-limits.ts';
import type { Preview } from './import-preview.ts';
import type { UnreadableFile } from './unreadable-file.ts';
import type { Counts } from './write-batch.ts';

/** An import under this worker's lease. */
export interface HeldImport {
  readonly tenantId: TenantId;
  readonly id: string;
  /** Fences its writes: a later claim has another one. */
  readonly turn: number;
  readonly attempts: number;
  readonly createdBy: string | null;
  readonly file: FileKind;
  readonly fileBytes: number;
  readonly dryRun: boolean;
  readonly stripCompanySuffix: boolean;
  readonly lastRow: number;
  readonly preview: Preview | null;
}

/** As pg writes rows of customer_imports. */
interface Row {
  readonly tenant_id: TenantId;
  readonly id: string;
  readonly turn: number;
  readonly attempts: number;
  readonly created_by: string | null;
  readonly file_kind: 'csv' | 'xlsx';
  readonly encoding: string | null;
  readonly file_bytes: number;
  readonly dry_run: boolean;
  readonly strip_company_suffix: boolean;
  readonly last_row: number;
  readonly preview: Preview | null;
}

export async function claimImport(db: Queryable, worker: string): Promise<HeldImport | undefined> {
  const { rows } = await db.query<Row>({
    name: 'customer-imports-claim',
    text: 'select * from timbra_claim_customer_import($1, $2, $3)',
    values: [worker, importsAtOnceMax, leaseMs],
  });
  const row = rows[0];
  if (!row) return undefined;
  const { file_kind: kind, encoding } = row;
  return {
    tenantId: row.tenant_id,
    id: row.id,
    turn: row.turn,
    attempts: row.attempts,
    createdBy: row.created_by,
    file: (kind === 'csv' ? { kind, encoding } : { kind }) as FileKind,
    fileBytes: row.file_bytes,
    dryRun: row.dry_run,
    stripCompanySuffix: row.strip_company_suffix,
    lastRow: row.last_row,
    preview: row.preview,
  };
}

/** Every write begins with it: the lease is still ours, and nobody takes it until the commit. */
const HELD = `tenant_id = $1 and id = $2 and turn = $3 and state = 'running'
          and lease_until > now()`;
const key = (held: HeldImport) => [held.tenantId, held.id, held.turn];

/** False when the lease is somebody else's by now. */
export async function keepLease(pool: pg.Pool, held: HeldImport): Promise<boolean> {
  return asCompany(pool, held.tenantId, (db) => lockHeld(db, held));
}

/** The same at the start of a transaction, which then holds the row. */
export async function lockHeld(db: Queryable, held: HeldImport): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'customer-imports-keep-lease',
    text: `update customer_imports set lease_until = now() + $4 * interval '1 ms' where ${HELD}`,
    values: [...key(held), leaseMs],
  });
  return rowCount === 1;
}

export async function noteReading(
  pool: pg.Pool,
  held: HeldImport,
  rows: number,
  reading: object,
): Promise<boolean> {
  return asCompany(pool, held.tenantId, async (db) => {
    const { rowCount } = await db.query(
      `update customer_imports set rows = $4, reading = $5::jsonb where ${HELD}`,
      [...key(held), rows, JSON.stringify(reading)],
    );
    await tellChange(db, held);
    return rowCount === 1;
  });
}

export interface BatchNote {
  readonly lastRow: number;
  readonly processed: number;
  readonly counts: Counts;
  readonly noted: number;
  readonly preview: Preview | null;
}

/** In the transaction that wrote the batch and holds the row. */
export async function noteBatch(db: Queryable, held: HeldImport, note: BatchNote): Promise<void> {
  const { counts } = note;
  await db.query({
    name: 'customer-imports-note-batch',
    text: `update customer_imports
              set last_row = $4, processed = processed + $5, created = created + $6,
                  updated = updated + $7, unchanged = unchanged + $8,
                  duplicates = duplicates + $9, rejected = rejected + $10, noted = noted + $11,
                  preview = $12::jsonb, attempts = 0,
                  -- from here on: a slow batch may have used up what it began with
                  lease_until = clock_timestamp() + $13 * interval '1 ms'
            where tenant_id = $1 and id = $2 and turn = $3`,
    values: [
      ...key(held),
      note.lastRow,
      note.processed,
      counts.created,
      counts.updated,
      counts.unchanged,
      counts.duplicates,
      counts.rejected,
      note.noted,
      note.preview && JSON.stringify(note.preview),
      leaseMs,
    ],
  });
  await tellChange(db, held);
}

export async function othersWait(db: Queryable, held: HeldImport): Promise<boolean> {
  const { rows } = await db.query<{ wait: boolean }>({
    name: 'customer-imports-others-wait',
    text: 'select timbra_others_wait_to_import($1) as wait',
    values: [held.tenantId],
  });
  return rows[0]?.wait === true;
}

/** Back to the end of the line, for anybody to go on with. */
export async function handBack(pool: pg.Pool, held: HeldImport): Promise<void> {
  await asCompany(pool, held.tenantId, async (db) => {
    await db.query(
      `update customer_imports
          set state = 'waiting', worker = null, lease_until = null, attempts = 0, served_at = now()
        where ${HELD}`,
      key(held),
    );
    await tellChange(db, held, { work: true });
  });
}

export async function endDone(pool: pg.Pool, held: HeldImport): Promise<void> {
  await end(pool, held, 'done', null);
}

export async function endFailed(
  pool: pg.Pool,
  held: HeldImport,
  problem: Pick<UnreadableFile, 'message'> & { readonly code: string },
): Promise<void> {
  await end(pool, held, 'failed', { code: problem.code, detail: problem.message });
}

/** The file has served its purpose and goes. */
async function end(
  pool: pg.Pool,
  held: HeldImport,
  state: 'done' | 'failed',
  problem: object | null,
): Promise<void> {
  await asCompany(pool, held.tenantId, async (db) => {
    const { rowCount } = await db.query(
      `update customer_imports
          set state = $4, problem = $5::jsonb, finished_at = now(), worker = null,
              lease_until = null
        where ${HELD}`,
      [...key(held), state, problem && JSON.stringify(problem)],
    );
    if (rowCount !== 1) return;
    await db.query('delete from customer_import_chunks where tenant_id = $1 and import_id = $2', [
      held.tenantId,
      held.id,
    ]);
    await tellChange(db, held, { work: true });
  });
}

/**
 * For whoever watches this import, and with `work` for the workers: something waits, or a place
 * came free.
 */
export async function tellChange(
  db: Queryable,
  one: { readonly tenantId: TenantId; readonly id: string },
  o: { readonly work: boolean } = { work: false },
): Promise<void> {
  await db.query({
    name: 'customer-imports-tell',
    text: `select pg_notify('timbra_customer_imports', $1)`,
    values: [JSON.stringify({ tenant: one.tenantId, import: one.id, work: o.work })],
  });
}
