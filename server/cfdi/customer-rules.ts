import { taxSystem } from './catalogs/catalogs.ts';
import type { CustomerInput } from './document.ts';
import { checkText, isAbsent, isRecord } from './input-checks.ts';
import { stripCompanySuffix } from './legal-name.ts';
import { joinPath, type Problem, problem } from './problem.ts';
import { inspectRfc, type RfcKind } from './rfc.ts';
import { checkUse } from './use-rules.ts';

/** SAT's schema: Receptor/@Nombre. */
export const LEGAL_NAME_LENGTH_MAX = 300;

/** The regime of everybody who has none with SAT: "Sin obligaciones fiscales". */
export const TAX_SYSTEM_NONE = '616';

export interface CustomerRulesOptions {
  /** The person confirmed an RFC whose check digit does not match: SAT has issued some. */
  acceptRfcCheckDigit?: boolean;
  /** Prefix of the paths, "customer" inside an invoice. */
  path?: string;
  /** Local date YYYY-MM-DD for the catalogues' dates of validity; not looked at when absent. */
  on?: string;
}

/**
 * What SAT would refuse of a receiver, as far as it can be known without asking SAT (whose
 * CFDI40143..40148 compare with its own register). An empty list: fit to issue to. Never throws.
 *
 * Codes: customer_invalid, rfc_invalid, rfc_check_digit_mismatch, legal_name_has_company_suffix,
 * text_*, zip_invalid, tax_system_unknown, tax_system_not_for_receiver, tax_system_must_be_616,
 * and the codes of checkUse.
 */
export function checkCustomer(
  customer: CustomerInput,
  options: CustomerRulesOptions = {},
): Problem[] {
  const at = (field: string) => joinPath(options.path ?? '', field);
  if (!isRecord(customer)) {
    return [problem('customer_invalid', options.path ?? '', 'Captura los datos del cliente.')];
  }
  const { default_invoice_use: use, tax_system } = customer;
  const kind = kindOfRfc(customer.tax_id);
  return [
    ...checkRfc(customer.tax_id, at('tax_id'), options.acceptRfcCheckDigit ?? false),
    ...checkLegalName(customer.legal_name, kind, at('legal_name')),
    ...checkTaxSystem(tax_system, kind, at('tax_system'), options.on),
    ...checkZip(customer.address, at('address.zip')),
    ...(isAbsent(use)
      ? []
      : checkUse(use, { kind, tax_system }, at('default_invoice_use'), options.on)),
  ];
}

/** The nature of the receiver; undefined when the text is no RFC. The check digit is not asked. */
export function kindOfRfc(taxId: unknown): RfcKind | undefined {
  const reading = typeof taxId === 'string' ? inspectRfc(taxId) : undefined;
  return reading && 'kind' in reading ? reading.kind : undefined;
}

function checkRfc(taxId: unknown, path: string, acceptCheckDigit: boolean): Problem[] {
  const reading = inspectRfc(typeof taxId === 'string' ? taxId : '');
  if (!('problem' in reading)) return [];
  switch (reading.problem) {
    case 'format': {
      const message =
        'Revisa el RFC: son 12 caracteres para una persona moral o 13 para una persona física, ' +
        'sin espacios ni guiones.';
      return [problem('rfc_invalid', path, message)];
    }
    case 'date': {
      const message = 'Revisa el RFC: los seis dígitos de en medio no son una fecha (AAMMDD).';
      return [problem('rfc_invalid', path, message)];
    }
    case 'check_digit': {
      if (acceptCheckDigit) return [];
      const message =
        'El dígito verificador (último carácter) del RFC no coincide. Compáralo con la ' +
        'constancia de situación fiscal; si está bien escrito, confirma que lo aceptas así.';
      return [problem('rfc_check_digit_mismatch', path, message)];
    }
  }
}

function checkLegalName(name: unknown, kind: RfcKind | undefined, path: string): Problem[] {
  const problems = checkText(name, path, LEGAL_NAME_LENGTH_MAX);
  if (problems.length > 0 || kind !== 'company') return problems;
  const stripped = stripCompanySuffix(name as string);
  if (stripped.suffix === null) return [];
  const message =
    `Escribe la razón social sin el régimen de capital («${stripped.suffix}»), ` +
    `como está en la constancia: «${stripped.name}».`;
  return [problem('legal_name_has_company_suffix', path, message)];
}

function checkTaxSystem(
  code: unknown,
  kind: RfcKind | undefined,
  path: string,
  on: string | undefined,
): Problem[] {
  const system = typeof code === 'string' ? taxSystem(code, on) : undefined;
  if (!system) {
    const message =
      'Elige el régimen fiscal del cliente: es la clave de 3 dígitos de su constancia.';
    return [problem('tax_system_unknown', path, message)];
  }
  if (kind === 'generic_domestic' || kind === 'generic_foreign') {
    if (system.code === TAX_SYSTEM_NONE) return [];
    const message = 'Con un RFC genérico el régimen debe ser 616 (Sin obligaciones fiscales).';
    return [problem('tax_system_must_be_616', path, message)];
  }
  if (kind && !system[kind]) {
    const whom = kind === 'person' ? 'una persona física' : 'una persona moral';
    const message =
      `El régimen ${system.code} (${system.name}) no aplica a ${whom}, ` +
      'que es lo que indica el RFC; corrige uno de los dos.';
    return [problem('tax_system_not_for_receiver', path, message)];
  }
  return [];
}

function checkZip(address: unknown, path: string): Problem[] {
  const zip = isRecord(address) ? address.zip : undefined;
  if (typeof zip === 'string' && /^\d{5}$/.test(zip)) return [];
  const message = 'Escribe los 5 dígitos del código postal del domicilio fiscal.';
  return [problem('zip_invalid', path, message)];
}
