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

export type TaxProfile = keyof typeof taxProfiles;

export const taxProfileChoices = (Object.keys(taxProfiles) as TaxProfile[]).map((profile) => ({
  value: profile,
  label: words.taxProfiles[profile],
}));
