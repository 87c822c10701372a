import type { Answer, FacturapiInvoice, FacturapiProblem } from './facturapi.ts';

/** What an answer to a create call means. The switch over it must be exhaustive. */
export type Outcome =
  | { readonly kind: 'stamped'; readonly invoice: FacturapiInvoice }
  /** Their side goes on by itself: poll, never create again. */
  | { readonly kind: 'pending'; readonly invoice: FacturapiInvoice }
  /** It may have been stamped all the same: look once more, then a person decides. */
  | { readonly kind: 'doubtful'; readonly problem: FacturapiProblem }
  /** Ambiguous for good: a person decides. */
  | { readonly kind: 'review'; readonly problem: FacturapiProblem }
  /** Final: the person corrects the document. */
  | { readonly kind: 'refused'; readonly problem: FacturapiProblem }
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  /** The key, the subscription or the certificate: the same document may pass later. */
  | { readonly kind: 'blocked'; readonly problem: FacturapiProblem }
  /** Certainly not received. */
  | { readonly kind: 'unavailable'; readonly why: string }
  /**
   * May have been stamped: look up before sending again. `lasting`: the same answer may well come
   * each time, so not for ever.
   */
  | {
      readonly kind: 'unknown';
      readonly why: string;
      readonly workMayGoOn: boolean;
      readonly lasting?: boolean;
    };

const retryAfterMsDefault = 5_000;

const BLOCKED =
  /^(unauthorized|forbidden|api_key_.*|subscription_.*|organization_incomplete|certificate_expired)$/;
const LOOK_UP_FIRST = new Set([
  'idempotency_key_in_use',
  'invoice_stamping_service_unavailable',
  'internal_error',
]);
/** The request's own fault lies elsewhere: a proxy on the way, or time. */
const NOT_A_REFUSAL = new Set([408, 409, 425, 499]);

export function outcomeOfCreate(answer: Answer): Outcome {
  if (answer.kind === 'not_sent') return { kind: 'unavailable', why: answer.why };
  if (answer.kind === 'broken') {
    return { kind: 'unknown', why: answer.why, workMayGoOn: true };
  }
  if (answer.status === 200 || answer.status === 201 || answer.status === 202) {
    const invoice = readInvoice(answer.body);
    if (!invoice) return { kind: 'unknown', why: 'an unreadable answer', workMayGoOn: false };
    return outcomeOfInvoice(invoice);
  }
  return outcomeOfError(answer);
}

export function outcomeOfInvoice(invoice: FacturapiInvoice): Outcome {
  switch (invoice.status) {
    case 'valid':
    case 'canceled':
      return invoice.uuid
        ? { kind: 'stamped', invoice }
        : { kind: 'unknown', why: 'a valid invoice without its UUID', workMayGoOn: false };
    case 'pending':
      return { kind: 'pending', invoice };
    case 'failed':
    case 'draft':
      return {
        kind: 'review',
        problem: {
          code: `invoice_${invoice.status}`,
          message: 'FacturAPI no pudo terminar el timbrado; puede que el SAT sí lo tenga.',
        },
      };
  }
}

function outcomeOfError(answer: Answer & { kind: 'answered' }): Outcome {
  const problem = readProblem(answer.body, answer.status);
  if (answer.status === 429) {
    return { kind: 'busy', retryAfterMs: answer.retryAfterMs ?? retryAfterMsDefault };
  }
  if (answer.status === 401 || answer.status === 403 || BLOCKED.test(problem.code)) {
    return { kind: 'blocked', problem };
  }
  if (problem.code === 'invoice_stamping_failed') return { kind: 'doubtful', problem };
  // FacturAPI refuses in JSON, with words; anything else came from something in between.
  const refused = answer.status >= 400 && answer.status < 500 && isError(answer.body);
  if (refused && !NOT_A_REFUSAL.has(answer.status) && !LOOK_UP_FIRST.has(problem.code)) {
    return { kind: 'refused', problem };
  }
  if (answer.status >= 400) {
    const why = `${answer.status} ${problem.code}`;
    // A gateway's own page does not say that FacturAPI has ended what it was asked for.
    const workMayGoOn = !isError(answer.body);
    return { kind: 'unknown', why, workMayGoOn, lasting: answer.status < 500 };
  }
  return { kind: 'unknown', why: `an answer of ${answer.status}`, workMayGoOn: false };
}

function isError(body: unknown): boolean {
  const { code, message } = (body ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'string' || typeof message === 'string';
}

/** A 404 in FacturAPI's own words: a proxy's page says nothing of the invoice. */
export function isUnknownThere(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status === 404 && isError(answer.body);
}

/** The invoices of a list answer, or undefined when it is not a readable list. */
export function readInvoiceList(answer: Answer): FacturapiInvoice[] | undefined {
  if (answer.kind !== 'answered' || answer.status !== 200) return undefined;
  const data = (answer.body as { data?: unknown } | undefined)?.data;
  if (!Array.isArray(data)) return undefined;
  const invoices = data.map(readInvoice);
  return invoices.every((invoice) => invoice !== undefined) ? invoices : undefined;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const STATUSES = new Set(['pending', 'valid', 'canceled', 'draft', 'failed']);

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

export function isInvoiceStatus(value: unknown): value is FacturapiInvoice['status'] {
  return typeof value === 'string' && STATUSES.has(value);
}

/** The invoice of an answer to a read, or undefined when it is not a readable one. */
export function readInvoiceAnswer(answer: Answer): FacturapiInvoice | undefined {
  return answer.kind === 'answered' && answer.status === 200 ? readInvoice(answer.body) : undefined;
}

export function readInvoice(body: unknown): FacturapiInvoice | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { id, status, uuid, total } = body as Record<string, unknown>;
  if (typeof id !== 'string' || !isInvoiceStatus(status)) return undefined;
  if (uuid !== undefined && uuid !== null && !isUuid(uuid)) return undefined;
  if (total !== undefined && typeof total !== 'number') return undefined;
  return body as FacturapiInvoice;
}

export function readProblem(body: unknown, status: number): FacturapiProblem {
  const { code, message, errors } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: unknown;
    message?: unknown;
    errors?: unknown;
  };
  return {
    status,
    code: typeof code === 'string' ? code : `http_${status}`,
    message: typeof message === 'string' ? message : `FacturAPI respondió ${status}.`,
    ...(Array.isArray(errors) ? { errors: errors.filter(isDetail).slice(0, 100) } : {}),
  };
}

function isDetail(value: unknown): value is { code?: string; path?: string; message: string } {
  return typeof (value as { message?: unknown } | null)?.message === 'string';
}
