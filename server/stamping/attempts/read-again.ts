import type { Answer } from '../../facturapi/facturapi.ts';
import { outcomeOfCreate, readProblem } from '../../facturapi/outcome.ts';
import { backoffMs, blockedRetryMs, fileAttemptsMax } from '../deadlines.ts';
import type { Pause, Settlement } from '../queue/settle-call.ts';
import type { ClaimedCall } from '../queue/stamping-queue.ts';
import {
  attemptOf,
  type Performed,
  type PerformOptions,
  pauseOf,
  workLeftMs,
} from './ended-attempt.ts';

export interface NotRead {
  readonly startedAt: Date;
  readonly answer: Answer;
  readonly problem: unknown;
  readonly outcome: string;
}

/** A read that brought nothing changes nothing at FacturAPI: it may be repeated at will. */
export function notRead(call: ClaimedCall, o: PerformOptions, n: NotRead): Performed {
  const attempt = attemptOf(o, n.startedAt, n.answer, n.outcome);
  const outcome = outcomeOfCreate(n.answer);
  const pause = pauseOf(outcome, o.random);
  if (pause) return { attempt, settlement: { state: 'queued', problem: n.problem, pause } };
  const delayMs = backoffMs(call.attempts, o.random);
  const workMayGoOn = outcome.kind === 'unknown' && outcome.workMayGoOn;
  if (!workMayGoOn) return { attempt, settlement: again(call, n.problem, delayMs) };
  // Given up: its slot is not free before FacturAPI can have ended, and this call not before that.
  const slotMs = workLeftMs(o, n.startedAt, n.answer);
  const settlement = { ...again(call, n.problem, Math.max(delayMs, slotMs)), slotMs };
  return { attempt, settlement };
}

/** Why it brought nothing: FacturAPI's words, or how the call ended. */
export function problemOf(answer: Answer): { readonly code: string } {
  if (answer.kind !== 'answered') return { code: answer.kind };
  return readProblem(answer.body, answer.status);
}

/** Nothing was sent: the company has no key, or it does not open. Its calls rest until it has. */
export function withoutKey(o: PerformOptions, startedAt: Date): Performed {
  const problem = { code: 'facturapi_key_missing' };
  const pause: Pause = { reason: 'blocked', restMs: blockedRetryMs, problem };
  const attempt = attemptOf(o, startedAt, undefined, 'blocked');
  return { attempt, settlement: { state: 'queued', problem, pause } };
}

export function again(call: ClaimedCall, problem: unknown, delayMs: number): Settlement {
  if (call.attempts >= fileAttemptsMax) return { state: 'dead', problem };
  return { state: 'delayed', delayMs, problem };
}
