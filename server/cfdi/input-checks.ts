/**
 * Checks of single values. They take `unknown`, for a body may reach the rules before, or without,
 * a schema; whatever it holds, the rules answer with problems and never throw.
 */
import { Decimal, LINE_DECIMALS } from './decimal.ts';
import { type Problem, problem } from './problem.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** FacturAPI takes null for "not given" in several fields. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/**
 * A text as SAT's schema wants it: something in it, no pipe (the original string uses it as its
 * separator) and no control character, at most `lengthMax` characters.
 * Codes: text_required, text_invalid, text_too_long.
 */
export function checkText(value: unknown, path: string, lengthMax: number): Problem[] {
  if (isAbsent(value) || value === '') {
    return [problem('text_required', path, 'Este dato es obligatorio; captúralo.')];
  }
  if (typeof value !== 'string') {
    return [problem('text_invalid', path, 'Este dato debe ser un texto.')];
  }
  if (value.trim() === '') {
    return [problem('text_required', path, 'Este dato es obligatorio; captúralo.')];
  }
  if (value.length > lengthMax) {
    const message = `Acorta el texto a ${lengthMax} caracteres; tiene ${value.length}.`;
    return [problem('text_too_long', path, message)];
  }
  if (/[|\u0000-\u001f\u007f]/.test(value)) {
    const message = 'Quita la barra vertical (|), los saltos de línea y los caracteres de control.';
    return [problem('text_invalid', path, message)];
  }
  return [];
}

/**
 * A finite number of at most six decimals (t_Importe) and at most `max` in magnitude. Its sign is
 * the caller's affair. Codes: number_invalid, number_too_large, too_many_decimals.
 */
export function checkNumber(value: unknown, path: string, max: number): Problem[] {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return [problem('number_invalid', path, 'Escribe un número.')];
  }
  if (Math.abs(value) > max) {
    const message = `El número es demasiado grande; el máximo es ${max}.`;
    return [problem('number_too_large', path, message)];
  }
  if (new Decimal(value).decimalPlaces() > LINE_DECIMALS) {
    const message = `Redondea a lo más a ${LINE_DECIMALS} decimales; el SAT no admite más.`;
    return [problem('too_many_decimals', path, message)];
  }
  return [];
}
