import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taxesInWords, taxNames } from './taxes-in-words.ts';

const iva = { type: 'IVA', factor: 'Tasa', rate: 0.16 };
const isr = { type: 'ISR', factor: 'Tasa', rate: 0.1, withholding: true };
const ivaWithheld = { ...iva, rate: 0.106667, withholding: true };
const ieps = { type: 'IEPS', factor: 'Tasa', rate: 0.08 };

test('taxes are said as a person says them', () => {
  for (const [product, sentence] of [
    [{ taxes: [iva] }, 'IVA 16% incluido en el precio'],
    [{ taxes: [iva], tax_included: false }, 'Más IVA 16%'],
    [{ taxes: [ieps, iva] }, 'IEPS 8% e IVA 16% incluidos en el precio'],
    [
      { taxes: [iva, isr, ivaWithheld], tax_included: false },
      'Más IVA 16%, retención de ISR 10% e IVA 10.6667%',
    ],
    [{ taxes: [{ ...iva, factor: 'Exento', rate: 0 }] }, 'Exento de IVA'],
    [
      { taxes: [{ type: 'IEPS', factor: 'Cuota', rate: 1.5 }], tax_included: false },
      'Más IEPS de $1.50 por unidad',
    ],
    [{ taxability: '01' }, 'No objeto de impuesto'],
    [{ taxability: '03', taxes: [] }, 'Sin desglose de impuestos (objeto 03)'],
  ] as const) {
    assert.equal(taxesInWords(product as Parameters<typeof taxesInWords>[0]), sentence);
  }
});

test('taxes are named one by one where a sentence has no room', () => {
  assert.equal(taxNames([ieps, iva, isr]), 'IEPS 8%, IVA 16%, retención de ISR 10%');
});
