/** The front door of SAT's small catalogues of CFDI 4.0, served from the product's own data. */
import * as sat from '../cfdi/catalogs/catalogs.ts';
import { isValidOn, type Validity } from '../cfdi/catalogs/look-up.ts';
import { unitKeys } from '../cfdi/catalogs/unit-keys.ts';

/** By the names that they have in the API. */
const CATALOGS = {
  'payment-forms': sat.paymentForms,
  'payment-methods': sat.paymentMethods,
  uses: sat.uses,
  'tax-systems': sat.taxSystems,
  currencies: sat.currencies,
  taxabilities: sat.taxabilities,
  countries: sat.countries,
  states: sat.states,
  exports: sat.exports,
  months: sat.months,
  periodicities: sat.periodicities,
  'relation-types': sat.relationTypes,
  'tax-types': sat.taxTypes,
  'tax-factors': sat.taxFactors,
  'rate-rules': sat.rateRules,
  'unit-keys': unitKeys,
} satisfies Record<string, readonly Validity[]>;

export type CatalogName = keyof typeof CATALOGS;

export const catalogNames = Object.keys(CATALOGS) as CatalogName[];

/** Null where SAT says nothing: valid since CFDI 4.0 began (1 January 2022), or without an end. */
export type Dated<Entry> = Entry & {
  readonly valid_from: string | null;
  readonly valid_to: string | null;
};

/** @param on local date YYYY-MM-DD: what is valid then; everything there ever was when undefined. */
export function catalogOf(name: CatalogName, on: string | undefined): Dated<Validity>[] {
  return (CATALOGS[name] as readonly Validity[]).filter((entry) => isValidOn(entry, on)).map(dated);
}

export function dated<Entry extends Validity>(entry: Entry): Dated<Entry> {
  return { ...entry, valid_from: entry.valid_from ?? null, valid_to: entry.valid_to ?? null };
}
