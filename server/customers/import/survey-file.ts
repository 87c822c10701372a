import { checkGiven, identityOf } from './check-row.ts';
import { type FileRow, isBlank } from './file-row.ts';
import { columnsMissing, missingColumns, type Reading, readHeadings } from './import-columns.ts';
import { headingRowMax, rowsMax } from './import-limits.ts';
import type { OpenFile } from './open-file.ts';
import { readRow } from './read-row.ts';
import { UnreadableFile } from './unreadable-file.ts';

export interface Survey {
  readonly reading: Reading;
  readonly headingRow: number;
  /** Rows with something in them below the headings. */
  readonly rows: number;
  /** The last good row about each customer, by `identityOf`: the one that counts. */
  readonly lastRowOf: ReadonlyMap<string, number>;
}

export interface SurveyOptions {
  readonly stripCompanySuffix: boolean;
  /** Called after each piece of work, to rest or to stop. */
  readonly pace: () => Promise<void>;
}

/**
 * Reads the whole file once before anything of it is written: a file that breaks a limit or lacks
 * a column leaves no half of itself behind, and progress has an end to be measured by.
 */
export async function surveyFile(file: OpenFile, o: SurveyOptions): Promise<Survey> {
  let best: Reading | undefined;
  let reading: Reading | undefined;
  let headingRow = 0;
  let looked = 0;
  let rows = 0;
  const lastRowOf = new Map<string, number>();

  const lookForHeadings = (row: FileRow) => {
    looked += 1;
    const found = readHeadings(row.cells);
    if (found && missingColumns(found).length === 0) {
      reading = found;
      headingRow = row.row;
      return;
    }
    if (missingColumns(found).length < missingColumns(best).length) best = found;
    if (looked >= headingRowMax) throw columnsMissing(missingColumns(best));
  };
  const count = (row: FileRow, under: Reading) => {
    rows += 1;
    if (rows > rowsMax) throw tooManyRows();
    const { given } = readRow(row, under, o);
    const checked = checkGiven({ ...given, accept_rfc_check_digit: 'sí' });
    if (!checked.problems) lastRowOf.set(identityOf(checked.fields), row.row);
  };

  for await (const piece of file.rows()) {
    for (const row of piece) {
      if (isBlank(row.cells)) continue;
      if (reading === undefined) lookForHeadings(row);
      else count(row, reading);
    }
    await o.pace();
  }
  if (looked === 0) throw new UnreadableFile('file_empty', 'El archivo está vacío.');
  if (reading === undefined) throw columnsMissing(missingColumns(best));
  if (rows === 0) {
    const detail = 'El archivo solo tiene encabezados: no hay clientes que importar.';
    throw new UnreadableFile('file_empty', detail);
  }
  return { reading, headingRow, rows, lastRowOf };
}

function tooManyRows(): UnreadableFile {
  const most = rowsMax.toLocaleString('es-MX');
  const detail = `El archivo tiene más de ${most} filas. Divídelo en varios y sube uno por uno.`;
  return new UnreadableFile('too_many_rows', detail);
}
