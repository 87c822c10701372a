import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stripCompanySuffix } from './legal-name.ts';

const suffixes = [
  ...[
    'SA',
    'SA DE CV',
    'S.A. DE C.V.',
    'S.A. de C.V',
    's.a. de c.v.',
    'S. A. DE C. V.',
    'S A DE C V',
  ],
  ...['S DE RL', 'S. DE R.L. DE C.V.', 'S DE RL DE CV', 'S. de R. L. de C. V.', 'S DE RL MI'],
  ...['SAPI DE CV', 'S.A.P.I. DE C.V.', 'SAB DE CV', 'S.A.B. DE C.V.', 'SAS', 'S.A.S. DE C.V.'],
  ...['SC', 'S.C.', 'AC', 'A.C.', 'S EN C', 'S. EN C.', 'S EN C POR A', 'SNC', 'SC DE RL DE CV'],
  ...['SPR DE RL', 'IAP', 'SA DE CV SOFOM ENR', 'S.A. DE C.V., SOFOM, E.N.R.'],
  ...['SOCIEDAD ANÓNIMA DE CAPITAL VARIABLE', 'ASOCIACIÓN CIVIL'],
];

test('every way of writing a company suffix is cut off the end', () => {
  for (const suffix of suffixes) {
    for (const separator of [' ', ', ', '  ']) {
      const parts = stripCompanySuffix(`GRUPO PAPELERO DEL NORTE${separator}${suffix}`);
      assert.deepEqual(parts, { name: 'GRUPO PAPELERO DEL NORTE', suffix }, suffix);
    }
  }
});

test('a suffix anywhere but at the end stays', () => {
  for (const name of ['SA DE CV CONSULTORES', 'AC MILAN TIENDAS', 'S DE RL HERMANOS']) {
    assert.deepEqual(stripCompanySuffix(name), { name, suffix: null });
  }
});

test('names that end in the letters of a suffix keep them', () => {
  const names = [
    'CASA',
    'LA CASA',
    'GRUPO ISAAC',
    'NASA',
    'MARIA DE LA LUZ ROSAS',
    'FRANSC',
    'ACSA DECV',
  ];
  for (const name of [...names, 'JOSÉ ÁNGEL NÚÑEZ DE LA O', "ANA D'ABC"]) {
    assert.deepEqual(stripCompanySuffix(name), { name, suffix: null });
  }
});

test('a name that is only a suffix, or nothing, is left alone', () => {
  assert.deepEqual(stripCompanySuffix('SA DE CV'), { name: 'SA DE CV', suffix: null });
  assert.deepEqual(stripCompanySuffix('SAS'), { name: 'SAS', suffix: null });
  assert.deepEqual(stripCompanySuffix('  '), { name: '', suffix: null });
});

test('whatever the name, nothing is lost but the separator', () => {
  const words = fc.array(fc.constantFrom('GRUPO', 'CASA', 'Ñ', 'DE', ...suffixes), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(words, fc.constantFrom(' ', ', ', ' . '), (parts, separator) => {
      const typed = parts.join(separator);
      const { name, suffix } = stripCompanySuffix(typed);
      const bare = (text: string) => text.replace(/[\s,]/g, '');
      assert.equal(bare(name + (suffix ?? '')), bare(typed));
    }),
  );
});

test('a very long name is read in linear time', () => {
  const name = `${'S A '.repeat(200_000)}SA DE CV`;
  const start = performance.now();
  assert.equal(stripCompanySuffix(name).suffix, 'SA DE CV');
  assert.ok(performance.now() - start < 2000);
});
