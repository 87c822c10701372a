import type { FieldErrors } from '../api/field-errors.ts';
import { Problem } from '../api/problem.ts';

/** The name that the server offers instead of the refused one, while that one still stands. */
export function suggestionOf(error: unknown, errors: FieldErrors): string | undefined {
  if (!(error instanceof Problem) || !errors.has('legal_name')) return undefined;
  return error.errors.find(({ path }) => path === 'legal_name')?.suggestion;
}
