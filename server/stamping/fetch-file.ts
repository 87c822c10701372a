import type { Answer } from '../facturapi/facturapi.ts';
import { outcomeOfCreate, readProblem } from '../facturapi/outcome.ts';
import {
  backoffMs,
  blockedRetryMs,
  fileAttemptsMax,
  serverWorkMsMax,
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
  if (answer.kind === 'answered' && answer.status === 200 && looksLike(kind, answer.bytes)) {
    return {
      attempt: attemptOf(o, startedAt, answer, 'fetched'),
      settlement: { state: 'done', file: { kind, content: answer.bytes } },
    };
  }
  const slotUntilMs = startedAt.getTime() + serverWorkMsMax;
  return {
    attempt: attemptOf(o, startedAt, answer, 'not_fetched'),
    settlement: again(call, whyNot(answer), delayMs(call, answer, o)),
    ...(answer.kind === 'broken' ? { slotUntilMs } : {}),
  };
}

function looksLike(kind: 'xml' | 'pdf', bytes: Buffer): boolean {
  const start = bytes.subarray(0, 100).toString('latin1').trimStart();
  return kind === 'pdf' ? start.startsWith('%PDF-') : /^(\xEF\xBB\xBF)?\s*</.test(start);
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
  return readProblem(answer.body, answer.status);
}
