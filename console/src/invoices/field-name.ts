import { dottedPath } from '../api/field-errors.ts';
import { words } from '../app/words.ts';

const say = words.rejection;

/** A path of the document as people call that field: `items[0].product.price` -> "Concepto 1 · Precio". */
export function fieldName(path: string): string {
  const parts = dottedPath(path).split('.').filter(Boolean);
  const line = parts[0] === 'items' && /^\d+$/.test(parts[1] ?? '') ? Number(parts[1]) + 1 : null;
  const field = parts.findLast((part) => say.fields[part] !== undefined);
  const name = field === undefined ? undefined : say.fields[field];
  if (line === null) return name ?? path;
  return name === undefined || field === 'items' ? say.line(line) : `${say.line(line)} · ${name}`;
}
