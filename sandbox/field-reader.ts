import type { ErrorDetail } from './api-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

interface TextRules {
  required?: boolean;
  min?: number;
  max?: number;
  pattern?: RegExp;
  /** Whether a catalogue has the value. */
  known?: (value: string) => boolean;
}

interface NumberRules {
  required?: boolean;
  min?: number;
  above?: number;
  max?: number;
  integer?: boolean;
}

/**
 * Reads the fields of a body and gathers everything that is wrong with them, so that one answer
 * tells the person all of it. `null` counts as absent, as at FacturAPI.
 */
export class FieldReader {
  readonly errors: ErrorDetail[] = [];

  fail(path: string, code: string, message: string): undefined {
    this.errors.push({ code, message, path, location: 'body', source: 'facturapi' });
    return undefined;
  }

  object(value: unknown, path: string): Fields | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Fields;
    return this.fail(path, 'invalid_type', `${path || 'El cuerpo'} debe ser un objeto.`);
  }

  text(from: Fields, name: string, path: string, rules: TextRules = {}): string | undefined {
    const value = from[name] ?? undefined;
    if (value === undefined || (rules.required && value === '')) {
      if (rules.required) this.fail(path, 'required', `El campo ${path} es requerido.`);
      return undefined;
    }
    if (typeof value !== 'string') {
      return this.fail(path, 'invalid_type', `El campo ${path} debe ser texto.`);
    }
    const { min = 0, max = Number.POSITIVE_INFINITY } = rules;
    if (value.length < min || value.length > max) {
      const span = Number.isFinite(max) ? `entre ${min} y ${max}` : `al menos ${min}`;
      return this.fail(path, 'invalid_length', `El campo ${path} debe tener ${span} caracteres.`);
    }
    if (!isXmlText(value) || (rules.pattern && !rules.pattern.test(value))) {
      return this.fail(path, 'invalid_format', `El campo ${path} no tiene un formato válido.`);
    }
    if (rules.known && !rules.known(value)) {
      const message = `El valor "${value}" del campo ${path} no está en el catálogo del SAT.`;
      return this.fail(path, 'invalid_value', message);
    }
    return value;
  }

  number(from: Fields, name: string, path: string, rules: NumberRules = {}): number | undefined {
    const value = from[name] ?? undefined;
    if (value === undefined) {
      if (rules.required) this.fail(path, 'required', `El campo ${path} es requerido.`);
      return undefined;
    }
    if (typeof value !== 'number' || (rules.integer && !Number.isSafeInteger(value))) {
      const kind = rules.integer ? 'un número entero' : 'un número';
      return this.fail(path, 'invalid_type', `El campo ${path} debe ser ${kind}.`);
    }
    if (rules.above !== undefined && value <= rules.above) {
      return this.fail(path, 'too_small', `El campo ${path} debe ser mayor a ${rules.above}.`);
    }
    if (rules.min !== undefined && value < rules.min) {
      return this.fail(path, 'too_small', `El campo ${path} debe ser al menos ${rules.min}.`);
    }
    if (rules.max !== undefined && value > rules.max) {
      return this.fail(path, 'too_large', `El campo ${path} debe ser a lo más ${rules.max}.`);
    }
    return value;
  }

  flag(from: Fields, name: string, path: string): boolean | undefined {
    const value = from[name] ?? undefined;
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fail(path, 'invalid_type', `El campo ${path} debe ser verdadero o falso.`);
  }

  list(from: Fields, name: string, path: string, required = false): readonly unknown[] | undefined {
    const value = from[name] ?? undefined;
    if (value === undefined) {
      if (required) this.fail(path, 'required', `El campo ${path} es requerido.`);
      return undefined;
    }
    if (Array.isArray(value)) return value;
    return this.fail(path, 'invalid_type', `El campo ${path} debe ser una lista.`);
  }
}

/** XML 1.0 cannot carry control characters or broken surrogates, not even escaped. */
function isXmlText(value: string): boolean {
  return (
    value.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(value)
  );
}
