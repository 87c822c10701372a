import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeadings } from './import-columns.ts';
import { readRow } from './read-row.ts';

function read(cells: Readonly<Record<string, string>>, stripCompanySuffix = false) {
  const reading = readHeadings(Object.keys(cells))!;
  return readRow({ row: 2, cells: Object.values(cells) }, reading, { stripCompanySuffix });
}

test('a code is read with its name or by its name', () => {
  for (const text of ['601', '601.0', '601 - General de Ley Personas Morales', '601-General']) {
    assert.equal(read({ Régimen: text }).given.tax_system, '601', text);
  }
  assert.equal(read({ Régimen: 'GENERAL DE LEY PERSONAS MORALES' }).given.tax_system, '601');
  assert.equal(read({ Régimen: 'ninguno' }).given.tax_system, 'ninguno');
  for (const text of ['g03', 'G03 - Gastos en general.', 'gastos en general']) {
    assert.equal(read({ 'Uso CFDI': text }).given.default_invoice_use, 'G03', text);
  }
  for (const text of ['mex', 'MX', 'México', 'Mexico']) {
    assert.equal(read({ País: text }).given['address.country'], 'MEX', text);
  }
  assert.equal(read({ País: 'Alemania' }).given['address.country'], 'DEU');
});

test('an RFC loses blanks and hyphens, and nothing that is no RFC does', () => {
  for (const text of [' uRe 180429-TM6 ', 'URE-180429-TM6', 'ure180429tm6']) {
    assert.equal(read({ RFC: text }).given.tax_id, 'URE180429TM6', text);
  }
  assert.equal(read({ RFC: 'DE 123-456' }).given.tax_id, 'DE 123-456');
});

test('a Mexican zip of four digits gets its zero and a note; others are left alone', () => {
  const four = read({ CP: '1000' });
  assert.deepEqual([four.given['address.zip'], four.notes.length], ['01000', 1]);
  const five = read({ CP: 'C.P. 86991' });
  assert.deepEqual([five.given['address.zip'], five.notes.length], ['86991', 0]);
  assert.equal(read({ CP: '100' }).given['address.zip'], '100');
  assert.equal(read({ CP: '869912' }).given['address.zip'], '869912');
  assert.equal(read({ CP: '1000', País: 'DEU' }).given['address.zip'], '1000');
});

test('of several e-mails the first is taken, with a note', () => {
  const { given, notes } = read({ Correo: 'mailto:a@x.mx; b@x.mx' });
  assert.deepEqual([given.email, notes.length], ['a@x.mx', 1]);
  assert.deepEqual(read({ Correo: 'a@x.mx' }).notes, []);
});

test('an empty cell says nothing, and control characters are blanks', () => {
  const { given } = read({ Nombre: ' A\u0000B\r\n C\u00a0', Correo: '  ', Teléfono: '' });
  assert.deepEqual(given, { legal_name: 'A B C' });
});

test('the apostrophe of our own exports comes off, another does not', () => {
  assert.equal(read({ Teléfono: "'+52 55" }).given.phone, '+52 55');
  assert.equal(read({ Nombre: "'O HARA" }).given.legal_name, "'O HARA");
});

test('the suffix of a company comes off when asked to, that of a person never', () => {
  const row = { Nombre: 'XENON SA DE CV', RFC: 'XIA190128J61' };
  assert.equal(read(row).given.legal_name, 'XENON SA DE CV');
  const stripped = read(row, true);
  assert.deepEqual([stripped.given.legal_name, stripped.notes.length], ['XENON', 1]);
  const person = { Nombre: 'JUAN SAS', RFC: 'CACX7605101P8' };
  assert.equal(read(person, true).given.legal_name, 'JUAN SAS');
});
