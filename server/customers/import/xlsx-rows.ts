import { posix } from 'node:path';
import { SaxesParser } from 'saxes';
import { type FileRow, tooManyColumns } from './file-row.ts';
import { columnsMax } from './import-limits.ts';
import { readSharedTexts, type SharedTexts } from './shared-texts.ts';
import type { StoredFile } from './stored-file.ts';
import { damaged, UnreadableFile } from './unreadable-file.ts';
import { openXlsx, type XlsxArchive } from './xlsx-archive.ts';
import { cellText, localName, xmlChunks } from './xml-chunks.ts';

export interface XlsxSheet {
  readonly name: string;
  /** Sheets that are not read. */
  readonly others: readonly string[];
  rows(): AsyncGenerator<FileRow[]>;
}

const WORKBOOK = 'xl/workbook.xml';
const RELATIONS = 'xl/_rels/workbook.xml.rels';
const SHARED_TEXTS = 'xl/sharedStrings.xml';

/** The first visible sheet of a workbook (ECMA-376, SpreadsheetML), a piece of it at a time. */
export async function openSheet(file: StoredFile): Promise<XlsxSheet> {
  const archive = await openXlsx(file);
  if (!archive.has(WORKBOOK)) {
    const detail =
      'El archivo no es un libro de Excel (.xlsx). Guárdalo como «Libro de Excel (.xlsx)» o CSV.';
    throw new UnreadableFile('file_kind_unknown', detail);
  }
  const sheets = elements(await archive.text(WORKBOOK), 'sheet').filter(
    ({ state }) => state !== 'hidden' && state !== 'veryHidden',
  );
  const [first, ...others] = sheets;
  const targets = elements(await archive.text(RELATIONS), 'Relationship');
  const target = targets.find(({ Id }) => Id === first?.id)?.Target;
  if (!first || !target) throw damaged();
  const part = target.startsWith('/') ? target.slice(1) : posix.join('xl', target);
  return {
    name: first.name ?? '',
    others: others.map(({ name }) => name ?? ''),
    rows: () => sheetRows(archive, part),
  };
}

async function* sheetRows(archive: XlsxArchive, part: string): AsyncGenerator<FileRow[]> {
  try {
    const texts = archive.has(SHARED_TEXTS)
      ? await readSharedTexts(await archive.open(SHARED_TEXTS))
      : { get: () => '' };
    let rows: FileRow[] = [];
    const parser = sheetParser(texts, (row) => rows.push(row));
    for await (const chunk of xmlChunks(await archive.open(part))) {
      parser.write(chunk);
      if (rows.length === 0) continue;
      yield rows;
      rows = [];
    }
    parser.close();
  } catch (error) {
    throw isXmlError(error) ? damaged(error) : error;
  }
}

/** Numbers its rows and cells as the sheet does; where it does not, one after the other. */
function sheetParser(texts: SharedTexts, onRow: (row: FileRow) => void): SaxesParser {
  const parser = new SaxesParser();
  let row = 0;
  let column = -1;
  let type = 'n';
  let value = '';
  let taking = false;
  let cells: string[] = [];
  parser.on('opentag', ({ name, attributes }) => {
    const tag = localName(name);
    if (tag === 'row') {
      row = attributes.r ? Number(attributes.r) : row + 1;
      column = -1;
      cells = [];
    } else if (tag === 'c') {
      column = attributes.r ? columnOf(attributes.r) : column + 1;
      type = attributes.t ?? 'n';
      value = '';
    } else if (tag === 'v' || tag === 't') taking = true;
  });
  parser.on('text', (part) => {
    if (taking) value += part;
  });
  parser.on('closetag', ({ name }) => {
    const tag = localName(name);
    if (tag === 'v' || tag === 't') taking = false;
    else if (tag === 'c' && value !== '') {
      const text = textOf(type, value, texts);
      if (text.trim() === '') return;
      if (column >= columnsMax) throw tooManyColumns(row);
      while (cells.length < column) cells.push('');
      cells[column] = text;
    } else if (tag === 'row') onRow({ row, cells });
  });
  return parser;
}

function textOf(type: string, value: string, texts: SharedTexts): string {
  if (type === 's') return texts.get(Number(value));
  if (type !== 'n') return cellText(value);
  // Excel writes 5512345678 as 5.512345678E9 at times.
  if (!/[.eE]/.test(value)) return value;
  const number = Number(value);
  return Number.isFinite(number) ? String(number) : value;
}

/** AB12 -> 27. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference) {
    const place = letter.charCodeAt(0) - 64;
    if (place < 1 || place > 26 || column > columnsMax * 26) break;
    column = column * 26 + place;
  }
  return column - 1;
}

/** Attributes of each element of that name, without their prefixes. */
function elements(xml: string, wanted: string): Array<Record<string, string | undefined>> {
  const found: Array<Record<string, string | undefined>> = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    if (localName(name) !== wanted) return;
    const own = Object.entries(attributes).map(([key, value]) => [localName(key), value]);
    found.push(Object.fromEntries(own));
  });
  try {
    parser.write(xml).close();
  } catch (error) {
    throw damaged(error);
  }
  return found;
}

/** saxes throws plain errors that begin with line and column. */
function isXmlError(error: unknown): boolean {
  return error instanceof Error && /^\d+:\d+: /.test(error.message);
}
