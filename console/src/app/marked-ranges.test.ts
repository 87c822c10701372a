import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { marked } from './marked-ranges.ts';

const shown = (text: string, ranges: [start: number, length: number][]) =>
  marked(
    text,
    ranges.map(([start, length]) => ({ start, length })),
  )
    .map(({ part, hit }) => (hit ? `[${part}]` : part))
    .join('');

test('what was found is marked, and nothing else', () => {
  assert.equal(shown('COMERCIAL NORTE', [[10, 5]]), 'COMERCIAL [NORTE]');
  assert.equal(
    shown('COMERCIAL NORTE', [
      [10, 2],
      [0, 3],
    ]),
    '[COM]ERCIAL [NO]RTE',
  );
  assert.equal(shown('COMERCIAL', []), 'COMERCIAL');
  assert.equal(shown('', [[0, 3]]), '');
});

test('ranges that overlap or reach past the end lose and double no letter', () => {
  const range = fc.record({ start: fc.nat(30), length: fc.nat(30) });
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.array(range), (text, ranges) => {
      const parts = marked(text, ranges);
      assert.equal(parts.map(({ part }) => part).join(''), text);
      for (const { start, part } of parts)
        assert.equal(text.slice(start, start + part.length), part);
    }),
  );
});
