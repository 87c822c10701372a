import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dottedPath, errorAt, unplaced, withoutField } from './field-errors.ts';

test('every notation of a path names the same field', () => {
  for (const path of [
    'items[0].product.price',
    '/items/0/product/price',
    '/body/items/0/product/price',
  ]) {
    assert.equal(dottedPath(path), 'items.0.product.price');
  }
});

test('a field also says what is wrong inside it, and nothing of its neighbours', () => {
  const errors = new Map([['items.1.product.taxes.0.rate', 'tasa']]);
  assert.equal(errorAt(errors, 'items.1.product.taxes'), 'tasa');
  assert.equal(errorAt(errors, 'items.1.product.tax'), undefined);
});

test('an error that no field shows is said elsewhere', () => {
  const errors = new Map([
    ['use', 'uso'],
    ['series', 'serie'],
  ]);
  assert.deepEqual(unplaced(errors, ['use']), ['serie']);
});

test('editing a field clears its errors and keeps the others', () => {
  const errors = new Map([
    ['use', 'uso'],
    ['customer.tax_id', 'rfc'],
  ]);
  assert.deepEqual([...withoutField(errors, 'customer').keys()], ['use']);
});

test('editing a line clears what was said about all of them together', () => {
  const errors = new Map([
    ['', 'todo'],
    ['items', 'total'],
    ['items.1.quantity', 'cantidad'],
  ]);
  assert.deepEqual([...withoutField(errors, 'items.0.product.price').keys()], ['items.1.quantity']);
});
