import { countries, taxSystems, uses } from '../../cfdi/catalogs/catalogs.ts';
import { COUNTRY_MEXICO, kindOfRfc } from '../../cfdi/customer-rules.ts';
import { stripCompanySuffix } from '../../cfdi/legal-name.ts';
import { COLUMNS, type CustomerColumn, labelOf } from './customer-columns.ts';
import type { FileRow } from './file-row.ts';
import type { Reading } from './import-columns.ts';

/** What a row says of a customer, under FacturAPI's names; an empty cell says nothing. */
export type Given = Partial<Record<CustomerColumn, string>>;

/** Something that a person should look at, and in which column. */
export interface Remark {
  readonly column: CustomerColumn;
  readonly message: string;
}

export interface ReadRow {
  readonly row: number;
  readonly cells: readonly string[];
  readonly given: Given;
  /** What was put right while reading. */
  readonly notes: readonly Remark[];
}

/** Reads the cells as their writer meant them: codes with their names, zips without their zero. */
export function readRow(
  { row, cells }: FileRow,
  reading: Reading,
  o: { readonly stripCompanySuffix: boolean },
): ReadRow {
  const given: Given = {};
  const notes: Remark[] = [];
  for (const { key } of COLUMNS) {
    const at = reading.columns.get(key);
    const text = at === undefined ? '' : cleanText(cells[at] ?? '');
    if (text !== '') given[key] = text;
  }
  const put = (column: CustomerColumn, value: string, message?: string) => {
    given[column] = value;
    if (message !== undefined) notes.push({ column, message });
  };
  if (given.tax_id) put('tax_id', taxIdOf(given.tax_id));
  if (given.tax_system) put('tax_system', codeOf(given.tax_system, /^\d{3}\b/, SYSTEMS));
  if (given.default_invoice_use) {
    put('default_invoice_use', codeOf(given.default_invoice_use, /^[a-z]{1,2}\d{2}\b/i, USES));
  }
  const country = given['address.country'];
  if (country) put('address.country', codeOf(country, /^[a-z]{3}$/i, COUNTRIES));
  readZip(given, put);
  readEmail(given, put);
  const accepted = given.accept_rfc_check_digit;
  if (accepted !== undefined && !YES.test(accepted)) delete given.accept_rfc_check_digit;
  if (o.stripCompanySuffix) stripSuffix(given, put);
  return { row, cells, given, notes };
}

type Put = (column: CustomerColumn, value: string, message?: string) => void;

const YES = /^(s[ií]?|x|1|true|verdadero|yes)$/i;

/** In one line, without what PostgreSQL cannot hold, nor the apostrophe of our own exports. */
export function cleanText(cell: string): string {
  return cell
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim()
    .replace(/^'(?=[=+\-@])/, '');
}

/** An RFC in capitals, without the blanks and hyphens that people put between its parts. */
function taxIdOf(text: string): string {
  const upper = text.normalize('NFC').toUpperCase();
  const compact = upper.replace(/[\s._/-]/g, '');
  return /^[A-ZÑ&]{3,4}\d{6}[A-Z\d]{3}$/.test(compact) ? compact : upper;
}

/** "601 - General de Ley Personas Morales", "601" or the name alone; else as it was. */
function codeOf(text: string, code: RegExp, names: ReadonlyMap<string, string>): string {
  return names.get(foldName(text)) ?? code.exec(text)?.[0].toUpperCase() ?? text;
}

function readZip(given: Given, put: Put): void {
  const text = given['address.zip'];
  if (text === undefined || (given['address.country'] ?? COUNTRY_MEXICO) !== COUNTRY_MEXICO) return;
  const digits = /^\D*(\d{4,5})(?:\.0+)?\D*$/.exec(text)?.[1];
  if (digits === undefined) return;
  if (digits.length === 5) {
    put('address.zip', digits);
    return;
  }
  // Excel takes it for a number.
  const zip = digits.padStart(5, '0');
  put('address.zip', zip, `Se completó el código postal «${digits}» como «${zip}».`);
}

/** FacturAPI takes one. */
function readEmail(given: Given, put: Put): void {
  const all =
    given.email
      ?.replace(/^mailto:/i, '')
      .split(/[\s,;]+/)
      .filter(Boolean) ?? [];
  const [first, ...more] = all;
  if (first === undefined) return;
  const message = `Se tomó solo el primer correo, «${first}»; los demás no se guardan.`;
  put('email', first, more.length > 0 ? message : undefined);
}

function stripSuffix(given: Given, put: Put): void {
  const { legal_name: name, tax_id } = given;
  if (name === undefined || kindOfRfc(tax_id) !== 'company') return;
  const stripped = stripCompanySuffix(name);
  if (stripped.suffix === null) return;
  const message = `Se quitó el régimen de capital «${stripped.suffix}» de la razón social.`;
  put('legal_name', stripped.name, message);
}

function byName(entries: ReadonlyArray<{ code: string; name: string }>): Map<string, string> {
  return new Map(entries.map(({ code, name }) => [foldName(name), code]));
}

function foldName(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

const SYSTEMS = byName(taxSystems);
const USES = byName(uses);
const COUNTRIES = byName(countries).set('mx', COUNTRY_MEXICO).set('mexico', COUNTRY_MEXICO);

/** "Razón social: ...; RFC: ..." for whoever reads a list of rows. */
export function remarksText(remarks: readonly Remark[]): string {
  if (remarks.length === 1) return remarks[0]!.message;
  return remarks.map(({ column, message }) => `${labelOf(column)}: ${message}`).join(' ');
}
