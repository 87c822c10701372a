import { Decimal } from 'decimal.js';
import type { Answer, FacturapiInvoice } from '../../facturapi/facturapi.ts';
import { isInvoiceStatus, isUuid } from '../../facturapi/outcome.ts';

/** An invoice of FacturAPI's list, as far as it can be relied on. Money as decimal text. */
export interface TheirInvoice {
  readonly id: string;
  readonly status: FacturapiInvoice['status'];
  readonly type: string;
  /** In lower case; null as long as it is not stamped. */
  readonly uuid: string | null;
  readonly total: string | null;
  /** '' for an invoice without a series. */
  readonly series: string;
  readonly folioNumber: number | null;
  readonly externalId: string | null;
  readonly date: Date;
  readonly createdAt: Date;
  readonly cancellationStatus: string;
  readonly verificationUrl: string | null;
  readonly stamp: Readonly<Record<string, unknown>> | null;
  /** All of it, for what only an import reads. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ListPage {
  readonly invoices: readonly TheirInvoice[];
  /** What cannot be read as an invoice: its id, if it has one. */
  readonly unreadable: ReadonlyArray<string | null>;
  readonly count: number;
  /** Where the page ends; of what has a date of its own. */
  readonly oldest: Date | undefined;
  /** How many the whole list has, and on how many pages. */
  readonly total: number;
  readonly pages: number;
}

/** Undefined when it is no list. One bad invoice among others must not hide them. */
export function readListPage(answer: Answer, pageSize: number): ListPage | undefined {
  if (answer.kind !== 'answered' || answer.status !== 200) return undefined;
  const { data, total_results, total_pages } = asObject(answer.body);
  if (!Array.isArray(data)) return undefined;
  const read = data.map((one) => readTheirInvoice(one) ?? idOf(one));
  const isInvoice = (one: (typeof read)[number]) => typeof one === 'object' && one !== null;
  // A list that does not say how long it is goes on as long as its pages are full.
  const isFull = data.length >= pageSize;
  return {
    count: data.length,
    oldest: data.map((one) => readDate(asObject(one).date)).findLast((date) => date),
    invoices: read.filter((one): one is TheirInvoice => isInvoice(one)),
    unreadable: read.filter((one): one is string | null => !isInvoice(one)),
    total: isCount(total_results) ? total_results : data.length,
    pages: isCount(total_pages) ? total_pages : isFull ? Number.POSITIVE_INFINITY : 0,
  };
}

/** Of the column, numeric(18, 6). */
const totalMax = 1e12;
/** What stands in an index must fit into it, in the widest letters. FacturAPI takes 100. */
const nameLengthMax = 200;
const textLengthMax = 2_000;
/** Years beyond have a sign when they are written, which PostgreSQL does not read. */
const dateMsMax = Date.UTC(9_999, 0);

export function readTheirInvoice(value: unknown): TheirInvoice | undefined {
  const body = asObject(value);
  const { id, status, type, uuid, total, folio_number, date, created_at } = body;
  const createdAt = readDate(created_at);
  const dated = readDate(date) ?? createdAt;
  const isStamped = status === 'valid' || status === 'canceled';
  if (
    !isName(id) ||
    !isInvoiceStatus(status) ||
    !dated ||
    !isAbsentOr(uuid, isUuid) ||
    (isStamped && !uuid) ||
    !isAbsentOr(total, isAmount) ||
    !isAbsentOr(folio_number, isCount) ||
    !isStorable(value)
  ) {
    return undefined;
  }
  return {
    id,
    status,
    type: isText(type) ? type : 'I',
    uuid: typeof uuid === 'string' ? uuid.toLowerCase() : null,
    total: typeof total === 'number' ? new Decimal(total).toFixed() : null,
    series: isName(body.series) ? body.series : '',
    folioNumber: (folio_number as number | null | undefined) ?? null,
    externalId: isName(body.external_id) ? body.external_id : null,
    date: dated,
    createdAt: createdAt ?? dated,
    cancellationStatus: textOr(body.cancellation_status, 'none'),
    verificationUrl: textOr(body.verification_url, null),
    stamp: isObject(body.stamp) ? body.stamp : null,
    body,
  };
}

function idOf(value: unknown): string | null {
  const { id } = asObject(value);
  return isName(id) && isStorable(id) ? id : null;
}

/** PostgreSQL takes neither NUL nor half a surrogate pair; JSON writes both as escapes. */
function isStorable(value: unknown): boolean {
  return !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value));
}

export function readDate(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  return date && date.getTime() > 0 && date.getTime() < dateMsMax ? date : undefined;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < totalMax;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown, lengthMax = textLengthMax): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= lengthMax;
}

function isName(value: unknown): value is string {
  return isText(value, nameLengthMax);
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return isText(value) ? value : otherwise;
}

function isAbsentOr(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || is(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
