import { taxability } from '../../server/cfdi/catalogs/catalogs.ts';
import { unitKey } from '../../server/cfdi/catalogs/unit-keys.ts';
import { Decimal, roundLine } from '../../server/cfdi/decimal.ts';
import { notFound } from '../api-error.ts';
import type { FieldReader, Fields } from '../field-reader.ts';
import type { InvoiceType, ItemFields } from './invoice-fields.ts';
import { readTaxes } from './read-taxes.ts';
import { refuseUnbuilt } from './refuse-unbuilt.ts';

/** Amounts above this lose their cents in a JSON number. */
const amountMax = 1e12;

/** What an item depends on beside its own fields. */
export interface ItemContext {
  type: InvoiceType;
  /** The body of a saved product. */
  product(id: string): string | undefined;
}

export function readItem(
  reader: FieldReader,
  value: unknown,
  path: string,
  context: ItemContext,
): ItemFields | undefined {
  const item = reader.object(value, path);
  if (!item) return undefined;
  const before = reader.errors.length;
  const quantity = reader.number(item, 'quantity', `${path}.quantity`, {
    above: 0,
    max: amountMax,
  });
  const discount =
    context.type === 'T'
      ? 0
      : reader.number(item, 'discount', `${path}.discount`, { min: 0, max: amountMax });
  const product = readProduct(reader, item.product, `${path}.product`, context);
  for (const name of ['parts', 'customs_keys', 'property_tax_account', 'complement', 'third_party'])
    refuseUnbuilt(reader, item, name, `${path}.${name}`);
  if (!product || reader.errors.length > before) return undefined;
  return { quantity: atSixDecimals(quantity ?? 1), discount: discount ?? 0, product };
}

function readProduct(
  reader: FieldReader,
  value: unknown,
  path: string,
  context: ItemContext,
): ItemFields['product'] | undefined {
  if (value === undefined || value === null) {
    return reader.fail(path, 'required', `El campo ${path} es requerido.`);
  }
  const product = typeof value === 'string' ? saved(value, context) : reader.object(value, path);
  if (!product) return undefined;
  const before = reader.errors.length;
  const defaults = productDefaults[context.type];
  const text = (name: string, rules: Parameters<FieldReader['text']>[3]) =>
    reader.text(product, name, `${path}.${name}`, rules);
  const barless = /^[^|]*$/;
  // Something to read must be left once its white space has run together.
  const readable = /^(?=[\s\S]*\S)[^|]*$/;
  const description = text('description', { required: true, max: 1_000, pattern: readable });
  const productKey =
    text('product_key', {
      required: defaults.product_key === undefined,
      pattern: /^\d{8}$/,
    }) ?? defaults.product_key;
  const object = taxabilityOf(reader, product, path, context.type);
  const unit = text('unit_key', { known: (code) => unitKey(code) !== undefined });
  const unitName = text('unit_name', { max: 20, pattern: barless });
  const sku = text('sku', { max: 100, pattern: barless });
  const priced = readPrice(reader, product, path, context.type, object);
  refuseUnbuilt(reader, product, 'local_taxes', `${path}.local_taxes`);
  if (reader.errors.length > before) return undefined;
  return {
    ...(typeof value === 'string' && { id: value }),
    description: description!,
    product_key: productKey!,
    ...priced,
    taxability: object,
    unit_key: unit ?? defaults.unit_key,
    unit_name: unitName ?? defaults.unit_name,
    ...(sku !== undefined && { sku }),
  };
}

function saved(id: string, context: ItemContext): Fields {
  const body = context.product(id);
  if (body === undefined) throw notFound('product_not_found', 'El producto no existe.');
  return JSON.parse(body) as Fields;
}

interface ProductDefaults {
  product_key: string | undefined;
  unit_key: string;
  unit_name: string;
}

const piece: ProductDefaults = { product_key: undefined, unit_key: 'H87', unit_name: 'Elemento' };

/**
 * FacturAPI's defaults: a credit note is one billing activity. The description lets a transfer go
 * without a product key and names no default; 01010101 is SAT's "not in the catalogue".
 */
const productDefaults: Readonly<Record<InvoiceType, ProductDefaults>> = {
  I: piece,
  E: { product_key: '84111506', unit_key: 'ACT', unit_name: 'Actividad' },
  P: piece,
  T: { ...piece, product_key: '01010101' },
};

/** Nothing is charged in a transfer, so nothing in it is subject to tax. */
function taxabilityOf(reader: FieldReader, product: Fields, path: string, type: InvoiceType) {
  if (type === 'T') return '01';
  const known = (code: string) => taxability(code) !== undefined;
  return reader.text(product, 'taxability', `${path}.taxability`, { known }) ?? '02';
}

function readPrice(
  reader: FieldReader,
  product: Fields,
  path: string,
  type: InvoiceType,
  object: string,
): Pick<ItemFields['product'], 'price' | 'tax_included' | 'taxes'> {
  if (type === 'T') return { price: 0, tax_included: false, taxes: [] };
  const price = reader.number(product, 'price', `${path}.price`, {
    required: true,
    min: 0,
    max: amountMax,
  });
  const included = reader.flag(product, 'tax_included', `${path}.tax_included`) ?? true;
  const taxes = readTaxes(reader, product, path, object);
  return { price: price ?? 0, tax_included: included, taxes };
}

/** SAT takes six decimals in a quantity; more of them could not be written in the XML. */
function atSixDecimals(quantity: number): number {
  return roundLine(new Decimal(quantity)).toNumber();
}
