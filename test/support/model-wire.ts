import type { Answer } from '../../server/facturapi/facturapi.ts';
import type { PerformOptions } from '../../server/stamping/attempts/ended-attempt.ts';
import { givenUpWorkMsMax } from '../../server/stamping/deadlines.ts';
import type { ModelClock } from './model-clock.ts';
import type { ModelFacturapi, Work } from './model-facturapi.ts';
import { answered, facturapiInvoice, refused, reset, timedOut } from './scripted-facturapi.ts';
import { list, problem } from './scripted-stamper.ts';

/** What becomes of the answer to a creation on its way back. */
export const creationWays = [
  'answered',
  'never',
  'reset',
  // While FacturAPI is still at it.
  'reset_first',
  // A gateway's error page while FacturAPI is still at it.
  'gateway_first',
  'internal_error',
  'stamping_service_unavailable',
  'gateway_502',
  'gateway_504',
  'page_404',
  'timeout_408',
  'key_in_use',
  'malformed',
  'without_uuid',
  'not_sent',
] as const;
export type CreationWay = (typeof creationWays)[number];

/** What becomes of a read. */
export const readWays = [
  'answered',
  'never',
  'reset',
  'internal_error',
  'busy',
  'blocked',
  'not_found',
  'malformed',
  'foreign',
  'not_sent',
] as const;
export type ReadWay = (typeof readWays)[number];

/** All that goes well or wrong in one attempt. */
export interface AttemptPlan {
  readonly work: Work;
  readonly workMs: number;
  /** How long our process stands still before it sends the creation. */
  readonly stallMs: number;
  /** How long the creation is waited for. */
  readonly timeoutMs: number;
  /** How long an invoice stays pending at FacturAPI. */
  readonly settleMs: number;
  readonly creation: CreationWay;
  /** How long the answer travels; longer than the deadline, it comes too late. */
  readonly answerMs: number;
  readonly read: ReadWay;
  readonly readMs: number;
  readonly chance: number;
}

export const faultless: AttemptPlan = {
  work: 'valid',
  stallMs: 0,
  workMs: 100,
  timeoutMs: 10_000,
  settleMs: 1_000,
  creation: 'answered',
  answerMs: 0,
  read: 'answered',
  readMs: 10,
  chance: 0.5,
};

const readMsMax = 5_000;

/** All of the port that a creation asks for. */
export type ModelPort = Pick<
  PerformOptions['facturapi'],
  'createInvoice' | 'findByExternalId' | 'readInvoice'
>;

/**
 * The port as one attempt sees it, which may send until `untilMs` as attempt-facturapi.ts lets it.
 * What an attempt of a dead process is told, nobody hears.
 */
export function modelWire(
  clock: ModelClock,
  facturapi: ModelFacturapi,
  plan: AttemptPlan,
  untilMs: number,
): ModelPort {
  const asked = (timeoutMs: number, serve: (end: (answer: Answer) => void) => void) =>
    new Promise<Answer>((end) => {
      serve(end);
      clock.at(clock.nowMs() + timeoutMs, () => end({ ...timedOut, lateMs: plan.stallMs }));
    });
  const read = (serve: () => Answer) =>
    asked(readMsMax, (end) => {
      // As old as can be: taken when the question arrives.
      const answer = readBack(serve(), plan.read);
      if (answer) clock.at(clock.nowMs() + plan.readMs, () => end(answer));
    });
  return {
    createInvoice: (_key, document) => {
      const send = (end: (answer: Answer) => void) => {
        if (untilMs - clock.nowMs() < givenUpWorkMsMax || plan.creation === 'not_sent') {
          return clock.at(clock.nowMs(), () => end(refused));
        }
        facturapi.create(document, plan, (made) => {
          const answer = wayBack(made, plan.creation);
          if (answer) clock.at(clock.nowMs() + plan.answerMs, () => end(answer));
        });
        const first = { reset_first: reset, gateway_first: answered(504) }[plan.creation as string];
        if (first) clock.at(clock.nowMs() + plan.workMs * plan.chance, () => end(first));
      };
      return asked(plan.stallMs + plan.timeoutMs, (end) => {
        if (plan.stallMs === 0) send(end);
        else clock.at(clock.nowMs() + plan.stallMs, () => send(end));
      });
    },
    findByExternalId: (_key, externalId) => read(() => facturapi.list(externalId)),
    readInvoice: (_key, id) => read(() => facturapi.read(id)),
  };
}

function wayBack(answer: Answer, way: CreationWay): Answer | undefined {
  switch (way) {
    case 'answered':
      return answer;
    case 'never':
    case 'not_sent':
    case 'reset_first':
    case 'gateway_first':
      return undefined;
    case 'reset':
      return reset;
    case 'internal_error':
      return problem(500, 'internal_error');
    case 'stamping_service_unavailable':
      return problem(503, 'invoice_stamping_service_unavailable');
    case 'gateway_502':
      return answered(502);
    case 'gateway_504':
      return answered(504);
    case 'page_404':
      return answered(404);
    case 'timeout_408':
      return answered(408);
    case 'key_in_use':
      return problem(409, 'idempotency_key_in_use');
    case 'malformed':
      return { ...answer, body: undefined } as Answer;
    case 'without_uuid':
      return answer.kind === 'answered' && answer.status === 200
        ? answered(200, { ...(answer.body as object), uuid: undefined })
        : answer;
  }
}

function readBack(answer: Answer, way: ReadWay): Answer | undefined {
  switch (way) {
    case 'answered':
      return answer;
    case 'never':
      return undefined;
    case 'reset':
      return reset;
    case 'internal_error':
      return problem(500, 'internal_error');
    case 'busy':
      return problem(429, 'rate_limit_exceeded', { retryAfterMs: 3_000 });
    case 'blocked':
      return problem(401, 'unauthorized');
    case 'not_found':
      return problem(404, 'not_found');
    case 'malformed':
      return answered(200);
    case 'foreign':
      return list(facturapiInvoice({ id: 'fac-0', external_id: 'of somebody else' }));
    case 'not_sent':
      return refused;
  }
}
