import { month, relationType } from '../../server/cfdi/catalogs/catalogs.ts';
import type { FieldReader, Fields } from '../field-reader.ts';
import type { GlobalFields, RelatedFields } from './invoice-fields.ts';

/** FacturAPI takes a date up to 72 hours back, SAT's limit, and none to come. */
const dateAgeMsMax = 72 * 3_600_000;
/** Clocks of two machines differ; a client that dates by its own is not from the future. */
const clockSkewMsMax = 60_000;

const isoInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** When it is issued. */
export function readDate(reader: FieldReader, from: Fields, now: Date): Date | undefined {
  const date = readInstant(reader, from, 'date', now);
  if (date === undefined || now.getTime() - date.getTime() <= dateAgeMsMax) return date;
  const message = 'La fecha de emisión no puede tener más de 72 horas de antigüedad.';
  return reader.fail('date', 'too_small', message);
}

/** An instant that is not to come. */
export function readInstant(
  reader: FieldReader,
  from: Fields,
  path: string,
  now: Date,
): Date | undefined {
  const text = reader.text(from, 'date', path, { pattern: isoInstant });
  if (text === undefined) return undefined;
  const date = new Date(text);
  const age = now.getTime() - date.getTime();
  if (Number.isNaN(age)) return reader.fail(path, 'invalid_format', 'La fecha no es válida.');
  if (age >= -clockSkewMsMax) return date;
  return reader.fail(path, 'too_large', 'La fecha no puede estar en el futuro.');
}

/** Where it is issued. */
export function readPlace(reader: FieldReader, from: Fields): string | undefined {
  if (from.address === undefined || from.address === null) return undefined;
  const address = reader.object(from.address, 'address');
  if (!address) return undefined;
  return reader.text(address, 'zip', 'address.zip', { required: true, pattern: /^(?!00)\d{5}$/ });
}

const periodicities = ['day', 'week', 'fortnight', 'month', 'two_months'];

export function readGlobal(reader: FieldReader, from: Fields): GlobalFields | undefined {
  if (from.global === undefined || from.global === null) return undefined;
  const global = reader.object(from.global, 'global');
  if (!global) return undefined;
  return {
    periodicity: reader.text(global, 'periodicity', 'global.periodicity', {
      required: true,
      known: (word) => periodicities.includes(word),
    }) as GlobalFields['periodicity'],
    months: reader.text(global, 'months', 'global.months', {
      required: true,
      known: (code) => month(code) !== undefined,
    })!,
    year: reader.number(global, 'year', 'global.year', {
      required: true,
      integer: true,
      min: 2021,
      max: 9999,
    })!,
  };
}

export const uuidFormat = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function readRelated(reader: FieldReader, from: Fields): RelatedFields[] {
  const list = reader.list(from, 'related_documents', 'related_documents') ?? [];
  return list.flatMap((value, index) => {
    const path = `related_documents.${index}`;
    const entry = reader.object(value, path);
    if (!entry) return [];
    const relationship = reader.text(entry, 'relationship', `${path}.relationship`, {
      required: true,
      known: (code) => relationType(code) !== undefined,
    });
    const documents = reader.list(entry, 'documents', `${path}.documents`, true) ?? [];
    if (!documents.every((uuid) => typeof uuid === 'string' && uuidFormat.test(uuid))) {
      reader.fail(`${path}.documents`, 'invalid_format', 'Cada documento debe ser un UUID.');
    } else if (documents.length === 0) {
      reader.fail(`${path}.documents`, 'invalid_length', 'Falta el UUID de un documento.');
    }
    return [{ relationship: relationship!, documents: documents as string[] }];
  });
}
