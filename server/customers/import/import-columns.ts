import { COLUMNS, type CustomerColumn } from './customer-columns.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** How the file's columns are to be read. */
export interface Reading {
  /** The place of each field's column in a row. */
  readonly columns: ReadonlyMap<CustomerColumn, number>;
  /** As the file has them, trimmed, by their place. */
  readonly headings: readonly string[];
  /** Headings of columns that are not read. */
  readonly ignored: readonly string[];
}

/** Undefined when the row holds no heading that we know. */
export function readHeadings(cells: readonly string[]): Reading | undefined {
  const headings = cells.map((cell) => cell.trim().replace(/\s+/g, ' '));
  const folded = headings.map(foldHeading);
  const columns = new Map<CustomerColumn, number>();
  const taken = new Set<number>();
  for (const { key, headings: known } of COLUMNS) {
    // Of "Razón social" and "Nombre" in one file the one that says it better comes first.
    const name = known.find((one) => folded.some((text, at) => text === one && !taken.has(at)));
    if (name === undefined) continue;
    const at = folded.findIndex((text, place) => text === name && !taken.has(place));
    columns.set(key, at);
    taken.add(at);
  }
  if (columns.size === 0) return undefined;
  const ignored = headings.filter((heading, at) => heading !== '' && !taken.has(at));
  return { columns, headings, ignored };
}

/** Those without which no row can be read. */
export function missingColumns(reading: Reading | undefined): CustomerColumn[] {
  return COLUMNS.filter(({ key, required }) => required && !reading?.columns.has(key)).map(
    ({ key }) => key,
  );
}

export function columnsMissing(missing: readonly CustomerColumn[]): UnreadableFile {
  const names = missing.map((key) => `«${COLUMNS.find((one) => one.key === key)!.label}»`);
  const list = new Intl.ListFormat('es-MX').format(names);
  const what = missing.length === 1 ? `Falta la columna ${list}` : `Faltan las columnas ${list}`;
  const detail = `${what}. Los encabezados van en la primera fila; corrígela y vuelve a subir el archivo.`;
  return new UnreadableFile('columns_missing', detail);
}

/** Accents, case, signs and what stands in brackets make no difference. */
function foldHeading(heading: string): string {
  return heading
    .replace(/\(.*?\)/g, ' ')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\b([a-z])\./g, '$1')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
