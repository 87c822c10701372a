/** A product while it is being written: what the form holds, and the body that it becomes. */
import type { Product, ProductInput, TaxInput } from '../api/bodies.ts';
import type { FieldErrors } from '../api/field-errors.ts';
import { quantity } from '../app/formats.ts';
import { words } from '../app/words.ts';
import type { Typed } from '../invoices/invoice-draft.ts';
import { type NamedTaxProfile, profileOfTaxes, taxProfiles } from '../invoices/tax-profiles.ts';
import { taxesInWords } from './taxes-in-words.ts';

/** `none`: no object of tax. `custom`: the rows below. */
export type ProductTaxProfile = NamedTaxProfile | 'none' | 'custom';

export interface DraftTax {
  /** Tells rows apart on the page; the server never sees it. */
  key: number;
  type: string;
  factor: string;
  /** Percent of a rate, pesos of a quota. */
  rate: Typed;
  withholding: boolean;
  iepsMode?: string | undefined;
}

export interface ProductDraft {
  description: string;
  sku: string;
  productKey: string;
  unitKey: string;
  unitName: string;
  price: Typed;
  taxIncluded: boolean;
  taxProfile: ProductTaxProfile;
  /** c_ObjetoImp and the taxes of the profile `custom`. */
  taxability: string;
  taxes: DraftTax[];
}

export const taxesMax = 10;
const subject = '02';
const notObject = '01';

export function emptyProduct(): ProductDraft {
  return {
    description: '',
    sku: '',
    productKey: '',
    unitKey: 'H87',
    unitName: '',
    price: '',
    // FacturAPI's default; the form asks for it beside the price.
    taxIncluded: true,
    taxProfile: 'iva16',
    taxability: subject,
    taxes: [],
  };
}

export function draftOfProduct(product: Product): ProductDraft {
  return {
    description: product.description,
    sku: product.sku ?? '',
    productKey: product.product_key,
    unitKey: product.unit_key,
    unitName: product.unit_name ?? '',
    price: product.price,
    taxIncluded: product.tax_included,
    taxProfile: profileOf(product),
    taxability: product.taxability,
    taxes: product.taxes.map(rowOf),
  };
}

function profileOf({ taxability, taxes }: Product): ProductTaxProfile {
  if (taxability === notObject && taxes.length === 0) return 'none';
  return (taxability === subject && profileOfTaxes(taxes)) || 'custom';
}

/** 0.106667 is 10.6667 percent: SAT's six decimals, none of binary arithmetic's. */
function rowOf(tax: TaxInput, key: number): DraftTax {
  const percent = tax.factor !== 'Cuota';
  return {
    key,
    type: tax.type ?? 'IVA',
    factor: tax.factor ?? 'Tasa',
    rate: percent ? Number((tax.rate * 100).toFixed(4)) : tax.rate,
    withholding: tax.withholding ?? false,
    iepsMode: tax.ieps_mode,
  };
}

function taxOf(row: DraftTax): TaxInput {
  const typed = Number(row.rate);
  const rate = row.factor === 'Tasa' ? Number((typed / 100).toFixed(6)) : typed;
  return {
    type: row.type,
    factor: row.factor,
    rate: row.factor === 'Exento' ? 0 : rate,
    withholding: row.withholding,
    ...(row.type === 'IEPS' && row.iepsMode ? { ieps_mode: row.iepsMode } : {}),
  };
}

/** Choosing "other" begins with what was chosen before. */
export function withProfile(draft: ProductDraft, taxProfile: ProductTaxProfile): ProductDraft {
  if (taxProfile !== 'custom' || draft.taxProfile === 'custom') return { ...draft, taxProfile };
  const { taxability = subject, taxes = [] } = pricingOf(draft);
  return { ...draft, taxProfile, taxability, taxes: taxes.map(rowOf) };
}

export function withNewTax(draft: ProductDraft): ProductDraft {
  const key = 1 + Math.max(...draft.taxes.map((tax) => tax.key), -1);
  const row = { key, type: 'IVA', factor: 'Tasa', rate: 16, withholding: false };
  return { ...draft, taxes: [...draft.taxes, row] };
}

type Pricing = Pick<ProductInput, 'price' | 'tax_included' | 'taxability' | 'taxes'>;

export function pricingOf(draft: ProductDraft): Pricing {
  const price = { price: Number(draft.price), tax_included: draft.taxIncluded };
  switch (draft.taxProfile) {
    case 'none':
      return { ...price, taxability: notObject, taxes: [] };
    case 'custom':
      return { ...price, taxability: draft.taxability, taxes: draft.taxes.map(taxOf) };
    default:
      return { ...price, taxability: subject, taxes: [...taxProfiles[draft.taxProfile]] };
  }
}

/** The body to send: a product is replaced as a whole, and what is empty is left out. */
export function bodyOf(draft: ProductDraft): ProductInput {
  const [sku, unitName] = [draft.sku.trim(), draft.unitName.trim()];
  return {
    description: draft.description.trim(),
    product_key: draft.productKey,
    unit_key: draft.unitKey.trim().toUpperCase(),
    ...(unitName ? { unit_name: unitName } : {}),
    ...(sku ? { sku } : {}),
    ...pricingOf(draft),
  };
}

/** What must be there before the server is asked, by the path that the server would use. */
export function missingFrom(draft: ProductDraft): FieldErrors {
  const say = words.products.form.missing;
  const missing = new Map<string, string>();
  if (!draft.description.trim()) missing.set('description', say.description);
  if (!/^\d{8}$/.test(draft.productKey)) missing.set('product_key', say.productKey);
  if (!draft.unitKey.trim()) missing.set('unit_key', say.unitKey);
  for (const [path, message] of missingPricing(draft)) missing.set(path, message);
  return missing;
}

export function missingPricing(draft: ProductDraft): FieldErrors {
  const say = words.products.form.missing;
  const missing = new Map<string, string>();
  if (!(Number(draft.price) > 0)) missing.set('price', say.price);
  const rows = draft.taxProfile === 'custom' ? draft.taxes : [];
  rows.forEach(({ factor, rate }, index) => {
    if (factor !== 'Exento' && rate === '') missing.set(`taxes.${index}.rate`, say.rate);
  });
  return missing;
}

export interface Difference {
  readonly field: string;
  readonly mine: string;
  readonly theirs: string;
}

/** What differs between two versions of a product, as people read it. */
export function differences(mine: ProductDraft, theirs: ProductDraft): Difference[] {
  const form = words.products.form;
  const read = (draft: ProductDraft): Array<[string, string]> => {
    const body = bodyOf(draft);
    return [
      [form.description, body.description],
      [form.sku, body.sku ?? ''],
      [words.products.keys.label, body.product_key],
      [words.draft.unitKey, body.unit_key ?? ''],
      [form.unitName, body.unit_name ?? ''],
      [words.invoice.price, quantity(body.price)],
      [form.taxes, taxesInWords(body)],
    ];
  };
  const ours = read(mine);
  return read(theirs).flatMap(([field, there], index) => {
    const here = ours[index]![1];
    return here === there ? [] : [{ field, mine: here, theirs: there }];
  });
}
