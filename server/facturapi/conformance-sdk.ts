import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import FacturapiModule from 'facturapi';
import type { ConformancePort } from './conformance.ts';
import type { Answer, Wait } from './facturapi.ts';

// The package is CommonJS that marks its default export the way bundlers read it.
const Facturapi = ((FacturapiModule as unknown as { default?: unknown }).default ??
  FacturapiModule) as typeof FacturapiModule.default;

export type OfficialSdk = InstanceType<typeof Facturapi>;

export function officialSdk(url: string, key: string): OfficialSdk {
  const sdk = new Facturapi(key);
  sdk.BASE_URL = url;
  return sdk;
}

/**
 * The port by the official SDK: what it resolves and throws, put in the port's words. It knows no
 * deadline, so one that passes leaves its call behind.
 */
export function sdkPort(url: string): ConformancePort {
  const call = (key: string, wait: Wait, ask: (sdk: OfficialSdk) => Promise<unknown>) =>
    withDeadline(wait, ask(officialSdk(url, key)).then(whatCame).catch(whatBroke));
  return {
    createInvoice: (key, document, wait) =>
      call(key, wait, ({ invoices }) => invoices.create({ ...document })),
    findByExternalId: (key, external_id, wait) =>
      call(key, wait, ({ invoices }) => invoices.list({ external_id, limit: 10 })),
    readInvoice: (key, id, wait) => call(key, wait, ({ invoices }) => invoices.retrieve(id)),
    downloadFile: (key, id, kind, wait) =>
      call(key, wait, async ({ invoices }) => {
        const download = kind === 'xml' ? invoices.downloadXml(id) : invoices.downloadPdf(id);
        return buffer((await download) as NodeJS.ReadableStream & AsyncIterable<Buffer>);
      }),
  };
}

async function withDeadline(wait: Wait, answer: Promise<Answer>): Promise<Answer> {
  const settled = new AbortController();
  const silence = pause(wait.timeoutMs, undefined, { signal: settled.signal }).then(
    (): Answer => ({ kind: 'broken', why: 'no answer before the deadline', timedOut: true }),
    () => answer,
  );
  try {
    return await Promise.race([answer, silence]);
  } finally {
    settled.abort();
  }
}

function whatCame(result: unknown): Answer {
  const isFile = Buffer.isBuffer(result);
  return {
    kind: 'answered',
    status: 200,
    logId: undefined,
    retryAfterMs: undefined,
    body: isFile ? undefined : result,
    bytes: isFile ? result : Buffer.from(JSON.stringify(result)),
  };
}

interface SdkError extends Error {
  status?: number;
  code?: string;
  errors?: unknown[];
  logId?: string;
  headers?: Record<string, string>;
  cause?: { code?: string };
}

function whatBroke(error: SdkError): Answer {
  if (error.name === 'FacturapiError') {
    const { status = 500, code, message, errors, logId, headers } = error;
    const retryAfter = Number(headers?.['retry-after'] ?? Number.NaN);
    return {
      kind: 'answered',
      status,
      logId,
      retryAfterMs: Number.isNaN(retryAfter) ? undefined : retryAfter * 1_000,
      body: { ok: false, status, code, message, errors },
      bytes: Buffer.alloc(0),
    };
  }
  // An answer that is no JSON: the SDK keeps neither its status nor its text.
  if (error instanceof SyntaxError) return whatCame(null);
  const code = error.cause?.code;
  if (code === 'ECONNREFUSED') return { kind: 'not_sent', why: error.message };
  return { kind: 'broken', why: `${code}: ${error.message}`, timedOut: false };
}
