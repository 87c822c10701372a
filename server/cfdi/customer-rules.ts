import { country, taxSystem } from './catalogs/catalogs.ts';
import type { CustomerInput } from './document.ts';
import { checkText, isAbsent, isRecord } from './input-checks.ts';
import { stripCompanySuffix } from './legal-name.ts';
import { joinPath, type Problem, problem } from './problem.ts';
import { inspectRfc, RFC_GENERIC_FOREIGN, type RfcKind } from './rfc.ts';
import { checkUse } from './use-rules.ts';

/** SAT's schema: Receptor/@Nombre. */
export const LEGAL_NAME_LENGTH_MAX = 300;

/** SAT's schema: Receptor/@NumRegIdTrib, the number that a receiver abroad has there. */
export const FOREIGN_TAX_ID_LENGTH_MAX = 40;
/** The longest that countries have. */
export const FOREIGN_ZIP_LENGTH_MAX = 12;

export const COUNTRY_MEXICO = 'MEX';

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
 * A receiver abroad (`address.country` beyond MEX) has no RFC: its `tax_id` is the number that its
 * country gave it, or the generic XEXX010101000 where that is not known.
 *
 * Codes: customer_invalid, rfc_invalid, rfc_check_digit_mismatch, foreign_tax_id_invalid,
 * rfc_not_for_abroad, legal_name_has_company_suffix (with the name to suggest), text_*, zip_invalid,
 * country_unknown, tax_system_unknown, tax_system_not_for_receiver, tax_system_must_be_616, and the
 * codes of checkUse.
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
  const abroad = isAbroad(customer);
  const kind = kindOfReceiver(customer);
  return [
    ...(abroad
      ? checkForeignTaxId(customer.tax_id, at('tax_id'))
      : checkRfc(customer.tax_id, at('tax_id'), options.acceptRfcCheckDigit ?? false)),
    ...checkLegalName(customer.legal_name, kind, at('legal_name')),
    ...checkTaxSystem(tax_system, kind, at('tax_system'), options.on),
    ...checkCountry(customer.address, at('address.country')),
    ...(abroad ? checkForeignZip : checkZip)(customer.address, at('address.zip')),
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

/** As `kindOfRfc`; whoever is abroad is a foreigner, whatever their number looks like. */
export function kindOfReceiver(customer: CustomerInput): RfcKind | undefined {
  return isAbroad(customer) ? 'generic_foreign' : kindOfRfc(customer.tax_id);
}

/** A country that is no text is none: its own check says so. */
function isAbroad({ address }: CustomerInput): boolean {
  const code: unknown = isRecord(address) ? address.country : undefined;
  return typeof code === 'string' && code !== COUNTRY_MEXICO;
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

function checkForeignTaxId(taxId: unknown, path: string): Problem[] {
  const text = typeof taxId === 'string' ? taxId : '';
  if (text === RFC_GENERIC_FOREIGN) return [];
  if (!/^[A-Z\d](?:[A-Z\d ./-]*[A-Z\d])?$/.test(text) || text.length > FOREIGN_TAX_ID_LENGTH_MAX) {
    const message =
      `Escribe el número de identificación fiscal de su país (hasta ${FOREIGN_TAX_ID_LENGTH_MAX} ` +
      `letras y números) o, si no lo tienes, el RFC genérico ${RFC_GENERIC_FOREIGN}.`;
    return [problem('foreign_tax_id_invalid', path, message)];
  }
  if (!('problem' in inspectRfc(text))) {
    const message =
      'Este RFC es mexicano: el país de su domicilio fiscal debe ser México. Para un extranjero ' +
      `usa el número de su país o el RFC genérico ${RFC_GENERIC_FOREIGN}.`;
    return [problem('rfc_not_for_abroad', path, message)];
  }
  return [];
}

function checkLegalName(name: unknown, kind: RfcKind | undefined, path: string): Problem[] {
  const problems = checkText(name, path, LEGAL_NAME_LENGTH_MAX);
  if (problems.length > 0 || kind !== 'company') return problems;
  const stripped = stripCompanySuffix(name as string);
  if (stripped.suffix === null) return [];
  const message =
    `Escribe la razón social sin el régimen de capital («${stripped.suffix}»), ` +
    `como está en la constancia: «${stripped.name}».`;
  return [problem('legal_name_has_company_suffix', path, message, stripped.name)];
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

function checkCountry(address: unknown, path: string): Problem[] {
  const code = isRecord(address) ? address.country : undefined;
  if (isAbsent(code) || (typeof code === 'string' && country(code))) return [];
  const message = 'Elige el país del catálogo del SAT, por ejemplo USA (Estados Unidos).';
  return [problem('country_unknown', path, message)];
}

/** It does not reach the CFDI, whose DomicilioFiscalReceptor is then the place of issue. */
function checkForeignZip(address: unknown, path: string): Problem[] {
  const zip = isRecord(address) ? address.zip : undefined;
  const looks = typeof zip === 'string' && /^[A-Za-z\d](?:[A-Za-z\d -]*[A-Za-z\d])?$/.test(zip);
  if (looks && zip.length <= FOREIGN_ZIP_LENGTH_MAX) return [];
  const message =
    `Escribe el código postal de su país, de hasta ${FOREIGN_ZIP_LENGTH_MAX} letras y números ` +
    '(00000 si ahí no se usa).';
  return [problem('zip_invalid', path, message)];
}

function checkZip(address: unknown, path: string): Problem[] {
  const zip = isRecord(address) ? address.zip : undefined;
  if (typeof zip === 'string' && /^\d{5}$/.test(zip)) return [];
  const message = 'Escribe los 5 dígitos del código postal del domicilio fiscal.';
  return [problem('zip_invalid', path, message)];
}
