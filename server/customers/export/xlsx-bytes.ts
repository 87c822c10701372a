import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { Zip, type ZipInputFile } from 'fflate';
import { neutralCell, type Table } from './table-rows.ts';

/**
 * A workbook of one sheet (ECMA-376, SpreadsheetML) while its rows are read: the sheet goes last,
 * compressed off the event loop, so that no more of it is in memory than a piece. All cells are
 * texts, so that RFCs and zips keep their zeros.
 */
export async function* xlsxBytes(table: Table): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  for (const [name, content] of Object.entries(PARTS)) {
    yield* deflated(zip, name, [content], () => taken());
  }
  yield* deflated(zip, 'xl/worksheets/sheet1.xml', sheet(table), () => taken());
  zip.end();
  yield* taken();

  function taken(): Uint8Array[] {
    const chunks = ready;
    ready = [];
    return chunks;
  }
}

/** Puts a part into the zip; what of the zip is ready by then is yielded. */
async function* deflated(
  zip: Zip,
  filename: string,
  texts: AsyncIterable<string> | Iterable<string>,
  taken: () => Uint8Array[],
): AsyncGenerator<Uint8Array> {
  const part: ZipInputFile = { filename, size: 0, crc: 0, compression: 8 };
  zip.add(part);
  const deflate = createDeflateRaw();
  const counted = async function* () {
    for await (const text of texts) {
      const bytes = Buffer.from(text);
      part.size += bytes.length;
      part.crc = crc32(bytes, part.crc);
      yield bytes;
    }
  };
  pipeline(Readable.from(counted()), deflate, () => {});
  for await (const chunk of deflate) {
    part.ondata?.(null, chunk, false);
    yield* taken();
  }
  part.ondata?.(null, new Uint8Array(0), true);
  yield* taken();
}

async function* sheet(table: Table): AsyncGenerator<string> {
  let row = 1;
  yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
  yield rowOf(row, table.headings, ' s="1"');
  for await (const rows of table.rows()) {
    let text = '';
    for (const cells of rows) {
      row += 1;
      text += rowOf(row, cells);
    }
    yield text;
  }
  yield '</sheetData></worksheet>';
}

function rowOf(row: number, cells: readonly string[], style = ''): string {
  let text = `<row r="${row}">`;
  for (const [at, cell] of cells.entries()) {
    if (cell === '') continue;
    const place = `${letters(at)}${row}`;
    text += `<c r="${place}"${style} t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
  }
  return `${text}</row>`;
}

function letters(column: number): string {
  const rest = String.fromCharCode(65 + (column % 26));
  return column < 26 ? rest : letters(Math.floor(column / 26) - 1) + rest;
}

/** XML 1.0 has no control characters at all. */
function escaped(cell: string): string {
  return neutralCell(cell)
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml':
    `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
  '_rels/.rels':
    `${HEAD}<Relationships xmlns="${RELATIONS}">` +
    `<Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml':
    `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>` +
    '<sheet name="Clientes" sheetId="1" r:id="rId1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    `${HEAD}<Relationships xmlns="${RELATIONS}">` +
    `<Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>` +
    `<Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml':
    `${HEAD}<styleSheet xmlns="${MAIN}">` +
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>' +
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
    '<fills count="2"><fill><patternFill patternType="none"/></fill>' +
    '<fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>' +
    '<cellXfs count="2"><xf xfId="0"/><xf fontId="1" applyFont="1" xfId="0"/></cellXfs></styleSheet>',
};
