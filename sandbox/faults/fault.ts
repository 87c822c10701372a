import { type Answer, gatewayPage, refusal } from '../answer.ts';
import { ApiError } from '../api-error.ts';
import type { Latency } from './latency.ts';

/** How a call ends for its client. */
export type Ending =
  | { deliver: 'answer'; answer: Answer }
  /** The connection stays open and nothing ever comes. */
  | { deliver: 'silence' }
  /** The connection is reset by the peer. */
  | { deliver: 'reset' };

/** A fault as a test asks for it. The optional fields matter to some kinds only. */
export interface Fault {
  fault: FaultKind;
  status?: number;
  code?: string;
  message?: string;
  /** Seconds. */
  retry_after?: number;
  latency_ms?: Latency;
  /** How long a stamping that was left pending takes to be settled. */
  resolve_ms?: number;
}

/**
 * What a kind of fault does at each moment of a call. To add a kind, add it to `behaviours`:
 * `before` ends the call without its work, and `after` ends it once the work is committed, in
 * place of the true answer. With `latency_ms` any kind also replaces how long the work takes.
 */
interface Behaviour {
  before?(fault: Fault): Ending;
  after?(fault: Fault, answer: Answer): Ending;
}

const behaviours = {
  hang_before: { before: () => ({ deliver: 'silence' }) },
  hang_after: { after: () => ({ deliver: 'silence' }) },
  reset_before: { before: () => ({ deliver: 'reset' }) },
  reset_after: { after: () => ({ deliver: 'reset' }) },
  status: { before: (fault) => ({ deliver: 'answer', answer: errorAnswer(fault) }) },
  /** A gateway's error over a call that did its work: the cruel kind. */
  status_after: { after: (fault) => ({ deliver: 'answer', answer: errorAnswer(fault) }) },
  /** A gateway's own page, which is no JSON, instead of the work or over it. */
  gateway: { before: (fault) => ({ deliver: 'answer', answer: gatewayPage(fault.status ?? 502) }) },
  gateway_after: {
    after: (fault) => ({ deliver: 'answer', answer: gatewayPage(fault.status ?? 504) }),
  },
  /** The work takes `latency_ms`; a client that gives up does not stop it. */
  slow: {},
  malformed_json: {
    after: (_, answer) => ({ deliver: 'answer', answer: truncated(answer) }),
  },
  /** The PAC fails: 202, and the invoice is settled later. The work itself reads these two. */
  pending_then_valid: {},
  pending_then_failed: {},
} satisfies Record<string, Behaviour>;

export type FaultKind = keyof typeof behaviours;

export const faultKinds = Object.keys(behaviours) as FaultKind[];

export function behaviourOf(fault: Fault): Behaviour {
  return behaviours[fault.fault];
}

/** FacturAPI's own code for each status, when the test names none. */
const codes: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'payload_too_large',
  429: 'rate_limit_exceeded',
  503: 'invoice_stamping_service_unavailable',
};

function errorAnswer(fault: Fault): Answer {
  const status = fault.status ?? 500;
  const error = new ApiError(
    status,
    fault.code ?? codes[status] ?? 'internal_error',
    fault.message ?? 'Falla provocada por el guion del sandbox.',
    fault.retry_after === undefined ? {} : { retryAfter: fault.retry_after },
  );
  return refusal(error);
}

function truncated(answer: Answer): Answer {
  if (!('json' in answer)) return answer;
  return { ...answer, json: answer.json.slice(0, Math.ceil(answer.json.length / 2)) };
}
