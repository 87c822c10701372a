import type { Answer } from '../facturapi/facturapi.ts';
import { outcomeOfCreate, readProblem } from '../facturapi/outcome.ts';
import {
  backoffMs,
  blockedRetryMs,
  fileAttemptsMax,
  givenUpWorkMsMax,
  timeoutMs,
} from './deadlines.ts';
import { attemptOf, type Performed, type PerformOptions } from './perform-call.ts';
import type { Settlement } from './settle-call.ts';
import type { ClaimedCall } from './stamping-queue.ts';

/** Fetches the XML or the PDF of a stamped invoice, once; from then on it is kept here. */
export async function fetchFile(call: ClaimedCall, o: PerformOptions): Promise<Performed> {
  const kind = call.kind === 'fetch_pdf' ? 'pdf' : 'xml';
  const startedAt = o.now();
  const key = o.keyOf(call);
  if (key === undefined || !call.facturapiId) {
    return {
      attempt: attemptOf(o, startedAt, undefined, 'blocked'),
      settlement: again(call, { code: 'facturapi_key_missing' }, blockedRetryMs),
    };
  }
  const answer = await o.facturapi.downloadFile(key, call.facturapiId, kind, {
    timeoutMs: timeoutMs(call.kind),
  });
  if (answer.kind === 'answered' && answer.status === 200 && isTheFile(kind, answer.bytes, call)) {
    return {
      attempt: attemptOf(o, startedAt, answer, 'fetched'),
      settlement: { state: 'done', file: { kind, content: answer.bytes } },
    };
  }
  const attempt = attemptOf(o, startedAt, answer, 'not_fetched');
  const delay = delayMs(call, answer, o);
  if (answer.kind !== 'broken') return { attempt, settlement: again(call, whyNot(answer), delay) };
  // Given up: its slot is not free before FacturAPI can have ended, and this call not before that.
  const slotUntilMs = startedAt.getTime() + givenUpWorkMsMax;
  const slotMs = Math.max(0, slotUntilMs - o.now().getTime());
  const settlement = { ...again(call, whyNot(answer), Math.max(delay, slotMs)), slotMs };
  return { attempt, settlement, slotUntilMs };
}

/** A page of some proxy, answered with 200, must not be kept for ever as the CFDI. */
function isTheFile(kind: 'xml' | 'pdf', bytes: Buffer, call: ClaimedCall): boolean {
  if (kind === 'pdf') return bytes.subarray(0, 5).toString('latin1') === '%PDF-';
  const text = bytes.toString('utf8');
  if (!text.includes('cfdi:Comprobante')) return false;
  return call.uuid === null || text.toLowerCase().includes(call.uuid.toLowerCase());
}

function again(call: ClaimedCall, problem: unknown, delay: number): Settlement {
  if (call.attempts >= fileAttemptsMax) return { state: 'dead', problem };
  return { state: 'delayed', delayMs: delay, problem };
}

function delayMs(call: ClaimedCall, answer: Answer, o: PerformOptions): number {
  const outcome = outcomeOfCreate(answer);
  if (outcome.kind === 'busy') return outcome.retryAfterMs + o.random() * 1_000;
  if (outcome.kind === 'blocked') return blockedRetryMs;
  return backoffMs(call.attempts, o.random);
}

function whyNot(answer: Answer): unknown {
  if (answer.kind !== 'answered') return { code: answer.kind, message: answer.why };
  if (answer.status === 200)
    return { code: 'not_the_file', message: 'lo recibido no es el archivo' };
  return readProblem(answer.body, answer.status);
}
