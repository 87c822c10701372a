import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMNS } from './customer-columns.ts';
import { columnsMissing, missingColumns, readHeadings } from './import-columns.ts';

const fieldsOf = (headings: string[]) =>
  Object.fromEntries([...readHeadings(headings)!.columns].map(([key, at]) => [headings[at], key]));

test('headings are known in Spanish and English, whatever their accents, case and signs', () => {
  assert.deepEqual(
    fieldsOf([
      'RAZON SOCIAL*',
      ' r.f.c. (obligatorio)',
      'Régimen  Fiscal',
      'C.P.',
      'E-mail',
      'Tel.',
    ]),
    {
      'RAZON SOCIAL*': 'legal_name',
      ' r.f.c. (obligatorio)': 'tax_id',
      'Régimen  Fiscal': 'tax_system',
      'C.P.': 'address.zip',
      'E-mail': 'email',
      'Tel.': 'phone',
    },
  );
  assert.deepEqual(fieldsOf(['legal_name', 'tax_id', 'tax_system', 'zip', 'default_invoice_use']), {
    legal_name: 'legal_name',
    tax_id: 'tax_id',
    tax_system: 'tax_system',
    zip: 'address.zip',
    default_invoice_use: 'default_invoice_use',
  });
});

test('what an export writes, and what the API calls it, is known', () => {
  for (const { key, label, headings } of COLUMNS) {
    assert.equal(readHeadings([label])?.columns.get(key), 0, label);
    assert.equal(readHeadings([key])?.columns.get(key), 0, key);
    for (const heading of headings) assert.equal(readHeadings([heading])?.columns.get(key), 0);
  }
});

test('of two columns that could mean a field the plainer one is read, the other is told', () => {
  const reading = readHeadings(['Nombre', 'RFC', 'Razón social', 'RFC', 'Vendedor'])!;
  assert.equal(reading.columns.get('legal_name'), 2);
  assert.equal(reading.columns.get('tax_id'), 1);
  assert.deepEqual(reading.ignored, ['Nombre', 'RFC', 'Vendedor']);
});

test('obligatory columns that are missing are named', () => {
  const missing = missingColumns(readHeadings(['Nombre', 'RFC']));
  assert.deepEqual(missing, ['tax_system', 'address.zip']);
  assert.match(
    columnsMissing(missing).message,
    /Faltan las columnas «Régimen fiscal» y «Código postal»\./,
  );
  assert.match(columnsMissing(['tax_id']).message, /Falta la columna «RFC»\./);
  assert.equal(missingColumns(undefined).length, 4);
});
