import { Readable } from 'node:stream';
import type pg from 'pg';
import type { Cleanups } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { makeTenant, silentLog, testPool } from '../../../test/support/records.ts';
import { checkCustomer } from '../../cfdi/customer-rules.ts';
import { newId } from '../../platform/clock.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { xlsxBytes } from '../export/xlsx-bytes.ts';
import { madeUpCustomers } from '../seed/made-up-customers.ts';
import { turnMsMax } from './import-limits.ts';
import { claimImport, type HeldImport } from './import-queue.ts';
import { type RowKind, readToldRows, type ToldRow } from './import-rows-store.ts';
import { type ImportState, readImport } from './imports-store.ts';
import { openFile } from './open-file.ts';
import type { ReadRow } from './read-row.ts';
import { receiveUpload, type UploadOutcome } from './receive-upload.ts';
import { batchesOf, fileOf, type RunOutcome, runImport } from './run-import.ts';
import { type Survey, surveyFile } from './survey-file.ts';

export interface ImportRig {
  readonly database: TestDatabase;
  readonly admin: pg.Pool;
  readonly pool: pg.Pool;
  company(): Promise<ImportingCompany>;
  claim(): Promise<HeldImport | undefined>;
  run(held: HeldImport, o?: { stopping?: AbortSignal; turnMs?: number }): Promise<RunOutcome>;
  /** What a run writes piece by piece. */
  read(held: HeldImport): Promise<{ survey: Survey; batches: ReadRow[][] }>;
}

export interface ImportingCompany {
  readonly tenantId: TenantId;
  readonly personId: string;
  send(file: Content, o?: SendOptions): Promise<UploadOutcome>;
  /** Sends a file and runs its import to the end. */
  importFile(file: Content, o?: SendOptions): Promise<ImportState>;
  state(id: string): Promise<ImportState>;
  told(id: string, kind?: RowKind): Promise<ToldRow[]>;
  /** In the order of their names; the columns as the table has them. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of it is what it checks
  customers(): Promise<any[]>;
}

export type Content = string | Uint8Array;

export interface SendOptions {
  readonly dryRun?: boolean;
  readonly stripCompanySuffix?: boolean;
  readonly fileName?: string;
}

/** Imports on a database of their own, run by the test and by nobody else. */
export async function importRig(t: Cleanups): Promise<ImportRig> {
  const database = await testDatabase(t);
  const admin = testPool(t, database.admin);
  const pool = testPool(t, database.app);
  const never = new AbortController().signal;
  const claim = () => claimImport(pool, 'test');
  const run: ImportRig['run'] = (held, { stopping = never, turnMs = turnMsMax } = {}) =>
    runImport({ pool, newId, log: silentLog, stopping, turnMs }, held);

  const company = async (): Promise<ImportingCompany> => {
    const tenantId = (await makeTenant(admin)) as TenantId;
    const personId = newId();
    await admin.query(
      `insert into people (id, email, name, password_hash) values ($1, $2, 'Quien importa', 'x')`,
      [personId, `${personId}@example.mx`],
    );
    const send = (file: Content, o: SendOptions = {}) =>
      receiveUpload(
        { pool, newId },
        {
          ...{ tenantId, personId, fileName: o.fileName ?? 'clientes.csv' },
          dryRun: o.dryRun ?? false,
          stripCompanySuffix: o.stripCompanySuffix ?? false,
          content: Readable.from([Buffer.from(file)]),
        },
      );
    const state = async (id: string) => (await readImport(pool, tenantId, id))!;
    return {
      tenantId,
      personId,
      send,
      state,
      async importFile(file, o) {
        const { id, repeated } = await send(file, o);
        if (!repeated) await run((await claim())!);
        return state(id);
      },
      told: (id, kind = 'rejected') =>
        readToldRows(pool, tenantId, id, { kind, after: 0, limit: 1_000_000 }),
      customers: async () =>
        (
          await admin.query(
            'select * from customers where tenant_id = $1 order by legal_name, id',
            [tenantId],
          )
        ).rows,
    };
  };
  const read = async (held: HeldImport) => {
    const file = await openFile(fileOf(pool, held), held.file);
    const survey = await surveyFile(file, { ...held, pace: async () => {} });
    return { survey, batches: await Array.fromAsync(batchesOf(file, survey, held)) };
  };
  return { database, admin, pool, company, claim, run, read };
}

export const HEADINGS = ['Razón social', 'RFC', 'Régimen fiscal', 'Código postal', 'Correo'];

export function csv(rows: ReadonlyArray<readonly string[]>, headings = HEADINGS): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
  return `${[headings, ...rows].map(line).join('\r\n')}\r\n`;
}

export async function xlsx(
  rows: ReadonlyArray<readonly string[]>,
  headings = HEADINGS,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const table = {
    headings,
    async *rows() {
      yield rows;
    },
  };
  for await (const part of xlsxBytes(table)) parts.push(part);
  return Buffer.concat(parts);
}

/** Receivers that SAT publishes for testing. */
export const ROBOTICA = ['UNIVERSIDAD ROBOTICA ESPAÑOLA', 'URE180429TM6', '601', '86991', ''];
export const XENON = ['XENON INDUSTRIAL ARTICLES', 'XIA190128J61', '601', '76343', 'x@xenon.mx'];
export const XOCHILT = ['XOCHILT CASAS CHAVEZ', 'CACX7605101P8', '612', '36257', ''];

/** A receiver without an RFC of its own: there may be as many as there are names. */
export function publicSale(name: string, zip = '86991'): string[] {
  return [name, 'XAXX010101000', '616', zip, ''];
}

export interface MadeUpFile {
  readonly text: string;
  readonly good: ReadonlyArray<Readonly<Record<'tax_id' | 'legal_name' | 'zip' | 'email', string>>>;
  /** The rows that no rule lets pass, as a spreadsheet numbers them. */
  readonly badAt: readonly number[];
}

/** A file of made-up customers, no two alike, of which each so many-eth is bad. */
export function csvOfCustomers(o: { seed: number; rows: number; badEvery: number }): MadeUpFile {
  const lines: string[][] = [];
  const good: Array<MadeUpFile['good'][number]> = [];
  const badAt: number[] = [];
  const seen = new Set<string>();
  for (const made of madeUpCustomers(o.seed, o.rows * 2)) {
    if (lines.length === o.rows) break;
    if (seen.has(made.tax_id) || checkCustomer(made).length > 0) continue;
    seen.add(made.tax_id);
    // The row's number makes the name the only one of its kind.
    const legal_name = `${made.legal_name} ${o.seed}${String(lines.length).padStart(7, '0')}`;
    const { tax_id, email = '' } = made;
    const { zip } = made.address;
    const bad = lines.length % o.badEvery === o.badEvery - 1;
    lines.push([legal_name, bad ? 'XXX' : tax_id, made.tax_system, zip, email]);
    if (bad) badAt.push(lines.length + 1);
    else good.push({ tax_id, legal_name, zip, email });
  }
  good.sort((a, b) => (a.legal_name < b.legal_name ? -1 : 1));
  return { text: csv(lines), good, badAt };
}
