import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf, workbook } from './test-files.ts';

const compound = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const unreadable = (code: string) => (error: { code?: string; message?: string }) => {
  assert.equal(error.code, code);
  assert.match(error.message!, /\.$/);
  return true;
};

test('a file is known by its content, in pieces of any size', () => {
  const cases: ReadonlyArray<readonly [Uint8Array, object]> = [
    [workbook({ sheet: '' }), { kind: 'xlsx' }],
    [Buffer.from('Ñandú,RFC'), { kind: 'csv', encoding: 'utf-8' }],
    [Buffer.from('\ufeffÑandú'), { kind: 'csv', encoding: 'utf-8' }],
    [Buffer.from('Ñandú', 'latin1'), { kind: 'csv', encoding: 'windows-1252' }],
    [Buffer.from('\ufeffÑandú', 'utf16le'), { kind: 'csv', encoding: 'utf-16le' }],
    // Broken off in the middle of a letter.
    [Buffer.from('Ñandú').subarray(0, -1), { kind: 'csv', encoding: 'windows-1252' }],
  ];
  for (const [content, kind] of cases) {
    for (const pieceBytes of [1, 2, 3, 7, content.length]) {
      assert.deepEqual(kindOf(content, pieceBytes), kind);
    }
  }
});

test('an old Excel and one under a password are told apart, wherever the word stands', () => {
  const word = Buffer.from('EncryptedPackage', 'utf16le');
  const padding = Buffer.alloc(1000);
  const locked = Buffer.concat([compound, padding, word, padding]);
  for (const pieceBytes of [5, 64, 1013, locked.length]) {
    assert.throws(() => kindOf(locked, pieceBytes), unreadable('file_is_encrypted'));
    assert.throws(
      () => kindOf(Buffer.concat([compound, padding]), pieceBytes),
      unreadable('file_is_old_excel'),
    );
  }
});

test('what is neither is refused', () => {
  assert.throws(() => kindOf(Buffer.alloc(0)), unreadable('file_empty'));
  const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  assert.throws(() => kindOf(picture), unreadable('file_kind_unknown'));
});
