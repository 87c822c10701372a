import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkUse, type Receiver } from './use-rules.ts';

const found = (use: unknown, receiver: Receiver, on?: string) =>
  checkUse(use, receiver, 'use', on).map((it) => it.code);

test('a use for persons is not for a company, whatever its regime says', () => {
  assert.deepEqual(found('D01', { kind: 'company', tax_system: '612' }), ['use_not_for_receiver']);
  assert.deepEqual(found('D01', { kind: 'person', tax_system: '612' }), []);
});

test('a use is of the regime of the receiver', () => {
  assert.deepEqual(found('G03', { kind: 'person', tax_system: '612' }), []);
  assert.deepEqual(found('G03', { kind: 'person', tax_system: '605' }), ['use_not_for_receiver']);
  assert.deepEqual(found('G03', { kind: 'person', tax_system: '616' }), ['use_not_for_receiver']);
});

test('an unreadable RFC or regime has its own problem, and is not told again as the use', () => {
  assert.deepEqual(found('G03', { kind: undefined, tax_system: '000' }), []);
  assert.deepEqual(found('G03', { kind: undefined, tax_system: {} }), []);
});

test('a receiver without an RFC of its own takes S01 alone', () => {
  for (const kind of ['generic_domestic', 'generic_foreign'] as const) {
    assert.deepEqual(found('S01', { kind, tax_system: '616' }), []);
    assert.deepEqual(found('G02', { kind, tax_system: '616' }), ['use_must_be_s01']);
  }
});

test('a use outside the catalogue is unknown', () => {
  for (const use of ['', 'P01', '__proto__', 3, null]) {
    assert.deepEqual(found(use, { kind: 'person', tax_system: '612' }), ['use_unknown']);
  }
});
