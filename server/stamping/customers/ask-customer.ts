import type { Answer } from '../../facturapi/facturapi.ts';
import { isUnknownThere, outcomeOfCreate } from '../../facturapi/outcome.ts';
import { attemptOf, type Performed, type PerformOptions } from '../attempts/ended-attempt.ts';
import { notRead, problemOf } from '../attempts/read-again.ts';
import type { Settlement } from '../queue/settle-call.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { keepAnswer, keepSentLink, keepTaxCheck } from './ask-customer-store.ts';
import { isRecord } from './synced-fields.ts';
import { readCustomerAnswer } from './their-customer.ts';

export type Asked =
  | { readonly what: 'tax_info'; readonly version: number }
  | { readonly what: 'edit_link'; readonly email: string | null };
export type AskRequest = Asked & { readonly customer: string; readonly facturapi_id: string };

/** What is answered in FacturAPI's place when its answer was lost. */
export const lostStatus = 504;

export interface TaxCheck {
  readonly valid: boolean;
  readonly errors: ReadonlyArray<{ code: string; path: string | null; message: string }>;
}

/**
 * What a person asks of one customer and waits for: past its `expires_at` it is not worth a slot
 * any more. A question is asked again at will; an e-mail that may have been sent is not.
 */
export async function askCustomer(call: AccountCall, o: PerformOptions): Promise<Performed> {
  const startedAt = o.now();
  const key = o.keyOf(call);
  if (key === undefined || (call.expiresAt && call.expiresAt <= startedAt)) {
    const outcome = key === undefined ? 'blocked' : 'nobody_waits';
    return {
      attempt: attemptOf(o, startedAt, undefined, outcome),
      settlement: { state: 'done', problem: { code: outcome } },
    };
  }
  const request = call.request as AskRequest;
  return request.what === 'tax_info'
    ? askTaxInfo(call, o, { key, request })
    : sendLink(call, o, { key, request });
}

async function askTaxInfo(
  call: AccountCall,
  o: PerformOptions,
  { key, request }: { key: string; request: AskRequest & { what: 'tax_info' } },
): Promise<Performed> {
  const startedAt = o.now();
  const answer = await o.facturapi.validateCustomer(key, request.facturapi_id);
  const check = readTaxCheck(answer);
  const attempt = (outcome: string) => attemptOf(o, startedAt, answer, outcome);
  if (check) {
    const alongside: Settlement['alongside'] = async (db) => {
      await keepTaxCheck(db, call.tenantId, { customerId: request.customer, ...request, check });
      await keepAnswer(db, call, 200, null);
    };
    return { attempt: attempt('answered'), settlement: { state: 'done', alongside } };
  }
  // A test key may not ask this at all: that says nothing of the key for anything else.
  const isForbidden =
    answer.kind === 'answered' && (answer.status === 401 || answer.status === 403);
  if (isForbidden || isRefused(answer)) return answeredWith(call, attempt('refused'), answer);
  const problem = problemOf(answer);
  return notRead(call, o, { startedAt, answer, problem, outcome: 'not_answered' });
}

async function sendLink(
  call: AccountCall,
  o: PerformOptions,
  { key, request }: { key: string; request: AskRequest & { what: 'edit_link' } },
): Promise<Performed> {
  const startedAt = o.now();
  // The process that sent it may have died before it was written.
  if (call.outcomeUnknown) return lost(call, attemptOf(o, startedAt, undefined, 'maybe_sent'));
  const answer = await o.facturapi.sendEditLink(key, request.facturapi_id, request.email);
  const attempt = (outcome: string) => attemptOf(o, startedAt, answer, outcome);
  if (answer.kind === 'answered' && answer.status === 200) {
    const shown = await o.facturapi.readCustomer(key, request.facturapi_id);
    const theirs = readCustomerAnswer(shown);
    const alongside: Settlement['alongside'] = async (db) => {
      await keepSentLink(db, call.tenantId, request.customer, theirs);
      await keepAnswer(db, call, 200, null);
    };
    return { attempt: attempt('sent'), settlement: { state: 'done', alongside } };
  }
  if (isRefused(answer)) return answeredWith(call, attempt('refused'), answer);
  const again = notRead(call, o, {
    startedAt,
    answer,
    problem: problemOf(answer),
    outcome: 'not_sent',
  });
  const isLost = outcomeOfCreate(answer).kind === 'unknown';
  if (!isLost) return again;
  const { slotMs } = again.settlement;
  const end = lost(call, attempt('maybe_sent'));
  return slotMs === undefined ? end : { ...end, settlement: { ...end.settlement, slotMs } };
}

function isRefused(answer: Answer): boolean {
  return isUnknownThere(answer) || outcomeOfCreate(answer).kind === 'refused';
}

function answeredWith(call: AccountCall, attempt: Performed['attempt'], answer: Answer): Performed {
  const status = answer.kind === 'answered' ? answer.status : lostStatus;
  const body = answer.kind === 'answered' ? answer.body : null;
  return {
    attempt,
    settlement: { state: 'done', alongside: (db) => keepAnswer(db, call, status, body) },
  };
}

function lost(call: AccountCall, attempt: Performed['attempt']): Performed {
  return {
    attempt,
    settlement: { state: 'done', alongside: (db) => keepAnswer(db, call, lostStatus, null) },
  };
}

export function readTaxCheck(answer: Answer): TaxCheck | undefined {
  if (answer.kind !== 'answered' || answer.status !== 200 || !isRecord(answer.body))
    return undefined;
  const { is_valid: valid, errors } = answer.body;
  if (typeof valid !== 'boolean' || !Array.isArray(errors)) return undefined;
  return { valid, errors: readErrors(errors) };
}

export function readErrors(errors: readonly unknown[]): TaxCheck['errors'] {
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 1_000) : null);
  return errors.filter(isRecord).map(({ code, path, message }) => ({
    code: text(code) ?? 'invalid',
    path: text(path),
    message: text(message) ?? '',
  }));
}
