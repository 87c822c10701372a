import { CheckSum } from '@nodecfdi/rfc';

/** SAT's receivers without an RFC of their own: a sale to the public, and a foreigner. */
export const RFC_GENERIC_DOMESTIC = 'XAXX010101000';
export const RFC_GENERIC_FOREIGN = 'XEXX010101000';

export type RfcKind = 'person' | 'company' | 'generic_domestic' | 'generic_foreign';

export interface RfcReading {
  kind: RfcKind;
  /** Trimmed and in upper case, as the CFDI carries it. */
  value: string;
}

/**
 * A `check_digit` mismatch still carries the reading and the digit that was expected: SAT has
 * issued real RFCs that fail it, so a caller who was told to may go on with `value`.
 */
export type RfcInspection =
  | RfcReading
  | { problem: 'format' | 'date' }
  | ({ problem: 'check_digit'; expectedDigit: string } & RfcReading);

/** t_RFC of SAT's tdCFDI.xsd; the date is checked apart, to tell the person which part is wrong. */
const PATTERN = /^[A-Z&Ñ]{3,4}(\d{2})(\d{2})(\d{2})[A-Z\d]{2}[\dA]$/;

/** Longer text is no RFC; upper case of untrusted text is bounded by it. */
const TEXT_LENGTH_MAX = 100;

/** Reads an RFC as a person types it (spaces around, any case). Never throws. */
export function inspectRfc(text: string): RfcInspection {
  if (typeof text !== 'string' || text.length > TEXT_LENGTH_MAX) return { problem: 'format' };
  // NFC, because an Ñ pasted from a Mac may come as N and a combining tilde.
  const value = text.normalize('NFC').trim().toUpperCase();
  if (value === RFC_GENERIC_DOMESTIC) return { kind: 'generic_domestic', value };
  if (value === RFC_GENERIC_FOREIGN) return { kind: 'generic_foreign', value };

  const parts = PATTERN.exec(value);
  if (!parts) return { problem: 'format' };
  if (!isDate(Number(parts[1]), Number(parts[2]), Number(parts[3]))) return { problem: 'date' };

  const kind = value.length === 13 ? 'person' : 'company';
  const expectedDigit = new CheckSum().calculate(value);
  if (!value.endsWith(expectedDigit)) {
    return { problem: 'check_digit', expectedDigit, kind, value };
  }
  return { kind, value };
}

/** The century is not written, so a 29 February is right when 20YY has one: 1900 had none. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000 + year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
