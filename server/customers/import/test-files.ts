import { zipSync } from 'fflate';
import type { FileKind } from './file-kind.ts';
import { fileKindReader } from './file-kind.ts';
import type { FileRow } from './file-row.ts';
import { chunkBytes } from './import-limits.ts';
import { openFile } from './open-file.ts';
import { type StoredFile, storedFile } from './stored-file.ts';

/** A file in memory, as it is kept in PostgreSQL. */
export function fileIn(content: Uint8Array): StoredFile {
  const bytes = Buffer.from(content);
  return storedFile(bytes.length, async (number) =>
    bytes.subarray(number * chunkBytes, (number + 1) * chunkBytes),
  );
}

export function kindOf(content: Uint8Array, pieceBytes = content.length): FileKind {
  const reader = fileKindReader();
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes));
  }
  return reader.end();
}

/** All rows, as an import reads them. */
export async function rowsOf(content: Uint8Array | string): Promise<FileRow[]> {
  const bytes = Buffer.from(content);
  const file = await openFile(fileIn(bytes), kindOf(bytes));
  return (await Array.fromAsync(file.rows())).flat();
}

export interface Workbook {
  readonly sheet: string;
  readonly shared?: readonly string[];
  readonly workbook?: string;
  readonly relations?: string;
  readonly more?: Readonly<Record<string, Uint8Array>>;
}

/** An .xlsx by its parts, for what a well-behaved program would not write. */
export function workbook(o: Workbook): Uint8Array {
  const shared = o.shared?.map((text) => `<si>${text}</si>`).join('');
  const texts: Record<string, string> = {
    'xl/workbook.xml':
      o.workbook ?? '<workbook><sheets><sheet name="Hoja1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      o.relations ??
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    ...(shared === undefined ? {} : { 'xl/sharedStrings.xml': `<sst>${shared}</sst>` }),
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${o.sheet}</sheetData></worksheet>`,
  };
  const parts = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]);
  return zipSync({ ...Object.fromEntries(parts), ...o.more });
}
