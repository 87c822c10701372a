import type { ValidateFunction } from 'ajv';
import { RFC_GENERIC_DOMESTIC, RFC_GENERIC_FOREIGN } from '../../cfdi/rfc.ts';
import { type FieldError, Problem } from '../../platform/http/problem.ts';
import { fieldErrors, validatorCompiler } from '../../platform/http/validation.ts';
import { CustomerBody, type CustomerFields } from '../customers.ts';
import { checkedCustomer } from '../save-customer.ts';
import { COLUMNS, type CustomerColumn } from './customer-columns.ts';
import type { Given, Remark } from './read-row.ts';

export type Checked =
  | { readonly fields: CustomerFields; readonly problems?: undefined }
  | { readonly problems: readonly Remark[] };

/** The directory's own rules: what it would refuse of a person it refuses of a file. */
export function checkGiven(given: Given): Checked {
  const missing = COLUMNS.filter(({ key, required }) => required && given[key] === undefined);
  const problems = new Map<string, Remark>(
    missing.map(({ key, label }) => [key, { column: key, message: `Falta: ${label}.` }]),
  );
  const fields = fieldsOf(given);
  let tidy = fields;
  const tell = ({ path, message }: FieldError) => {
    const column = (COLUMNS.find(({ key }) => key === path)?.key ?? 'legal_name') as CustomerColumn;
    if (!problems.has(column)) problems.set(column, { column, message });
  };
  if (!validate(fields)) for (const error of fieldErrors(validate.errors ?? [])) tell(error);
  try {
    tidy = checkedCustomer(fields);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    for (const one of error.errors ?? []) tell(one);
  }
  if (problems.size === 0) return { fields: tidy };
  return { problems: COLUMNS.flatMap(({ key }) => problems.get(key) ?? []) };
}

const validate = validatorCompiler()({
  schema: CustomerBody,
  httpPart: 'body',
} as never) as unknown as ValidateFunction;

/** As a person would send them. What is not given is left out, but for what must be there. */
export function fieldsOf(given: Given): CustomerFields {
  const { legal_name = '', tax_id = '', tax_system = '', accept_rfc_check_digit } = given;
  const rest: Record<string, string> = {};
  const address: Record<string, string> & { zip: string } = { zip: '' };
  for (const { key } of COLUMNS) {
    const value = given[key];
    if (value === undefined) continue;
    if (key.startsWith('address.')) address[key.slice('address.'.length)] = value;
    else rest[key] = value;
  }
  const { accept_rfc_check_digit: _, ...named } = rest;
  return {
    ...named,
    ...{ legal_name, tax_id, tax_system, address },
    ...(accept_rfc_check_digit ? { accept_rfc_check_digit: true } : {}),
  };
}

/**
 * What says that two rows are about one customer: the RFC, and where that belongs to everybody
 * (sales to the public, foreigners) the name too.
 */
export function identityOf({ tax_id, legal_name }: CustomerFields): string {
  return isGeneric(tax_id) ? `${tax_id}\n${legal_name}` : tax_id;
}

export function isGeneric(taxId: string): boolean {
  return taxId === RFC_GENERIC_DOMESTIC || taxId === RFC_GENERIC_FOREIGN;
}
