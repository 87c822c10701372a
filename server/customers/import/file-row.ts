import { columnsMax } from './import-limits.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** A row of the file, numbered as a spreadsheet shows it. */
export interface FileRow {
  readonly row: number;
  readonly cells: readonly string[];
}

export function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}

export function tooManyColumns(row: number): UnreadableFile {
  const detail =
    `La fila ${row} tiene datos después de la columna ${columnsMax}, que es la última que se lee. ` +
    'Quita las columnas que sobran.';
  return new UnreadableFile('too_many_columns', detail);
}

export function cellTooLong(row?: number): UnreadableFile {
  const where = row === undefined ? 'Una celda' : `Una celda de la fila ${row}`;
  return new UnreadableFile('cell_too_long', `${where} tiene demasiado texto.`);
}
