import { Problem } from './problem.ts';

/** Messages by the dotted path of the field they belong to: `items.0.product.price`. */
export type FieldErrors = ReadonlyMap<string, string>;

export const noErrors: FieldErrors = new Map();

/** `items[0].product`, `/items/0/product` and `body.items.0.product` all name the same field. */
export function dottedPath(path: string): string {
  return path
    .replace(/\[(\w+)\]/g, '.$1')
    .replaceAll('/', '.')
    .replace(/^\.+/, '')
    .replace(/^body\./, '');
}

/**
 * The field errors that a refusal carries; the first message of each field wins. One about the
 * whole body has the empty path.
 */
export function errorsOf(error: unknown): FieldErrors {
  if (!(error instanceof Problem)) return noErrors;
  const errors = new Map<string, string>();
  for (const { path, message } of error.errors) {
    const field = dottedPath(path ?? '');
    if (!errors.has(field)) errors.set(field, message);
  }
  return errors;
}

/** Whether any of a refusal's errors has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Problem && error.errors.some((each) => each.code === code);
}

/** What to say at a field: its own message, else one about something inside it. */
export function errorAt(errors: FieldErrors, field: string): string | undefined {
  const own = errors.get(field);
  if (own) return own;
  for (const [path, message] of errors) {
    if (path.startsWith(`${field}.`)) return message;
  }
  return undefined;
}

/**
 * The same errors without those that an edit of this field may have mended: its own, of what is
 * inside it, and of what it is part of (the sum of all items, the whole body).
 */
export function withoutField(errors: FieldErrors, field: string): FieldErrors {
  const isPartOf = (inner: string, outer: string) =>
    outer === '' || inner === outer || inner.startsWith(`${outer}.`);
  const left = [...errors].filter(([path]) => !isPartOf(path, field) && !isPartOf(field, path));
  return left.length === errors.size ? errors : new Map(left);
}

/** Messages for which none of these fields is the place; they need to be said somewhere too. */
export function unplaced(errors: FieldErrors, fields: string[]): string[] {
  return [...errors]
    .filter(([path]) => !fields.some((field) => path === field || path.startsWith(`${field}.`)))
    .map(([, message]) => message);
}
