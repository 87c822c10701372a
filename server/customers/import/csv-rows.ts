import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { cellTooLong, type FileRow, isBlank, tooManyColumns } from './file-row.ts';
import { cellLengthMax, columnsMax, recordLengthMax } from './import-limits.ts';
import type { StoredFile } from './stored-file.ts';
import { damaged, UnreadableFile } from './unreadable-file.ts';

const SEPARATORS = [',', ';', '\t'];
const rowsAtOnce = 100;

/** RFC 4180 with the liberties that Excel and the accounting programs take. */
export async function* csvRows(file: StoredFile, encoding: string): AsyncGenerator<FileRow[]> {
  const texts = decoded(file, encoding);
  const { value: start = '' } = await texts.next();
  const { separator, skip } = headOf(start);
  const parser = parse({
    delimiter: separator,
    // All three by themselves: a file that was put together from two may have both.
    record_delimiter: ['\r\n', '\n', '\r'],
    from_line: 1 + skip,
    skip_empty_lines: false,
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: recordLengthMax,
  });
  const source = Readable.from(all(start, texts));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let row = 0;
  let rows: FileRow[] = [];
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      checkSize(row, cells);
      rows.push({ row, cells });
      if (rows.length < rowsAtOnce) continue;
      yield rows;
      rows = [];
    }
  } catch (error) {
    throw unreadable(error);
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (rows.length > 0) yield rows;
}

async function* decoded(file: StoredFile, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of file.read(0, file.bytes)) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  yield decoder.decode();
}

async function* all(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (start !== '') yield start;
  yield* rest;
}

/** The separator that the first line has most of; Excel's own "sep=;" line says it outright. */
function headOf(start: string): { separator: string; skip: number } {
  const told = /^sep=(.)\r?\n/.exec(start);
  if (told) return { separator: told[1]!, skip: 1 };
  const line = /^[\r\n]*([^\r\n]*)/.exec(start)?.[1] ?? '';
  const bare = line.replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => bare.split(separator).length);
  return { separator: SEPARATORS[counts.indexOf(Math.max(...counts))]!, skip: 0 };
}

function checkSize(row: number, cells: readonly string[]): void {
  if (cells.length > columnsMax && !isBlank(cells.slice(columnsMax))) throw tooManyColumns(row);
  if (cells.some((cell) => cell.length > cellLengthMax)) throw cellTooLong(row);
}

function unreadable(error: unknown): unknown {
  const { code, records } = error as CsvError & { records?: number };
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') {
    const detail =
      `Hay comillas (") sin cerrar en la fila ${(records ?? 0) + 1} o cerca de ella. Corrígelas y vuelve a ` +
      'subir el archivo.';
    return new UnreadableFile('quotes_not_closed', detail, error);
  }
  return typeof code === 'string' && code.startsWith('CSV_') ? damaged(error) : error;
}
