import {
  COUNTRY_MEXICO,
  checkCustomer,
  kindOfRfc,
  TAX_SYSTEM_NONE,
} from '../../cfdi/customer-rules.ts';
import type { CustomerInput } from '../../cfdi/document.ts';
import { RFC_GENERIC_FOREIGN } from '../../cfdi/rfc.ts';
import { addressTextLengthMax } from '../../customers/customers.ts';

/** What both sides know of a customer: ours as timbra_synced_fields has it, theirs read likewise. */
export type SyncedFields = Readonly<Record<SyncedName, string | null>>;
export type SyncedName = (typeof syncedNames)[number];

const ownNames = [
  'legal_name',
  'tax_id',
  'tax_system',
  'email',
  'phone',
  'default_invoice_use',
] as const;
const addressNames = [
  'street',
  'exterior',
  'interior',
  'neighborhood',
  'city',
  'municipality',
  'zip',
  'state',
  'country',
] as const;
export const syncedNames = [...ownNames, ...addressNames] as const;

/** As our directory keeps texts, so that a blank or an accent's spelling is no difference. */
export function readFields(body: Readonly<Record<string, unknown>>): SyncedFields {
  const address = isRecord(body.address) ? body.address : {};
  const read = Object.fromEntries([
    ...ownNames.map((name) => [name, tidied(body[name])]),
    ...addressNames.map((name) => [name, tidied(address[name])]),
  ]) as Record<SyncedName, string | null>;
  read.tax_id = read.tax_id?.toUpperCase() ?? null;
  read.country = read.country?.toUpperCase() ?? COUNTRY_MEXICO;
  const abroad = read.country !== COUNTRY_MEXICO;
  // Abroad FacturAPI asks for neither; here each has its word for "none".
  if (abroad) {
    read.tax_id ??= RFC_GENERIC_FOREIGN;
    read.zip ??= '00000';
  }
  if (abroad || isGeneric(read.tax_id)) read.tax_system ??= TAX_SYSTEM_NONE;
  return read;
}

function tidied(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.normalize('NFC').trim().replace(/\s+/g, ' ');
  return text === '' ? null : text;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Many have it: it tells nobody from another. */
export function isGeneric(taxId: string | null): boolean {
  return kindOfRfc(taxId)?.startsWith('generic') ?? false;
}

export function areSame(one: SyncedFields, other: SyncedFields): boolean {
  return differing(one, other).length === 0;
}

export function differing(one: SyncedFields, other: SyncedFields): SyncedName[] {
  return syncedNames.filter((name) => (one[name] ?? null) !== (other[name] ?? null));
}

/** FacturAPI's body. `null` empties a field there; one that is left out would stay. */
export function toBody(fields: SyncedFields, o: { readonly whole: boolean }): object {
  const of = (names: readonly SyncedName[]) =>
    Object.fromEntries(
      names.flatMap((name) => (o.whole && fields[name] === null ? [] : [[name, fields[name]]])),
    );
  return { ...of(ownNames), address: of(addressNames) };
}

export interface Acceptance {
  readonly errors: ReadonlyArray<{ readonly path: string; readonly code: string; message: string }>;
  /** SAT has it so, though its check digit does not match. */
  readonly checkDigitAccepted: boolean;
}

const phoneLengthMax = 30;
const emailLengthMax = 254;

/** Whether theirs may become ours as it is. */
export function acceptanceOf(fields: SyncedFields): Acceptance {
  const customer = toBody(fields, { whole: true }) as CustomerInput;
  const strict = checkCustomer(customer);
  const errors = checkCustomer(customer, { acceptRfcCheckDigit: true });
  return {
    errors: [
      ...errors.map(({ path, code, message }) => ({ path, code, message })),
      ...long(fields),
    ],
    checkDigitAccepted: strict.some(({ code }) => code === 'rfc_check_digit_mismatch'),
  };
}

function long(fields: SyncedFields) {
  const tooLong = (name: SyncedName, path: string, max: number) =>
    (fields[name]?.length ?? 0) > max
      ? [{ path, code: 'too_long', message: `Tiene más de ${max} caracteres.` }]
      : [];
  return [
    ...tooLong('phone', 'phone', phoneLengthMax),
    ...tooLong('email', 'email', emailLengthMax),
    ...addressNames.flatMap((name) => tooLong(name, `address.${name}`, addressTextLengthMax)),
  ];
}
