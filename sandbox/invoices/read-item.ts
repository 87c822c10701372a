import { taxability } from '../../server/cfdi/catalogs/catalogs.ts';
import { unitKey } from '../../server/cfdi/catalogs/unit-keys.ts';
import { Decimal, roundLine } from '../../server/cfdi/decimal.ts';
import type { TaxInput } from '../../server/cfdi/document.ts';
import { ApiError } from '../api-error.ts';
import type { FieldReader, Fields } from '../field-reader.ts';
import type { ItemFields } from './invoice-fields.ts';

/** Amounts above this lose their cents in a JSON number. */
const amountMax = 1e12;

export function readItem(
  reader: FieldReader,
  value: unknown,
  path: string,
): ItemFields | undefined {
  const item = reader.object(value, path);
  if (!item) return undefined;
  const before = reader.errors.length;
  const quantity = reader.number(item, 'quantity', `${path}.quantity`, {
    above: 0,
    max: amountMax,
  });
  const discount = reader.number(item, 'discount', `${path}.discount`, { min: 0, max: amountMax });
  const product = readProduct(reader, item.product, `${path}.product`);
  for (const name of ['parts', 'customs_keys', 'property_tax_account', 'complement', 'third_party'])
    refuseUnbuilt(reader, item, name, `${path}.${name}`);
  if (!product || reader.errors.length > before) return undefined;
  return { quantity: atSixDecimals(quantity ?? 1), discount: discount ?? 0, product };
}

function readProduct(
  reader: FieldReader,
  value: unknown,
  path: string,
): ItemFields['product'] | undefined {
  if (typeof value === 'string') {
    // The sandbox keeps no products yet, so no id of one can be known.
    throw new ApiError(404, 'product_not_found', 'El producto no existe.');
  }
  if (value === undefined || value === null) {
    return reader.fail(path, 'required', `El campo ${path} es requerido.`);
  }
  const product = reader.object(value, path);
  if (!product) return undefined;
  const before = reader.errors.length;
  const text = (name: string, rules: Parameters<FieldReader['text']>[3]) =>
    reader.text(product, name, `${path}.${name}`, rules);
  const barless = /^[^|]*$/;
  const description = text('description', { required: true, max: 1_000, pattern: barless });
  const productKey = text('product_key', { required: true, pattern: /^\d{8}$/ });
  const price = reader.number(product, 'price', `${path}.price`, {
    required: true,
    min: 0,
    max: amountMax,
  });
  const object = text('taxability', { known: (code) => taxability(code) !== undefined }) ?? '02';
  const unit = text('unit_key', { known: (code) => unitKey(code) !== undefined });
  const unitName = text('unit_name', { max: 20, pattern: barless });
  const sku = text('sku', { max: 100, pattern: barless });
  const included = reader.flag(product, 'tax_included', `${path}.tax_included`);
  const taxes = readTaxes(reader, product, path, object);
  refuseUnbuilt(reader, product, 'local_taxes', `${path}.local_taxes`);
  if (reader.errors.length > before) return undefined;
  return {
    description: description!,
    product_key: productKey!,
    price: price!,
    tax_included: included ?? true,
    taxability: object,
    taxes,
    unit_key: unit ?? 'H87',
    unit_name: unitName ?? 'Elemento',
    ...(sku !== undefined && { sku }),
  };
}

/** IVA 16% when taxes are left out of a product that is subject to tax; none of the others. */
function readTaxes(reader: FieldReader, product: Fields, path: string, object: string): TaxInput[] {
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
  const oneOf = (name: string, options: readonly string[]) =>
    reader.text(tax, name, `${path}.${name}`, { known: (code) => options.includes(code) });
  const type = oneOf('type', ['IVA', 'ISR', 'IEPS']) ?? 'IVA';
  const factor = oneOf('factor', ['Tasa', 'Cuota', 'Exento']) ?? 'Tasa';
  const mode = oneOf('ieps_mode', iepsModes);
  const rate = reader.number(tax, 'rate', `${path}.rate`, {
    required: factor !== 'Exento',
    min: 0,
    max: factor === 'Cuota' ? amountMax : 1_000,
  });
  const withholding = reader.flag(tax, 'withholding', `${path}.withholding`) ?? false;
  refuseUnbuilt(reader, tax, 'base', `${path}.base`);
  if (mode === 'unit' || mode === 'subtract_before_break_down') {
    reader.fail(`${path}.ieps_mode`, 'not_allowed', `El sandbox aún no calcula IEPS "${mode}".`);
  }
  if (reader.errors.length > before) return undefined;
  return {
    type: type as NonNullable<TaxInput['type']>,
    rate: rate ?? 0,
    factor: factor as NonNullable<TaxInput['factor']>,
    withholding,
    ...(mode !== undefined && { ieps_mode: mode as NonNullable<TaxInput['ieps_mode']> }),
  };
}

const iepsModes = ['sum_before_taxes', 'break_down', 'unit', 'subtract_before_break_down'];

/** What the sandbox would get wrong in the XML it refuses out loud rather than leaves out. */
function refuseUnbuilt(reader: FieldReader, from: Fields, name: string, path: string): void {
  const value = from[name] ?? undefined;
  const empty = value === undefined || (Array.isArray(value) && value.length === 0);
  if (!empty) reader.fail(path, 'not_allowed', `El sandbox aún no atiende el campo ${path}.`);
}

/** SAT takes six decimals in a quantity; more of them could not be written in the XML. */
function atSixDecimals(quantity: number): number {
  return roundLine(new Decimal(quantity)).toNumber();
}
