import { Pool } from 'undici';
import {
  type Answer,
  type CustomerPage,
  type Facturapi,
  listLimitMax,
  type Wait,
} from './facturapi.ts';
import { assertWithinSlot } from './gate.ts';

export interface FacturapiClientOptions {
  /** Base with /v2, without a slash at its end. */
  readonly url: string;
  /** Sockets to FacturAPI: as many as calls may be in flight, if there is such a number. */
  readonly connectionsMax: number | undefined;
}

/** A PDF of 5,000 lines stays far below this. */
export const answerBytesMax = 30 * 1024 * 1024;
export const connectMsMax = 2_000;
/** A longer Retry-After is a mistake. */
export const retryAfterMsMax = 24 * 3_600_000;

/** A thin client: one attempt, one deadline, no retry. What an answer means is outcome.ts's. */
export function facturapiClient(options: FacturapiClientOptions): Facturapi {
  const base = new URL(options.url);
  const pool = new Pool(base.origin, {
    connections: options.connectionsMax ?? null,
    pipelining: 1,
    connect: { timeout: connectMsMax },
    keepAliveTimeout: 4_000,
    // The deadline of each call is its signal; these would only race with it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: answerBytesMax,
  });

  const call = (method: Method, path: string, key: string, wait: Wait, body?: unknown) =>
    send(pool, {
      method,
      path: base.pathname + path,
      key,
      timeoutMs: wait.timeoutMs,
      body: body === undefined ? null : JSON.stringify(body),
    });

  return {
    createInvoice: (key, document, wait) => call('POST', '/invoices', key, wait, document),
    findByExternalId: (key, externalId, wait) =>
      call('GET', `/invoices?external_id=${encodeURIComponent(externalId)}&limit=10`, key, wait),
    readInvoice: (key, id, wait) => call('GET', `/invoices/${encodeURIComponent(id)}`, key, wait),
    downloadFile: (key, id, kind, wait) =>
      call('GET', `/invoices/${encodeURIComponent(id)}/${kind}`, key, wait),
    listInvoices: (key, page, wait) => call('GET', `/invoices?${listQuery(page)}`, key, wait),
    searchCatalog: (key, catalog, q, wait) =>
      call('GET', `/catalogs/${catalog}?q=${encodeURIComponent(q)}&limit=50`, key, wait),
    listCustomers: (key, page, wait) => call('GET', `/customers?${listQuery(page)}`, key, wait),
    readCustomer: (key, id, wait) => call('GET', customerPath(id), key, wait),
    createCustomer: (key, customer, wait) => call('POST', '/customers', key, wait, customer),
    updateCustomer: (key, id, customer, wait) => call('PUT', customerPath(id), key, wait, customer),
    validateCustomer: (key, id, wait) =>
      call('GET', `${customerPath(id)}/tax-info-validation`, key, wait),
    sendEditLink: (key, id, email, wait) =>
      call('POST', `${customerPath(id)}/email-edit-link`, key, wait, email ? { email } : {}),
    close: () => pool.destroy(),
  };
}

function customerPath(id: string): string {
  return `/customers/${encodeURIComponent(id)}`;
}

function listQuery({ from, before, page, q }: CustomerPage): URLSearchParams {
  return new URLSearchParams({
    page: String(page),
    limit: String(listLimitMax),
    ...(from === undefined ? {} : { 'date[gte]': from }),
    ...(before === undefined ? {} : { 'date[lt]': before }),
    ...(q === undefined ? {} : { q }),
  });
}

type Method = 'GET' | 'POST' | 'PUT';

interface Request {
  readonly method: Method;
  readonly path: string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly body: string | null;
}

async function send(pool: Pool, request: Request): Promise<Answer> {
  assertWithinSlot();
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await pool.request({
      method: request.method,
      path: request.path,
      body: request.body,
      signal,
      headers: {
        authorization: `Bearer ${request.key}`,
        ...(request.body === null ? {} : { 'content-type': 'application/json' }),
      },
    });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    const isJson = String(response.headers['content-type'] ?? '').includes('json');
    return {
      kind: 'answered',
      status: response.statusCode,
      logId: header(response.headers['x-facturapi-log-id']),
      retryAfterMs: retryAfterMs(header(response.headers['retry-after'])),
      body: isJson ? parse(bytes) : undefined,
      bytes,
    };
  } catch (error) {
    return whatBroke(error, signal.aborted);
  }
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** RFC 9110: seconds, or a date. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : httpDateMs(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(retryAfterMsMax, Math.max(0, ms));
}

function httpDateMs(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function whatBroke(error: unknown, timedOut: boolean): Answer {
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : String(error);
  const why = typeof code === 'string' ? `${code}: ${message}` : message;
  if (!timedOut && typeof code === 'string' && NEVER_SENT.has(code)) {
    return { kind: 'not_sent', why };
  }
  return { kind: 'broken', why: timedOut ? 'no answer before the deadline' : why, timedOut };
}
