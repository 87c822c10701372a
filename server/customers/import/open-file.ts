import { csvRows } from './csv-rows.ts';
import type { FileKind } from './file-kind.ts';
import type { FileRow } from './file-row.ts';
import type { StoredFile } from './stored-file.ts';
import { openSheet } from './xlsx-rows.ts';

export interface OpenFile {
  /** Of a workbook. */
  readonly sheet: string | null;
  readonly otherSheets: readonly string[];
  /** From the top, in pieces; what no limit admits is thrown as UnreadableFile. */
  rows(): AsyncGenerator<FileRow[]>;
}

export async function openFile(file: StoredFile, kind: FileKind): Promise<OpenFile> {
  if (kind.kind === 'csv') {
    return { sheet: null, otherSheets: [], rows: () => csvRows(file, kind.encoding) };
  }
  const sheet = await openSheet(file);
  return { sheet: sheet.name, otherSheets: sheet.others, rows: sheet.rows };
}
