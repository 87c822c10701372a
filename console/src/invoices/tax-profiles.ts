import type { ProductInput, TaxInput } from '../api/bodies.ts';
import { words } from '../app/words.ts';

/**
 * The combinations of taxes that nearly every line has, by the name an accountant gives them.
 * Rates are SAT's (c_TasaOCuota); two thirds of the 16% IVA of professional fees is withheld by a
 * company, which SAT writes as 0.106667, and 10% of ISR (LISR 106, RLIVA 3).
 */
export const taxProfiles = {
  iva16: [{ type: 'IVA', rate: 0.16, factor: 'Tasa' }],
  iva8: [{ type: 'IVA', rate: 0.08, factor: 'Tasa' }],
  iva0: [{ type: 'IVA', rate: 0, factor: 'Tasa' }],
  exempt: [{ type: 'IVA', rate: 0, factor: 'Exento' }],
  fees: [
    { type: 'IVA', rate: 0.16, factor: 'Tasa' },
    { type: 'ISR', rate: 0.1, factor: 'Tasa', withholding: true },
    { type: 'IVA', rate: 0.106667, factor: 'Tasa', withholding: true },
  ],
} as const satisfies Record<string, TaxInput[]>;

export type NamedTaxProfile = keyof typeof taxProfiles;
/** `kept`: a corrected invoice's own, which have no name here. */
export type TaxProfile = NamedTaxProfile | 'kept';

/** By whose name these taxes go; undefined when they have none here. */
export function profileOfTaxes(taxes: readonly TaxInput[]): NamedTaxProfile | undefined {
  const wanted = taxes.map(taxText).sort().join();
  const names = Object.keys(taxProfiles) as NamedTaxProfile[];
  return names.find((name) => taxProfiles[name].map(taxText).sort().join() === wanted);
}

/** The name of a product's taxes; none for what was said on purpose, or left for FacturAPI to say. */
export function profileOfProduct(product: ProductInput): NamedTaxProfile | undefined {
  // "02", subject to tax, is what taxes mean by themselves; any other was said on purpose.
  if (product.taxability !== undefined && product.taxability !== '02') return undefined;
  // FacturAPI's default, which was sent as it is.
  if (product.taxes === undefined) return undefined;
  return profileOfTaxes(product.taxes);
}

/** Whether an invoice would say the same of both. */
export function isSameProduct(one: ProductInput, other: ProductInput): boolean {
  const text = ({ taxes = [], taxability = '02', ...rest }: ProductInput) =>
    JSON.stringify([taxes.map(taxText).sort(), taxability, Object.entries(rest).sort()]);
  return text(one) === text(other);
}

function taxText(tax: TaxInput): string {
  const { type = 'IVA', rate, factor = 'Tasa', withholding = false, ...more } = tax;
  return JSON.stringify([type, rate, factor, withholding, more]);
}

const named = (Object.keys(taxProfiles) as NamedTaxProfile[]).map((profile) => ({
  value: profile,
  label: words.taxProfiles[profile],
}));

/** `kept` names the line's own taxes, when it has such. */
export function taxProfileChoices(kept: string | undefined) {
  return kept === undefined ? named : [{ value: 'kept' as const, label: kept }, ...named];
}
