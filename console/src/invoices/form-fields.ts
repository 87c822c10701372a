import { type FieldErrors, unplaced } from '../api/field-errors.ts';

const lineFields = /^items\.\d+\.(quantity|discount|product)(\.|$)/;
const headFields = ['customer', 'use', 'payment_form', 'payment_method'];

/** What is wrong with the draft that no field of the form shows, so it must be said elsewhere. */
export function saidNowhere(errors: FieldErrors): string[] {
  const atLines = [...errors.keys()].filter((path) => lineFields.test(path));
  return unplaced(errors, [...headFields, ...atLines]);
}
