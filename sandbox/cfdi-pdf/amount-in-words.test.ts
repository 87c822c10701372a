import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountInWords } from './amount-in-words.ts';

test('amounts read as a Mexican invoice spells them', () => {
  const spelled: Record<string, string> = {
    '0.00': 'CERO PESOS 00/100 M.N.',
    '1.00': 'UN PESO 00/100 M.N.',
    '21.50': 'VEINTIÚN PESOS 50/100 M.N.',
    '31': 'TREINTA Y UN PESOS 00/100 M.N.',
    '100.10': 'CIEN PESOS 10/100 M.N.',
    '101.01': 'CIENTO UN PESOS 01/100 M.N.',
    '1000.00': 'MIL PESOS 00/100 M.N.',
    '21001.99': 'VEINTIÚN MIL UN PESOS 99/100 M.N.',
    '999999.99': 'NOVECIENTOS NOVENTA Y NUEVE MIL NOVECIENTOS NOVENTA Y NUEVE PESOS 99/100 M.N.',
    '1000000.00': 'UN MILLÓN DE PESOS 00/100 M.N.',
    '1000001.00': 'UN MILLÓN UN PESOS 00/100 M.N.',
    '2500000000.00': 'DOS MIL QUINIENTOS MILLONES DE PESOS 00/100 M.N.',
    '1000000000000.00': 'UN BILLÓN DE PESOS 00/100 M.N.',
  };
  for (const [amount, words] of Object.entries(spelled)) {
    assert.equal(amountInWords(amount, 'MXN'), words);
  }
  assert.equal(amountInWords('1234.50', 'USD'), 'MIL DOSCIENTOS TREINTA Y CUATRO 50/100 USD');
});
