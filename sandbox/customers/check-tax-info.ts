import { taxSystem } from '../../server/cfdi/catalogs/catalogs.ts';
import { stripCompanySuffix } from '../../server/cfdi/legal-name.ts';
import { inspectRfc } from '../../server/cfdi/rfc.ts';
import type { CustomerFields } from './customer.ts';

/** Something that SAT would not accept of a receiver, under FacturAPI's code and under SAT's. */
export interface TaxInfoProblem {
  path: 'legal_name' | 'tax_id' | 'tax_system' | 'address.zip';
  code: string;
  satCode: string;
  message: string;
}

/**
 * What SAT's register would say of a receiver, as far as it can be told without the register:
 * every well-formed RFC counts as known, and its name as the true one unless it has a suffix.
 */
export function checkTaxInfo(customer: CustomerFields): TaxInfoProblem[] {
  const abroad = customer.address.country !== 'MEX';
  if (abroad) return customer.tax_system === '616' ? [] : [foreignSystemProblem];
  const problems: TaxInfoProblem[] = [];
  const rfc = inspectRfc(customer.tax_id);
  // SAT has issued RFCs whose check digit is wrong, so a mismatch alone does not make one unknown.
  const known = 'kind' in rfc && rfc.value === customer.tax_id;
  if (!known) {
    problems.push({
      path: 'tax_id',
      code: 'tax_id_not_found',
      satCode: 'CFDI40143',
      message: 'El RFC del receptor no se encuentra en la lista de RFC inscritos del SAT.',
    });
  }
  // The most usual refusal of all: the register has the name without its company suffix.
  const suffixed = stripCompanySuffix(customer.legal_name).suffix !== null;
  if (suffixed && 'kind' in rfc && rfc.kind === 'company') problems.push(nameProblem);
  const system = taxSystem(customer.tax_system);
  if (!system) {
    problems.push({
      path: 'tax_system',
      code: 'tax_system_not_in_catalog',
      satCode: 'CFDI40157',
      message: 'El régimen fiscal del receptor no está en el catálogo c_RegimenFiscal.',
    });
  } else if (known && !fits(rfc.kind, customer.tax_system, system)) {
    problems.push({
      path: 'tax_system',
      code: 'tax_system_not_allowed_for_tax_id',
      satCode: 'CFDI40158',
      message: 'El régimen fiscal no corresponde al tipo de persona (física o moral) del RFC.',
    });
  }
  if (!/^(?!00)\d{5}$/.test(customer.address.zip ?? '')) {
    problems.push({
      path: 'address.zip',
      code: 'tax_address_zip_mismatch',
      satCode: 'CFDI40147',
      message: 'El código postal del receptor no está en el catálogo del SAT.',
    });
  }
  return problems;
}

const nameProblem: TaxInfoProblem = {
  path: 'legal_name',
  code: 'legal_name_mismatch',
  satCode: 'CFDI40145',
  message:
    'La razón social no coincide con la registrada en el SAT: debe ir sin el régimen ' +
    'societario (por ejemplo, sin "SA DE CV").',
};

const foreignSystemProblem: TaxInfoProblem = {
  path: 'tax_system',
  code: 'tax_system_not_allowed_for_tax_id',
  satCode: 'CFDI40158',
  message: 'El régimen fiscal de un receptor en el extranjero debe ser 616.',
};

/** The generic receivers are in the one regime of those without obligations. */
function fits(
  kind: 'person' | 'company' | 'generic_domestic' | 'generic_foreign',
  code: string,
  system: { person: boolean; company: boolean },
): boolean {
  return kind === 'person' || kind === 'company' ? system[kind] : code === '616';
}
