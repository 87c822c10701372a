import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  columnsMax,
  sharedTextBytesMax,
  unpackedBytesMax,
  unpackedRatioFromBytes,
  unpackedRatioMax,
  xmlTextBytesMax,
  zipEntriesMax,
} from './import-limits.ts';
import { openFile } from './open-file.ts';
import { fileIn, rowsOf, workbook } from './test-files.ts';
import { xlsx } from './test-imports.ts';

const refusal = (content: Uint8Array) =>
  rowsOf(content).then(
    () => 'read',
    (error) => error.code,
  );

describe('an .xlsx as Excel and others write it', () => {
  test('texts, numbers and formulas are read as they are shown', async () => {
    const rows = await rowsOf(
      workbook({
        shared: ['<t>Uno</t>', '<r><t>Dos </t></r><r><t xml:space="preserve">partes</t></r>'],
        sheet:
          '<row r="2"><c r="B2" t="s"><v>0</v></c><c r="D2" t="s"><v>1</v></c></row>' +
          '<row r="4"><c r="A4"><v>5.512345678E9</v></c><c r="B4"><v>1000</v></c>' +
          '<c r="C4" t="str"><f>A1</f><v>de fórmula</v></c>' +
          '<c r="D4" t="inlineStr"><is><t>aquí_x000A_mismo &amp; ya</t></is></c>' +
          '<c r="E4" s="1"/></row>',
      }),
    );
    assert.deepEqual(rows, [
      { row: 2, cells: ['', 'Uno', '', 'Dos partes'] },
      { row: 4, cells: ['5512345678', '1000', 'de fórmula', 'aquí\nmismo & ya'] },
    ]);
  });

  test('rows and cells without a place come one after the other, and prefixes make no difference', async () => {
    const rows = await rowsOf(
      workbook({
        sheet: '<x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row><x:row/>',
      }),
    );
    assert.deepEqual(rows, [
      { row: 1, cells: ['1', '2'] },
      { row: 2, cells: [] },
    ]);
  });

  test('the first sheet that is not hidden is read, wherever its part lies', async () => {
    const content = workbook({
      sheet: '',
      workbook:
        '<workbook><sheets><sheet name="Oculta" state="hidden" r:id="rId1"/>' +
        '<sheet name="Clientes" r:id="rId7"/><sheet name="Otra" r:id="rId1"/></sheets></workbook>',
      relations:
        '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>' +
        '<Relationship Id="rId7" Target="/xl/hojas/dos.xml"/></Relationships>',
      more: {
        'xl/hojas/dos.xml': Buffer.from(
          '<worksheet><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>',
        ),
      },
    });
    const file = await openFile(fileIn(content), { kind: 'xlsx' });
    assert.deepEqual([file.sheet, file.otherSheets], ['Clientes', ['Otra']]);
    assert.deepEqual((await rowsOf(content))[0]!.cells, ['7']);
  });

  test('what we write we read, of many pieces too', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [`Ñandú <${i}> & "hijos"`, `${i}`, '']);
    const read = await rowsOf(await xlsx(rows, ['Nombre', 'Clave', '']));
    assert.equal(read.length, rows.length + 1);
    assert.deepEqual(read[20_000], { row: 20_001, cells: rows[19_999]!.slice(0, 2) });
  });

  test('columns as far as the limit goes, and no further', async () => {
    const cell = (column: string) =>
      workbook({ sheet: `<row><c r="${column}1"><v>1</v></c></row>` });
    assert.equal(columnsMax, 100);
    assert.equal((await rowsOf(cell('CV')))[0]!.cells.length, columnsMax);
    assert.equal(await refusal(cell('CW')), 'too_many_columns');
    assert.equal(await refusal(cell('ZZZZZZZZZZZZZZZZ')), 'too_many_columns');
    const empty = workbook({ sheet: '<row><c r="A1"><v>1</v></c><c r="XFD1" s="3"/></row>' });
    assert.equal(await refusal(empty), 'read');
  });
});

describe('an .xlsx that means harm, or is broken', () => {
  const filler = (bytes: number) => new Uint8Array(bytes);

  test('what claims to unpack too far, or unpacks too well, is refused before it is', async () => {
    const bomb = workbook({ sheet: '', more: { 'xl/media/a.bin': filler(30 * 1024 * 1024) } });
    assert.equal(await refusal(bomb), 'file_unpacks_too_large');
    const small = workbook({ sheet: '', more: { 'a.bin': filler(unpackedRatioFromBytes) } });
    assert.equal(await refusal(small), 'read');
    const more = workbook({ sheet: '', more: { 'a.bin': filler(unpackedRatioFromBytes + 1) } });
    assert.equal(await refusal(more), 'file_unpacks_too_large');
    assert.ok(unpackedRatioMax < 1_000);
  });

  test('what claims less than it unpacks is found out while it does', async () => {
    const blanks = ' '.repeat(8 * 1024 * 1024);
    const content = Buffer.from(workbook({ sheet: blanks }));
    lieAboutSize(content, 'xl/worksheets/sheet1.xml', 1_000);
    assert.match(await refusal(content), /^file_(damaged|unpacks_too_large)$/);
  });

  test('sizes that add up beyond the limit are refused by what the zip says', async () => {
    const content = Buffer.from(
      workbook({ sheet: '', more: { 'a.bin': Buffer.from('x'), 'b.bin': Buffer.from('y') } }),
    );
    lieAboutSize(content, 'a.bin', unpackedBytesMax);
    lieAboutSize(content, 'b.bin', 1);
    assert.equal(await refusal(content), 'file_unpacks_too_large');
  });

  test('as many entries as the limit allows, and no more', async () => {
    const own = 3;
    const entries = (count: number) =>
      workbook({
        sheet: '<row><c><v>1</v></c></row>',
        more: Object.fromEntries(
          Array.from({ length: count - own }, (_, i) => [`xl/n${i}.xml`, Buffer.from('x')]),
        ),
      });
    assert.equal(await refusal(entries(zipEntriesMax)), 'read');
    assert.equal(await refusal(entries(zipEntriesMax + 1)), 'file_unpacks_too_large');
  });

  test('a text without end is not held in memory', async () => {
    const noise = (bytes: number) =>
      Array.from({ length: bytes / 8 }, (_, i) =>
        ((i * 2_654_435_761) >>> 0).toString(16).padStart(8, '0'),
      ).join('');
    const text = (bytes: number) =>
      workbook({ sheet: `<row><c t="str"><v>${noise(bytes)}</v></c></row>` });
    assert.equal(await refusal(text(xmlTextBytesMax / 2)), 'read');
    assert.equal(await refusal(text(xmlTextBytesMax + 1024)), 'cell_too_long');
    assert.ok(sharedTextBytesMax < unpackedBytesMax);
  });

  test('entities of its own making are not expanded', async () => {
    const lol = workbook({
      sheet: '<row><c t="str"><v>&lol;</v></c></row>',
    });
    assert.equal(await refusal(lol), 'file_damaged');
  });

  test('a password inside the zip, another kind of zip, and half a file are told', async () => {
    const content = Buffer.from(workbook({ sheet: '' }));
    const directory = content.indexOf(Buffer.from('504b0102', 'hex'));
    const locked = Buffer.from(content);
    locked.writeUInt16LE(locked.readUInt16LE(directory + 8) | 1, directory + 8);
    assert.equal(await refusal(locked), 'file_is_encrypted');
    assert.equal(await refusal(content.subarray(0, content.length / 2)), 'file_damaged');
    const { zipSync } = await import('fflate');
    assert.equal(await refusal(zipSync({ 'a.txt': Buffer.from('x') })), 'file_kind_unknown');
    const cut = workbook({ sheet: '<row><c><v>1</v></c>' });
    assert.equal(await refusal(cut), 'file_damaged');
  });
});

/** In the zip's directory, which is what is asked before anything is unpacked. */
function lieAboutSize(zip: Buffer, name: string, bytes: number): void {
  for (let at = 0; ; ) {
    at = zip.indexOf(Buffer.from('504b0102', 'hex'), at + 1);
    if (at < 0) throw new Error(`no entry ${name}`);
    const length = zip.readUInt16LE(at + 28);
    if (zip.subarray(at + 46, at + 46 + length).toString() !== name) continue;
    zip.writeUInt32LE(bytes, at + 24);
    // Else the ratio alone would give it away.
    if (bytes > 1_000) zip.writeUInt32LE(bytes / 2, at + 20);
    return;
  }
}
