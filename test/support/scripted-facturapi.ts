import assert from 'node:assert/strict';
import type { Answer, FrozenDocument } from '../../server/facturapi/facturapi.ts';
import type { AttemptFacturapi } from '../../server/stamping/attempts/attempt-facturapi.ts';
import type { InvoiceCall } from '../../server/stamping/queue/stamping-queue.ts';

export type AskedOf =
  | 'create'
  | 'look_up'
  | 'read'
  | 'download'
  | 'list'
  | 'search'
  | 'list_customers'
  | 'read_customer'
  | 'create_customer'
  | 'update_customer'
  | 'validate_customer'
  | 'send_edit_link';

export interface Asked {
  readonly what: AskedOf;
  readonly key: string;
  readonly document?: FrozenDocument;
  /** The external id, the id at FacturAPI, or id and kind of a file. */
  readonly of?: string;
  readonly body?: unknown;
}

/** A FacturAPI that answers as it was told to, in order, and remembers what it was asked. */
export function scriptedFacturapi(script: ReadonlyArray<readonly [AskedOf, Answer]>) {
  const left = [...script];
  const asked: Asked[] = [];
  const answer = async (one: Asked): Promise<Answer> => {
    asked.push(one);
    const next = left.shift();
    assert.equal(one.what, next?.[0], `asked for ${one.what} in place of ${next?.[0]}`);
    return next![1];
  };
  const facturapi: AttemptFacturapi = {
    createInvoice: (key, document) => answer({ what: 'create', key, document }),
    findByExternalId: (key, of) => answer({ what: 'look_up', key, of }),
    readInvoice: (key, of) => answer({ what: 'read', key, of }),
    downloadFile: (key, id, kind) => answer({ what: 'download', key, of: `${id}/${kind}` }),
    listInvoices: (key, { page }) => answer({ what: 'list', key, of: String(page) }),
    searchCatalog: (key, catalog, q) => answer({ what: 'search', key, of: `${catalog}/${q}` }),
    listCustomers: (key, { page, q }) =>
      answer({ what: 'list_customers', key, of: q ?? String(page) }),
    readCustomer: (key, of) => answer({ what: 'read_customer', key, of }),
    createCustomer: (key, body) => answer({ what: 'create_customer', key, body }),
    updateCustomer: (key, of, body) => answer({ what: 'update_customer', key, of, body }),
    validateCustomer: (key, of) => answer({ what: 'validate_customer', key, of }),
    sendEditLink: (key, of, email) => answer({ what: 'send_edit_link', key, of, body: email }),
  };
  return { facturapi, asked, left };
}

export function answered(status: number, body?: unknown, o: Partial<AnsweredParts> = {}): Answer {
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  return {
    kind: 'answered',
    status,
    body,
    bytes,
    logId: 'log-1',
    retryAfterMs: undefined,
    ...o,
  };
}

interface AnsweredParts {
  readonly bytes: Buffer;
  readonly logId: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export const timedOut = {
  kind: 'broken',
  why: 'no answer',
  timedOut: true,
} as const satisfies Answer;
export const reset: Answer = { kind: 'broken', why: 'ECONNRESET', timedOut: false };
export const refused: Answer = { kind: 'not_sent', why: 'ECONNREFUSED' };

export const invoiceId = '018f2f5e-0000-7000-8000-000000000001';
export const uuid = '6f0a4c1e-5b1f-4c7e-9a59-0d4f2f6b1a01';

/** FacturAPI's invoice for `claimedCall`, as it was asked for unless told otherwise. */
export function facturapiInvoice(o: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'fac-1',
    status: 'valid',
    uuid,
    total: 116,
    series: 'F',
    folio_number: 12,
    external_id: invoiceId,
    verification_url: 'https://verificacfdi.facturaelectronica.sat.gob.mx/x',
    stamp: { sat_cert_number: '1' },
    ...o,
  };
}

export function claimedCall(o: Partial<InvoiceCall> = {}): InvoiceCall {
  return {
    id: 1,
    tenantId: 'tenant-1',
    invoiceId,
    kind: 'create_invoice',
    priority: 1,
    attempts: 1,
    outcomeUnknown: false,
    emptyLookUps: 0,
    total: '116.000000',
    facturapiId: null,
    uuid: null,
    doubt: null,
    keySealed: Buffer.from('sealed'),
    requestId: 'request-1',
    promisedMs: 11_000,
    expiresAt: null,
    document: Object.freeze({
      customer: { legal_name: 'X', tax_id: 'X', tax_system: '601', address: { zip: '1' } },
      items: [],
      use: 'G03',
      payment_form: '03',
      date: '2026-03-01T10:00:00.000Z',
      series: 'F',
      folio_number: 12,
      external_id: invoiceId,
      idempotency_key: invoiceId,
    }),
    ...o,
  };
}
