import { type RateRule, rateRulesFor, taxability as taxabilityOf } from './catalogs/catalogs.ts';
import { Decimal } from './decimal.ts';
import type { TaxFactor, TaxType } from './document.ts';
import { checkNumber, isAbsent, isRecord } from './input-checks.ts';
import { type Problem, problem } from './problem.ts';
import { TAXABILITY_DEFAULT } from './product-taxes.ts';

/** Three taxes, each transferred and withheld, with room for several IEPS. */
export const TAXES_MAX = 10;

/** More than any rate or quota in SAT's catalogue, which then says the exact limit. */
export const RATE_MAX = 1_000_000;

interface ReadTax {
  type: TaxType;
  factor: TaxFactor;
  withholding: boolean;
  rate: unknown;
}

/**
 * The taxes of a product against SAT's rate catalogue and its taxability (ObjetoImp).
 *
 * Codes: taxability_unknown, taxes_required, taxes_not_allowed, too_many_taxes, tax_invalid,
 * tax_type_unknown, tax_factor_unknown, tax_rate_not_allowed, tax_exempt_withheld, tax_repeated,
 * tax_base_not_supported, ieps_mode_not_supported, number_invalid, too_many_decimals.
 */
export function checkTaxes(
  product: Record<string, unknown>,
  path: string,
  on: string | undefined,
): Problem[] {
  const taxability = product.taxability ?? TAXABILITY_DEFAULT;
  if (typeof taxability !== 'string' || !taxabilityOf(taxability, on)) {
    const message = 'Elige el objeto de impuesto del catálogo del SAT: de 01 a 08.';
    return [problem('taxability_unknown', `${path}.taxability`, message)];
  }
  const at = `${path}.taxes`;
  const given = product.taxes ?? (taxability === '02' ? [{ rate: 0.16 }] : []);
  if (!Array.isArray(given)) {
    return [problem('tax_invalid', at, 'Los impuestos deben venir en una lista.')];
  }
  if (given.length > TAXES_MAX) {
    const message = `Un concepto lleva a lo más ${TAXES_MAX} impuestos.`;
    return [problem('too_many_taxes', at, message)];
  }
  const problems = given.flatMap((tax, index) => checkTax(tax, `${at}[${index}]`, on));
  if (problems.length > 0) return problems;
  const taxes = given.map((tax) => readTax(tax)!);
  return [...checkRepeated(taxes, at), ...checkTaxability(taxability, taxes, at)];
}

function readTax(tax: unknown): ReadTax | undefined {
  if (!isRecord(tax)) return undefined;
  return {
    type: (tax.type ?? 'IVA') as TaxType,
    factor: (tax.factor ?? 'Tasa') as TaxFactor,
    withholding: tax.withholding === true,
    rate: tax.rate,
  };
}

function checkTax(value: unknown, path: string, on: string | undefined): Problem[] {
  const tax = readTax(value);
  if (!tax || !isRecord(value)) {
    return [problem('tax_invalid', path, 'Cada impuesto debe ser un objeto con su tasa.')];
  }
  if (!['IVA', 'ISR', 'IEPS'].includes(tax.type)) {
    const message = 'El impuesto debe ser IVA, ISR o IEPS.';
    return [problem('tax_type_unknown', `${path}.type`, message)];
  }
  if (!['Tasa', 'Cuota', 'Exento'].includes(tax.factor)) {
    const message = 'El factor del impuesto debe ser Tasa, Cuota o Exento.';
    return [problem('tax_factor_unknown', `${path}.factor`, message)];
  }
  if (!isAbsent(value.withholding) && typeof value.withholding !== 'boolean') {
    const message = 'Indica con verdadero o falso si el impuesto es retenido.';
    return [problem('tax_invalid', `${path}.withholding`, message)];
  }
  if (value.base !== undefined) {
    const message = 'Quita la base del impuesto: Timbra la calcula del precio y no admite otra.';
    return [problem('tax_base_not_supported', `${path}.base`, message)];
  }
  const mode = value.ieps_mode ?? 'sum_before_taxes';
  if (tax.type === 'IEPS' && mode !== 'sum_before_taxes' && mode !== 'break_down') {
    const message =
      'Timbra calcula el IEPS solo en los modos sum_before_taxes y break_down; elige uno de ellos.';
    return [problem('ieps_mode_not_supported', `${path}.ieps_mode`, message)];
  }
  const rate = checkNumber(tax.rate, `${path}.rate`, RATE_MAX);
  return rate.length > 0 ? rate : checkRate(tax, `${path}.rate`, on);
}

/** CFDI40179, CFDI40185; an exempt tax has no rate (CFDI40177), nor is it withheld (CFDI40184). */
function checkRate(tax: ReadTax, path: string, on: string | undefined): Problem[] {
  const rate = new Decimal(tax.rate as number);
  if (tax.factor === 'Exento') {
    if (tax.withholding) {
      const message = 'Un impuesto retenido no puede ser exento; quítalo o indica su tasa.';
      return [problem('tax_exempt_withheld', path, message)];
    }
    if (tax.type !== 'ISR' && rate.isZero()) return [];
    const message = 'Un impuesto exento es IVA o IEPS y su tasa es 0.';
    return [problem('tax_rate_not_allowed', path, message)];
  }
  const rules = rateRulesFor(tax, on);
  if (rules.some((rule) => rate.gte(rule.min) && rate.lte(rule.max))) return [];
  const name = `${tax.type} ${tax.withholding ? 'retenido' : 'trasladado'} (${tax.factor})`;
  const message =
    rules.length === 0
      ? `El SAT no admite ${name}; revisa el tipo de impuesto y si es retenido.`
      : `Tasa no admitida por el SAT para ${name}; usa ${rules.map(describe).join(', ')}.`;
  return [problem('tax_rate_not_allowed', path, message)];
}

function describe(rule: RateRule): string {
  return rule.kind === 'fixed' ? rule.max : `de ${rule.min} a ${rule.max}`;
}

function checkRepeated(taxes: readonly ReadTax[], path: string): Problem[] {
  const keys = taxes.map((tax) => `${tax.type} ${tax.factor} ${tax.withholding} ${tax.rate}`);
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [problem('tax_repeated', `${path}[${index}]`, 'Quita este impuesto: está repetido.')],
  );
}

/**
 * CFDI40171: "02" has taxes. CFDI40172: "01", "03", "04" and "05" have none. "06" and "08" may
 * only withhold ISR; "07" transfers an IEPS and has no IVA at all.
 */
function checkTaxability(code: string, taxes: readonly ReadTax[], path: string): Problem[] {
  const required = (message: string) => [problem('taxes_required', path, message)];
  const refused = (message: string) => [problem('taxes_not_allowed', path, message)];
  switch (code) {
    case '02':
      if (taxes.length > 0) return [];
      return required('Con objeto de impuesto 02 agrega los impuestos, o usa 01 si no causa.');
    case '06':
    case '08':
      if (taxes.every((tax) => tax.type === 'ISR')) return [];
      return refused(`Con objeto de impuesto ${code} solo puede haber ISR retenido.`);
    case '07':
      if (taxes.some((tax) => tax.type === 'IVA')) {
        return refused('Con objeto de impuesto 07 quita el IVA: solo se desglosa el IEPS.');
      }
      if (taxes.some((tax) => tax.type === 'IEPS' && !tax.withholding)) return [];
      return required('Con objeto de impuesto 07 agrega el IEPS trasladado.');
    default:
      if (taxes.length === 0) return [];
      return refused(`Con objeto de impuesto ${code} quita los impuestos, o usa 02 si los lleva.`);
  }
}
