import type { Answer } from '../../facturapi/facturapi.ts';
import { isRecord, readFields, type SyncedFields } from './synced-fields.ts';

/** A customer of FacturAPI's, as far as it is kept here. */
export interface TheirCustomer {
  readonly id: string;
  readonly createdAt: Date;
  readonly fields: SyncedFields;
  readonly editLink: string | null;
  readonly editLinkExpiresAt: Date | null;
}

export interface CustomerList {
  readonly customers: readonly TheirCustomer[];
  /** Entries on the page, unreadable ones included. */
  readonly count: number;
  readonly pages: number;
  readonly total: number;
  /** When the last entry was made; undefined when the page is not in that order. */
  readonly oldest: Date | undefined;
}

const idLengthMax = 200;
const dateMsMax = Date.UTC(9_999, 0);

export function readTheirCustomer(value: unknown): TheirCustomer | undefined {
  if (!isRecord(value) || !isStorable(value)) return undefined;
  const { id } = value;
  const createdAt = readInstant(value.created_at);
  if (typeof id !== 'string' || id === '' || id.length > idLengthMax || !createdAt)
    return undefined;
  return {
    id,
    createdAt,
    fields: readFields(value),
    editLink: typeof value.edit_link === 'string' ? value.edit_link : null,
    editLinkExpiresAt: readInstant(value.edit_link_expires_at) ?? null,
  };
}

export function readCustomerAnswer(answer: Answer): TheirCustomer | undefined {
  const isGood = answer.kind === 'answered' && (answer.status === 200 || answer.status === 201);
  return isGood ? readTheirCustomer(answer.body) : undefined;
}

/** Undefined when it is no list. The order of a list is nowhere promised, so it is looked at. */
export function readCustomerList(answer: Answer, pageSize: number): CustomerList | undefined {
  if (answer.kind !== 'answered' || answer.status !== 200 || !isRecord(answer.body))
    return undefined;
  const { data, total_pages: pages, total_results: total } = answer.body;
  if (!Array.isArray(data)) return undefined;
  const customers = data.flatMap((one) => readTheirCustomer(one) ?? []);
  const isNewestFirst = customers.every(
    (one, i) => i === 0 || one.createdAt <= customers[i - 1]!.createdAt,
  );
  const isWhole = customers.length === data.length;
  return {
    customers,
    count: data.length,
    // Without counts a full page is taken to have another one behind it.
    pages: isCount(pages) ? pages : data.length < pageSize ? 0 : Number.POSITIVE_INFINITY,
    total: isCount(total) ? total : data.length,
    oldest: isNewestFirst && isWhole ? customers.at(-1)?.createdAt : undefined,
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readInstant(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  return date && date.getTime() > 0 && date.getTime() < dateMsMax ? date : undefined;
}

/** PostgreSQL takes neither NUL nor half a surrogate pair; JSON writes both as escapes. */
function isStorable(value: unknown): boolean {
  return !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value));
}
