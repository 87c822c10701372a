import { use as cfdiUse, taxSystem } from './catalogs/catalogs.ts';
import { type Problem, problem } from './problem.ts';
import type { RfcKind } from './rfc.ts';

/** What a use depends on; `kind` is undefined while the receiver's RFC cannot be read. */
export interface Receiver {
  kind: RfcKind | undefined;
  tax_system: unknown;
}

/**
 * The use of the CFDI is in SAT's list and fits the receiver's regime and nature (CFDI40160,
 * CFDI40161). A receiver without an RFC of its own deducts nothing, so it takes S01.
 * Codes: use_unknown, use_must_be_s01, use_not_for_receiver.
 * @param on local date YYYY-MM-DD for the dates of validity; all entries when absent.
 */
export function checkUse(use: unknown, receiver: Receiver, path: string, on?: string): Problem[] {
  const entry = typeof use === 'string' ? cfdiUse(use, on) : undefined;
  if (!entry) {
    const message =
      'Elige un uso de CFDI del catálogo del SAT, por ejemplo G03 (Gastos en general).';
    return [problem('use_unknown', path, message)];
  }
  const { kind } = receiver;
  if (kind === 'generic_domestic' || kind === 'generic_foreign') {
    if (entry.code === 'S01') return [];
    const message = 'Con un RFC genérico el uso de CFDI debe ser S01 (Sin efectos fiscales).';
    return [problem('use_must_be_s01', path, message)];
  }
  if (kind && !entry[kind]) {
    const whom = kind === 'person' ? 'personas físicas' : 'personas morales';
    const message = `El uso ${entry.code} no aplica a ${whom}; elige otro uso de CFDI.`;
    return [problem('use_not_for_receiver', path, message)];
  }
  const system =
    typeof receiver.tax_system === 'string' ? taxSystem(receiver.tax_system) : undefined;
  if (system && !entry.tax_systems.includes(system.code)) {
    const message =
      `El uso ${entry.code} no corresponde al régimen ${system.code} (${system.name}) ` +
      'del cliente; elige otro uso o corrige su régimen.';
    return [problem('use_not_for_receiver', path, message)];
  }
  return [];
}
