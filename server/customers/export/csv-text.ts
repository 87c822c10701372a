import { neutralCell, type Table } from './table-rows.ts';

/** Without it Excel reads UTF-8 as Windows-1252. */
const BYTE_ORDER_MARK = '\ufeff';

/** RFC 4180, as Excel opens it by a double click. */
export async function* csvText(table: Table): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + lineOf(table.headings);
  for await (const rows of table.rows()) yield rows.map(lineOf).join('');
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(text: string): string {
  const cell = neutralCell(text);
  return /[",\r\n;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
