import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTaxes, RATE_MAX, TAXES_MAX } from './tax-rules.ts';

function found(taxes: unknown, taxability?: unknown, on?: string): string[] {
  const problems = checkTaxes({ taxes, taxability }, 'p', on);
  return problems.map((it) => `${it.code} ${it.path}`);
}
const withheld = { withholding: true };

test('the rates in force are allowed', () => {
  for (const rate of [0, 0.08, 0.16]) assert.deepEqual(found([{ rate }]), []);
  for (const rate of [0, 0.04, 0.06, 0.106667, 0.16]) {
    assert.deepEqual(found([{ rate, ...withheld }]), []);
  }
  for (const rate of [0.0125, 0.1, 0.35]) {
    assert.deepEqual(found([{ type: 'ISR', rate, ...withheld }]), []);
  }
  for (const rate of [0, 0.03, 0.08, 0.265, 0.53, 1.6]) {
    assert.deepEqual(found([{ type: 'IEPS', rate }]), []);
  }
  assert.deepEqual(found([{ type: 'IEPS', factor: 'Cuota', rate: 72.1605 }]), []);
  assert.deepEqual(found([{ rate: 0, factor: 'Exento' }]), []);
});

test('a rate one step beyond is not', () => {
  const refused = ['tax_rate_not_allowed p.taxes[0].rate'];
  for (const rate of [0.15, 0.160001, 0.079999, 0.11, -0.16, 16]) {
    assert.deepEqual(found([{ rate }]), refused);
  }
  assert.deepEqual(found([{ rate: 0.160001, ...withheld }]), refused);
  assert.deepEqual(found([{ rate: -0.000001, ...withheld }]), refused);
  assert.deepEqual(found([{ type: 'ISR', rate: 0.350001, ...withheld }]), refused);
  assert.deepEqual(found([{ type: 'ISR', rate: 0.1 }]), refused);
  assert.deepEqual(found([{ type: 'IEPS', factor: 'Cuota', rate: 72.160501 }]), refused);
  assert.deepEqual(found([{ type: 'IEPS', rate: 0.03, ...withheld }]), refused);
  assert.deepEqual(found([{ rate: 0.16, factor: 'Cuota' }]), refused);
  assert.deepEqual(found([{ rate: 0.16, factor: 'Exento' }]), refused);
  assert.deepEqual(found([{ type: 'ISR', rate: 0, factor: 'Exento' }]), refused);
  const quota = [{ type: 'IEPS', factor: 'Cuota', rate: 1 }];
  assert.deepEqual(found(quota, '02', '2026-01-01'), []);
  assert.deepEqual(found(quota, '02', '2025-12-31'), refused);
});

test('the message of a refused rate says which are allowed', () => {
  const [problem] = checkTaxes({ taxes: [{ rate: 0.15 }] }, 'p', undefined);
  assert.match(problem!.message, /0\.000000, 0\.160000, 0\.080000/);
});

test('a rate is a number of six decimals, within its bound', () => {
  assert.deepEqual(found([{}]), ['number_invalid p.taxes[0].rate']);
  assert.deepEqual(found([{ rate: '0.16' }]), ['number_invalid p.taxes[0].rate']);
  assert.deepEqual(found([{ rate: 0.1066667, ...withheld }]), [
    'too_many_decimals p.taxes[0].rate',
  ]);
  assert.deepEqual(found([{ rate: RATE_MAX + 1 }]), ['number_too_large p.taxes[0].rate']);
});

test('an exempt tax is not withheld', () => {
  const taxes = [{ rate: 0, factor: 'Exento', ...withheld }];
  assert.deepEqual(found(taxes), ['tax_exempt_withheld p.taxes[0].rate']);
});

test('what is computed nowhere is refused by name', () => {
  for (const ieps_mode of ['unit', 'subtract_before_break_down', 'other']) {
    assert.deepEqual(found([{ type: 'IEPS', rate: 0.08, ieps_mode }]), [
      'ieps_mode_not_supported p.taxes[0].ieps_mode',
    ]);
  }
  for (const ieps_mode of ['sum_before_taxes', 'break_down', undefined]) {
    assert.deepEqual(found([{ type: 'IEPS', rate: 0.08, ieps_mode }]), []);
  }
  assert.deepEqual(found([{ rate: 0.16, base: 50 }]), ['tax_base_not_supported p.taxes[0].base']);
});

test('shapes are checked before anything is computed', () => {
  assert.deepEqual(found('x'), ['tax_invalid p.taxes']);
  assert.deepEqual(found([null]), ['tax_invalid p.taxes[0]']);
  assert.deepEqual(found([{ rate: 0.16, withholding: 1 }]), ['tax_invalid p.taxes[0].withholding']);
  assert.deepEqual(found([{ rate: 0.16, type: 'ISH' }]), ['tax_type_unknown p.taxes[0].type']);
  assert.deepEqual(found([{ rate: 0.16, factor: 'X' }]), ['tax_factor_unknown p.taxes[0].factor']);
});

test('the same tax twice is one too many, and so is the eleventh', () => {
  assert.deepEqual(found([{ rate: 0.16 }, { type: 'IVA', rate: 0.16 }]), [
    'tax_repeated p.taxes[1]',
  ]);
  const rates = [0, 0.03, 0.06, 0.07, 0.08, 0.09, 0.25, 0.265, 0.3, 0.304];
  const many = rates.map((rate) => ({ type: 'IEPS', rate }));
  assert.equal(many.length, TAXES_MAX);
  assert.deepEqual(found(many), []);
  assert.deepEqual(found([...many, { rate: 0.16 }]), ['too_many_taxes p.taxes']);
});

test('the taxability decides whether there are taxes, and which', () => {
  const required = ['taxes_required p.taxes'];
  const refused = ['taxes_not_allowed p.taxes'];
  const iva = { rate: 0.16 };
  const ieps = { type: 'IEPS', rate: 0.08 };
  const isr = { type: 'ISR', rate: 0.1, ...withheld };
  assert.deepEqual(found(undefined), []);
  assert.deepEqual(found(null, '02'), []);
  assert.deepEqual(found([], '02'), required);
  for (const code of ['01', '03', '04', '05']) {
    assert.deepEqual(found(undefined, code), []);
    assert.deepEqual(found([], code), []);
    assert.deepEqual(found([iva], code), refused);
  }
  for (const code of ['06', '08']) {
    assert.deepEqual(found([isr], code), []);
    assert.deepEqual(found([iva], code), refused);
    assert.deepEqual(found([ieps], code), refused);
  }
  assert.deepEqual(found([ieps, isr], '07'), []);
  assert.deepEqual(found(undefined, '07'), required);
  assert.deepEqual(found([{ ...ieps, ...withheld }], '07'), required);
  assert.deepEqual(found([ieps, iva], '07'), refused);
  assert.deepEqual(found([iva], '09'), ['taxability_unknown p.taxability']);
  assert.deepEqual(found([iva], 2), ['taxability_unknown p.taxability']);
});
