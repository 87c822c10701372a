import type { FieldReader, Fields } from '../field-reader.ts';

/** What the sandbox would get wrong in the XML it refuses out loud rather than leaves out. */
export function refuseUnbuilt(reader: FieldReader, from: Fields, name: string, path: string): void {
  const value = from[name] ?? undefined;
  const empty = value === undefined || (Array.isArray(value) && value.length === 0);
  if (!empty) reader.fail(path, 'not_allowed', `El sandbox aún no atiende el campo ${path}.`);
}
