import type { TaxInput } from '../../server/cfdi/document.ts';
import type { FieldReader, Fields } from '../field-reader.ts';
import { refuseUnbuilt } from './refuse-unbuilt.ts';

const cuotaMax = 1e12;
const rateMax = 1_000;

/** IVA 16% when taxes are left out of a product that is subject to tax; none of the others. */
export function readTaxes(
  reader: FieldReader,
  product: Fields,
  path: string,
  object: string,
): TaxInput[] {
  const list = reader.list(product, 'taxes', `${path}.taxes`);
  if (list) {
    const taxes = list.map((tax, index) => readTax(reader, tax, `${path}.taxes.${index}`));
    return taxes.filter((tax) => tax !== undefined);
  }
  if (object === '07') {
    const message = 'Un producto con taxability "07" necesita un impuesto IEPS trasladado.';
    reader.fail(`${path}.taxes`, 'required', message);
  }
  return object === '02' ? [defaultTax] : [];
}

const defaultTax: TaxInput = { type: 'IVA', rate: 0.16, factor: 'Tasa', withholding: false };

function readTax(reader: FieldReader, value: unknown, path: string): TaxInput | undefined {
  const tax = reader.object(value, path);
  if (!tax) return undefined;
  const before = reader.errors.length;
  const { type, factor, rate, withholding } = readRate(reader, tax, path);
  const mode = reader.text(tax, 'ieps_mode', `${path}.ieps_mode`, {
    known: (word) => iepsModes.includes(word),
  });
  refuseUnbuilt(reader, tax, 'base', `${path}.base`);
  if (mode === 'unit' || mode === 'subtract_before_break_down') {
    reader.fail(`${path}.ieps_mode`, 'not_allowed', `El sandbox aún no calcula IEPS "${mode}".`);
  }
  if (reader.errors.length > before) return undefined;
  return {
    type,
    rate,
    factor,
    withholding,
    ...(mode !== undefined && { ieps_mode: mode as NonNullable<TaxInput['ieps_mode']> }),
  };
}

const iepsModes = ['sum_before_taxes', 'break_down', 'unit', 'subtract_before_break_down'];

type Rate = Required<Pick<TaxInput, 'type' | 'factor' | 'rate' | 'withholding'>>;

/** What the taxes of a product and those of a payment have in common. */
export function readRate(reader: FieldReader, tax: Fields, path: string): Rate {
  const oneOf = (name: string, options: readonly string[]) =>
    reader.text(tax, name, `${path}.${name}`, { known: (code) => options.includes(code) });
  const type = oneOf('type', ['IVA', 'ISR', 'IEPS']) ?? 'IVA';
  const factor = oneOf('factor', ['Tasa', 'Cuota', 'Exento']) ?? 'Tasa';
  const rate = reader.number(tax, 'rate', `${path}.rate`, {
    required: factor !== 'Exento',
    min: 0,
    max: factor === 'Cuota' ? cuotaMax : rateMax,
  });
  const withholding = reader.flag(tax, 'withholding', `${path}.withholding`) ?? false;
  if (withholding && factor === 'Exento') {
    reader.fail(`${path}.factor`, 'invalid_value', 'Un impuesto exento no se retiene.');
  }
  return {
    type: type as Rate['type'],
    factor: factor as Rate['factor'],
    rate: rate ?? 0,
    withholding,
  };
}
