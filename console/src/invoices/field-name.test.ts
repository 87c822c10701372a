import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldName } from './field-name.ts';

test('a field of a line is named with its line, counted from one', () => {
  assert.equal(fieldName('items[0].product.unit_key'), 'Concepto 1 · Clave de unidad');
  assert.equal(fieldName('/items/11/product/taxes/0/rate'), 'Concepto 12 · Tasa');
  assert.equal(fieldName('items[2]'), 'Concepto 3');
});

test('a field of the document is named by what it is, whatever it stands in', () => {
  assert.equal(fieldName('customer.tax_id'), 'RFC');
  assert.equal(fieldName('use'), 'Uso del CFDI');
  assert.equal(fieldName('customer'), 'Receptor');
});

test('a field without a name here is said as it came', () => {
  assert.equal(fieldName('complements[0].type'), 'complements[0].type');
});
