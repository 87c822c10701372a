import type { TaxInput } from '../api/bodies.ts';
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

const choice = (profile: TaxProfile) => ({ value: profile, label: words.taxProfiles[profile] });
const named = (Object.keys(taxProfiles) as NamedTaxProfile[]).map(choice);

export function taxProfileChoices(withKept: boolean) {
  return withKept ? [choice('kept'), ...named] : named;
}
