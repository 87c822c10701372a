import { inspectRfc } from '../../cfdi/rfc.ts';
import type { CustomerFields } from '../customers.ts';
import { checkGiven, identityOf, isGeneric } from './check-row.ts';
import { COLUMNS, type CustomerColumn } from './customer-columns.ts';
import type { Given, ReadRow, Remark } from './read-row.ts';

/** A customer of the directory, its fields by the columns of a file. */
export interface KnownCustomer {
  readonly id: string;
  readonly taxId: string;
  readonly legalName: string;
  readonly archived: boolean;
  readonly checkDigitAccepted: boolean;
  readonly given: Given;
}

export type Decision =
  | { readonly kind: 'created'; readonly row: ReadRow; readonly fields: CustomerFields }
  | {
      readonly kind: 'updated';
      readonly row: ReadRow;
      readonly id: string;
      readonly fields: CustomerFields;
      readonly changes: readonly Change[];
    }
  | { readonly kind: 'unchanged'; readonly row: ReadRow }
  /** A later row is about the same customer, and counts. */
  | { readonly kind: 'duplicates'; readonly row: ReadRow; readonly laterRow: number }
  | { readonly kind: 'rejected'; readonly row: ReadRow; readonly problems: readonly Remark[] };

export interface Change {
  readonly field: CustomerColumn;
  readonly before: string | null;
  readonly after: string;
}

/**
 * What becomes of each row of a batch. `known` holds the customers that have one of its RFCs (the
 * generic ones: and name), `lastRowOf` the last good row of each identity in the whole file.
 */
export function decideBatch(
  rows: readonly ReadRow[],
  known: readonly KnownCustomer[],
  lastRowOf: ReadonlyMap<string, number>,
): Decision[] {
  const byIdentity = Map.groupBy(known, ({ taxId, legalName }) =>
    isGeneric(taxId) ? `${taxId}\n${legalName}` : taxId,
  );
  return rows.map((row) => {
    // Whether a doubtful check digit is accepted depends on whom we know, so it is asked last.
    const checked = checkGiven({ ...row.given, accept_rfc_check_digit: 'sí' });
    if (checked.problems) return rejected(row, checked.problems);
    const identity = identityOf(checked.fields);
    const laterRow = lastRowOf.get(identity) ?? row.row;
    if (laterRow > row.row) return { kind: 'duplicates', row, laterRow };
    const found = whichCustomer(byIdentity.get(identity) ?? [], checked.fields.legal_name);
    if (found === 'several') return rejected(row, [{ column: 'tax_id', message: SEVERAL }]);
    return found ? decideKnown(row, checked.fields, found) : decideNew(row, checked.fields);
  });
}

const SEVERAL =
  'Hay varios clientes con este RFC y ninguno con este nombre: corrige a mano el que corresponda.';

/** The only one with this RFC; of several the only one with this name. Archived ones come last. */
function whichCustomer(
  candidates: readonly KnownCustomer[],
  legalName: string,
): KnownCustomer | 'several' | undefined {
  const live = candidates.filter(({ archived }) => !archived);
  const among = live.length > 0 ? live : candidates;
  if (among.length <= 1) return among[0];
  const named = among.filter((one) => one.legalName === legalName);
  return named.length === 1 ? named[0] : 'several';
}

function decideNew(row: ReadRow, fields: CustomerFields): Decision {
  const { accept_rfc_check_digit: _, ...asGiven } = fields;
  const accepts = row.given.accept_rfc_check_digit !== undefined;
  if (accepts) return { kind: 'created', row, fields };
  // Checked once already, all but this digit.
  if (!('problem' in inspectRfc(fields.tax_id))) return { kind: 'created', row, fields: asGiven };
  const checked = checkGiven(row.given);
  return checked.problems
    ? rejected(row, checked.problems)
    : { kind: 'created', row, fields: checked.fields };
}

/** What the row does not say stays as it was, and both together must be right. */
function decideKnown(row: ReadRow, fields: CustomerFields, customer: KnownCustomer): Decision {
  const said = givenOf(fields);
  const changes = COLUMNS.flatMap(({ key }): Change[] => {
    const after = said[key];
    if (after === undefined || key === 'accept_rfc_check_digit') return [];
    const before = customer.given[key] ?? null;
    return before === after ? [] : [{ field: key, before, after }];
  });
  const accepts = row.given.accept_rfc_check_digit !== undefined || customer.checkDigitAccepted;
  const { accept_rfc_check_digit: _, ...merged } = { ...customer.given, ...said };
  const checked = checkGiven({ ...merged, ...(accepts ? { accept_rfc_check_digit: 'sí' } : {}) });
  if (changes.length === 0) return { kind: 'unchanged', row };
  if (checked.problems) return rejected(row, checked.problems);
  return { kind: 'updated', row, id: customer.id, fields: checked.fields, changes };
}

function rejected(row: ReadRow, problems: readonly Remark[]): Decision {
  return { kind: 'rejected', row, problems };
}

/** The other way round than `fieldsOf`. */
export function givenOf(fields: CustomerFields): Given {
  const { address, accept_rfc_check_digit: accepted, ...rest } = fields;
  const entries = [
    ...Object.entries(rest),
    ...Object.entries(address).map(([name, value]) => [`address.${name}`, value]),
    ...(accepted ? [['accept_rfc_check_digit', 'sí']] : []),
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Given;
}
