/**
 * SAT's small catalogues of CFDI 4.0. Each look-up answers the entry of a code, or undefined when
 * the catalogue has none. With `on` (a local date, YYYY-MM-DD) an entry outside its dates of
 * validity counts as absent; without it, dates are not looked at.
 *
 * The unit keys (2,400) are in unit-keys.ts, so that a browser loads them only where it needs them.
 */
import type { TaxFactor, TaxType } from '../document.ts';
import countryEntries from './countries.json' with { type: 'json' };
import currencyEntries from './currencies.json' with { type: 'json' };
import exportEntries from './exports.json' with { type: 'json' };
import { type CatalogEntry, isValidOn, lookUpIn, type Validity } from './look-up.ts';
import monthEntries from './months.json' with { type: 'json' };
import paymentFormEntries from './payment-forms.json' with { type: 'json' };
import paymentMethodEntries from './payment-methods.json' with { type: 'json' };
import periodicityEntries from './periodicities.json' with { type: 'json' };
import rateRuleEntries from './rate-rules.json' with { type: 'json' };
import relationTypeEntries from './relation-types.json' with { type: 'json' };
import stateEntries from './states.json' with { type: 'json' };
import taxFactorEntries from './tax-factors.json' with { type: 'json' };
import taxSystemEntries from './tax-systems.json' with { type: 'json' };
import taxTypeEntries from './tax-types.json' with { type: 'json' };
import taxabilityEntries from './taxabilities.json' with { type: 'json' };
import useEntries from './uses.json' with { type: 'json' };

export interface Currency extends CatalogEntry {
  decimals: number;
}

/** c_RegimenFiscal: whether persons (físicas) and companies (morales) may have it. */
export interface TaxSystem extends CatalogEntry {
  person: boolean;
  company: boolean;
}

/** c_UsoCFDI: for whom, and the regimes of the receiver that it fits. */
export interface Use extends CatalogEntry {
  person: boolean;
  company: boolean;
  tax_systems: string[];
}

/** c_Impuesto: SAT's code (002), its name (IVA), and where it may stand. */
export interface TaxTypeEntry extends CatalogEntry {
  withheld: boolean;
  transferred: boolean;
}

export interface State extends CatalogEntry {
  country: string;
}

/** c_TasaOCuota: a fixed rate (min = max) or a closed range, as strings of six decimals. */
export interface RateRule extends Validity {
  kind: 'fixed' | 'range';
  min: string;
  max: string;
  type: TaxType;
  factor: TaxFactor;
  transferred: boolean;
  withheld: boolean;
}

export const paymentForms: readonly CatalogEntry[] = paymentFormEntries;
export const paymentMethods: readonly CatalogEntry[] = paymentMethodEntries;
export const currencies: readonly Currency[] = currencyEntries;
export const exports: readonly CatalogEntry[] = exportEntries;
export const taxabilities: readonly CatalogEntry[] = taxabilityEntries;
export const relationTypes: readonly CatalogEntry[] = relationTypeEntries;
export const months: readonly CatalogEntry[] = monthEntries;
export const periodicities: readonly CatalogEntry[] = periodicityEntries;
export const countries: readonly CatalogEntry[] = countryEntries;
export const states: readonly State[] = stateEntries;
export const taxFactors: readonly CatalogEntry[] = taxFactorEntries;
export const taxTypes: readonly TaxTypeEntry[] = taxTypeEntries;
export const taxSystems: readonly TaxSystem[] = taxSystemEntries;
export const uses: readonly Use[] = useEntries;
/** JSON's text is wider than the unions; the catalogue's test reads every entry against them. */
export const rateRules: readonly RateRule[] = rateRuleEntries as RateRule[];

export const paymentForm = lookUpIn(paymentForms);
export const paymentMethod = lookUpIn(paymentMethods);
export const currency = lookUpIn(currencies);
export const exportCode = lookUpIn(exports);
export const taxability = lookUpIn(taxabilities);
export const relationType = lookUpIn(relationTypes);
export const month = lookUpIn(months);
export const periodicity = lookUpIn(periodicities);
export const country = lookUpIn(countries);
export const taxSystem = lookUpIn(taxSystems);
export const use = lookUpIn(uses);

/** SAT's code of a tax: IVA is 002. */
export function taxCode(type: TaxType): string {
  return taxTypes.find((entry) => entry.name === type)!.code;
}

/** States and provinces of a country that SAT lists (MEX, USA and CAN). */
export function statesOf(countryCode: string): State[] {
  return states.filter((state) => state.country === countryCode);
}

/** Regimes that a person or a company may have. */
export function taxSystemsFor(kind: 'person' | 'company', on?: string): TaxSystem[] {
  return taxSystems.filter((entry) => entry[kind] && isValidOn(entry, on));
}

/** Uses that fit a receiver: its regime, and whether it is a person or a company. */
export function usesFor(taxSystemCode: string, kind?: 'person' | 'company', on?: string): Use[] {
  return uses.filter(
    (entry) =>
      entry.tax_systems.includes(taxSystemCode) &&
      (kind === undefined || entry[kind]) &&
      isValidOn(entry, on),
  );
}

/** Rates that SAT takes for a tax, one side and one factor. Exento has none, being no rate. */
export function rateRulesFor(
  tax: { type: TaxType; factor: TaxFactor; withholding: boolean },
  on?: string,
): RateRule[] {
  return rateRules.filter(
    (rule) =>
      rule.type === tax.type &&
      rule.factor === tax.factor &&
      (tax.withholding ? rule.withheld : rule.transferred) &&
      isValidOn(rule, on),
  );
}
