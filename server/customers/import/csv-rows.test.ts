import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellLengthMax, chunkBytes, columnsMax, recordLengthMax } from './import-limits.ts';
import { rowsOf } from './test-files.ts';

const cellsOf = async (content: string | Uint8Array) =>
  (await rowsOf(content)).map(({ cells }) => cells);
const refusal = (content: string) =>
  rowsOf(content).then(
    () => 'read',
    (error) => error.code,
  );

test('comma, semicolon and tab separate, and Excel says so itself at times', async () => {
  for (const separator of [',', ';', '\t']) {
    const text = [
      ['Nombre', 'R,F;C'],
      ['José', 'x'],
    ]
      .map((row) => row.map((cell) => `"${cell}"`).join(separator))
      .join('\r\n');
    assert.deepEqual(await cellsOf(text), [
      ['Nombre', 'R,F;C'],
      ['José', 'x'],
    ]);
  }
  assert.deepEqual(await cellsOf('sep=|\r\na,b|c\r\n'), [['a,b', 'c']]);
});

test('every encoding comes to the same letters', async () => {
  const text = 'Razón,RFC\r\nPEÑA €,Ñ&A\r\n';
  const wanted = [
    ['Razón', 'RFC'],
    ['PEÑA €', 'Ñ&A'],
  ];
  const windows = Buffer.from(text.replace('€', '\u0080'), 'latin1');
  for (const bytes of [
    Buffer.from(text),
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    windows,
  ]) {
    assert.deepEqual(await cellsOf(bytes), wanted);
  }
});

test('a letter that two pieces of the file share stays whole', async () => {
  for (const at of [-2, -1, 0]) {
    const name = 'A'.repeat(1_000);
    const lines = Math.floor(chunkBytes / (name.length + 1));
    const start = `${name}\n`.repeat(lines);
    const rest = 'B'.repeat(chunkBytes - start.length + at);
    const rows = await cellsOf(`${start}${rest}Ñ\n`);
    assert.equal(rows.at(-1)![0], `${rest}Ñ`);
  }
});

test('rows are numbered as a spreadsheet shows them: blank ones count, a cell of two lines is one', async () => {
  const rows = await rowsOf('a,b\r\n\r\n"x\r\ny",2\n,\n3,"di""jo"');
  assert.deepEqual(rows, [
    { row: 1, cells: ['a', 'b'] },
    { row: 2, cells: [''] },
    { row: 3, cells: ['x\r\ny', '2'] },
    { row: 4, cells: ['', ''] },
    { row: 5, cells: ['3', 'di"jo'] },
  ]);
});

test('line ends of all three kinds may stand in one file', async () => {
  assert.deepEqual(await cellsOf('a\r\nb\nc\rd'), [['a'], ['b'], ['c'], ['d']]);
});

test('a quote in the middle of a cell is a quote', async () => {
  assert.deepEqual(await cellsOf('TALLER "EL BUENO",1'), [['TALLER "EL BUENO"', '1']]);
});

test('a quote that nobody closes is told by its row', async () => {
  await assert.rejects(rowsOf('a,b\r\n1,2\r\n"x,3\r\n4,5'), /comillas.*fila 3/);
  const long = `a\n"${'x'.repeat(recordLengthMax)}`;
  await assert.rejects(rowsOf(long), /comillas.*fila 2/);
});

test('columns and cells as far as the limits go, and no further', async () => {
  const columns = (count: number) => `${','.repeat(count - 1)}x`;
  assert.equal((await cellsOf(columns(columnsMax)))[0]!.at(-1), 'x');
  assert.equal(await refusal(columns(columnsMax + 1)), 'too_many_columns');
  // Separators alone are no data.
  assert.equal(await refusal(`a${','.repeat(columnsMax + 50)}\n`), 'read');
  assert.equal(await refusal('x'.repeat(cellLengthMax)), 'read');
  assert.equal(await refusal('x'.repeat(cellLengthMax + 1)), 'cell_too_long');
});
