import type { ErrorDetail } from '../api-error.ts';

/** A refusal of SAT's, as FacturAPI passes it on. */
export function satError(code: string, path: string, message: string): ErrorDetail {
  return { code, message: `${code}: ${message}`, path, location: 'body', source: 'sat' };
}
