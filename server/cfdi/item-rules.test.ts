import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkItem,
  DESCRIPTION_LENGTH_MAX,
  PRICE_MAX,
  QUANTITY_MAX,
  SKU_LENGTH_MAX,
  UNIT_NAME_LENGTH_MAX,
} from './item-rules.ts';

const product = { description: 'Papel', product_key: '14111507', price: 116 };

function found(changes: object, line: object = {}): string[] {
  const item = { product: { ...product, ...changes }, ...line };
  return checkItem(item, 'items[0]', undefined).map((it) => `${it.code} ${it.path}`);
}
const ofProduct = (code: string, field: string) => [`${code} items[0].product.${field}`];
const noTax = { taxability: '01', tax_included: false };

test('a right line has no problem', () => {
  assert.deepEqual(found({}), []);
  assert.deepEqual(found({ unit_key: 'E48', unit_name: 'Servicio', sku: 'A-1' }), []);
  assert.deepEqual(found({}, { quantity: 2.5, discount: 10 }), []);
});

test('what is no line says so', () => {
  for (const item of [null, 'x', [], {}, { product: 'prod_1' }]) {
    const codes = checkItem(item, 'items[0]', undefined).map((it) => it.code);
    assert.deepEqual(codes, ['item_invalid']);
  }
  assert.deepEqual(found({ tax_included: 'no' }), ofProduct('item_invalid', 'tax_included'));
});

test('texts end at their longest', () => {
  const texts = {
    description: DESCRIPTION_LENGTH_MAX,
    sku: SKU_LENGTH_MAX,
    unit_name: UNIT_NAME_LENGTH_MAX,
  };
  for (const [field, lengthMax] of Object.entries(texts)) {
    assert.deepEqual(found({ [field]: 'a'.repeat(lengthMax) }), []);
    assert.deepEqual(
      found({ [field]: 'a'.repeat(lengthMax + 1) }),
      ofProduct('text_too_long', field),
    );
    assert.deepEqual(found({ [field]: 'a|b' }), ofProduct('text_invalid', field));
    assert.deepEqual(found({ [field]: 7 }), ofProduct('text_invalid', field));
    assert.deepEqual(found({ [field]: '' }), ofProduct('text_required', field));
  }
});

test('the product key is eight digits and the unit is of the catalogue', () => {
  for (const key of ['1411150', '141115070', '1411150X', 14111507, undefined]) {
    assert.deepEqual(found({ product_key: key }), ofProduct('product_key_invalid', 'product_key'));
  }
  assert.deepEqual(found({ unit_key: 'ZZZZ' }), ofProduct('unit_key_unknown', 'unit_key'));
});

test('the quantity is above zero, bounded, and has six decimals', () => {
  const quantity = (value: unknown) => found({ price: 5, ...noTax }, { quantity: value });
  assert.deepEqual(quantity(0.000001), []);
  assert.deepEqual(quantity(0), ['quantity_not_positive items[0].quantity']);
  assert.deepEqual(quantity(-1), ['quantity_not_positive items[0].quantity']);
  assert.deepEqual(quantity(0.0000001), ['too_many_decimals items[0].quantity']);
  assert.deepEqual(quantity(QUANTITY_MAX), []);
  assert.deepEqual(quantity(QUANTITY_MAX + 1), ['number_too_large items[0].quantity']);
  for (const value of ['1', Number.NaN, Number.POSITIVE_INFINITY, {}]) {
    assert.deepEqual(quantity(value), ['number_invalid items[0].quantity']);
  }
});

test('the price is above zero, bounded, and has six decimals', () => {
  const price = (value: unknown) => found({ ...noTax, price: value });
  assert.deepEqual(price(0.000001), []);
  assert.deepEqual(price(0), ofProduct('price_zero', 'price'));
  assert.deepEqual(price(-0.01), ofProduct('price_negative', 'price'));
  assert.deepEqual(price(0.1 + 0.2), ofProduct('too_many_decimals', 'price'));
  assert.deepEqual(price(1.123456), []);
  assert.deepEqual(price(1.1234567), ofProduct('too_many_decimals', 'price'));
  assert.deepEqual(price(PRICE_MAX), []);
  assert.deepEqual(price(PRICE_MAX + 1), ofProduct('number_too_large', 'price'));
  assert.deepEqual(price(undefined), ofProduct('number_invalid', 'price'));
});

test('a price that does not cover its own quota is no price', () => {
  const taxes = [{ type: 'IEPS', factor: 'Cuota', rate: 6.5 }];
  assert.deepEqual(found({ price: 6.51, taxes }), []);
  assert.deepEqual(found({ price: 6.5, taxes }), ofProduct('price_zero', 'price'));
  assert.deepEqual(found({ price: 6, taxes }), ofProduct('price_zero', 'price'));
});

test('the discount goes from nothing to the amount, in either way of pricing', () => {
  const discount = (value: unknown, changes: object = noTax) =>
    found({ price: 100, ...changes }, { quantity: 3, discount: value });
  assert.deepEqual(discount(0), []);
  assert.deepEqual(discount(300), []);
  assert.deepEqual(discount(300.01), ['discount_exceeds_amount items[0].discount']);
  assert.deepEqual(discount(300.01, {}), ['discount_exceeds_amount items[0].discount']);
  assert.deepEqual(discount(-0.01), ['discount_negative items[0].discount']);
  assert.deepEqual(discount(0.1234567), ['too_many_decimals items[0].discount']);
  assert.deepEqual(discount('5'), ['number_invalid items[0].discount']);
});

test('a line with taxes is not given away: its base stays above zero', () => {
  assert.deepEqual(found({}, { discount: 115.99 }), []);
  assert.deepEqual(found({}, { discount: 116 }), ['tax_base_not_positive items[0]']);
});
