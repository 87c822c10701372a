import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileRow } from './file-row.ts';
import { headingRowMax, rowsMax } from './import-limits.ts';
import { surveyFile } from './survey-file.ts';
import { HEADINGS, ROBOTICA, XENON } from './test-imports.ts';

const survey = (rows: () => Iterable<FileRow>) =>
  surveyFile(
    {
      ...{ sheet: null, otherSheets: [] },
      async *rows() {
        for (const row of rows()) yield [row];
      },
    },
    { stripCompanySuffix: false, pace: async () => {} },
  );
const table = (...rows: ReadonlyArray<readonly string[]>) =>
  rows.map((cells, at) => ({ row: at + 1, cells }));

test('headings stand below titles, as far as the limit goes and no further', async () => {
  const titled = (above: number) => () =>
    table(...Array.from({ length: above }, () => ['Reporte']), HEADINGS, XENON);
  assert.equal((await survey(titled(headingRowMax - 1))).headingRow, headingRowMax);
  await assert.rejects(survey(titled(headingRowMax)), { code: 'columns_missing' });
});

test('blank rows are no rows, and the last good row about a customer is known', async () => {
  const { rows, lastRowOf } = await survey(() =>
    table([], HEADINGS, XENON, ['', ' '], XENON, ROBOTICA, XENON.with(3, 'no')),
  );
  assert.deepEqual([rows, lastRowOf.get(XENON[1]!), lastRowOf.get(ROBOTICA[1]!)], [4, 5, 6]);
});

test('a file without rows, or without headings that we know, says so', async () => {
  await assert.rejects(
    survey(() => []),
    { code: 'file_empty' },
  );
  await assert.rejects(
    survey(() => table(HEADINGS)),
    { code: 'file_empty' },
  );
  await assert.rejects(
    survey(() => table(['a', 'b'], XENON)),
    (error: Error) => {
      assert.match(error.message, /Faltan las columnas «Razón social», «RFC»/);
      return true;
    },
  );
});

test('as many rows as the limit allows, and the file is refused at the next one', async () => {
  let given = 0;
  await assert.rejects(
    survey(function* () {
      yield { row: 1, cells: HEADINGS };
      for (; given < rowsMax + 10; given += 1) yield { row: given + 2, cells: ['x'] };
    }),
    { code: 'too_many_rows' },
  );
  assert.equal(given, rowsMax);
});
