import { notFound, Problem } from '../../platform/http/problem.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { awaitAnswer, type CallAnswer, type CallWatch, type Lane } from '../stamping.ts';
import { type Asked, lostStatus, readErrors } from './ask-customer.ts';
import {
  askAboutCustomer,
  askSyncNow,
  type CustomerStanding,
  keepTaxCheck,
  readStanding,
} from './ask-customer-store.ts';
import { askWaitMsMax } from './customer-sync-limits.ts';

export interface QuestionOptions {
  readonly db: Queryable;
  readonly lane: Lane;
  readonly watchCall: () => CallWatch;
}

export interface Question {
  readonly tenantId: TenantId;
  readonly customerId: string;
  readonly requestId: string;
}

export type CustomerQuestions = ReturnType<typeof customerQuestions>;
const retryAfterS = 5;

/** What a person asks FacturAPI about one customer, through the queue like every call. */
export function customerQuestions(o: QuestionOptions, waitMsMax = askWaitMsMax) {
  /** Whether SAT's register agrees with the customer; FacturAPI learns of it first if need be. */
  async function validate(question: Question): Promise<CustomerStanding> {
    const { tenantId, customerId } = question;
    const untilMs = Date.now() + waitMsMax;
    const standing = await inStep(question, untilMs);
    if (!standing.inStep) {
      const refusal = standing.difference?.kind === 'refused_there' && standing.difference.problem;
      if (!refusal) throw outOfStep();
      // FacturAPI asks SAT before it takes a customer: what it refuses is what SAT would say.
      const { code = 'invalid', message = '', errors = [] } = refusal;
      const said = errors.length > 0 ? errors : [{ code, message }];
      const check = { valid: false, errors: readErrors(said) };
      await keepTaxCheck(o.db, tenantId, { customerId, version: standing.version, check });
    } else await ask(question, { what: 'tax_info', version: standing.version }, standing, untilMs);
    return known(await readStanding(o.db, tenantId, customerId));
  }

  /** Has FacturAPI send the customer a page on which to correct their data. */
  async function sendEditLink(
    question: Question,
    email: string | undefined,
  ): Promise<CustomerStanding> {
    const untilMs = Date.now() + waitMsMax;
    const standing = await inStep(question, untilMs);
    if (!standing.facturapiId) throw outOfStep();
    await ask(question, { what: 'edit_link', email: email ?? null }, standing, untilMs);
    return known(await readStanding(o.db, question.tenantId, question.customerId));
  }

  async function inStep(question: Question, untilMs: number): Promise<CustomerStanding> {
    const { tenantId, customerId, requestId } = question;
    const standing = known(await readStanding(o.db, tenantId, customerId));
    const { difference } = standing;
    if (standing.inStep || (difference && difference.kind !== 'refused_there')) return standing;
    const callId = await askSyncNow(o.db, o.lane, tenantId, { customerId, requestId });
    if (callId === undefined) throw notFound();
    await ended(tenantId, callId, untilMs);
    return known(await readStanding(o.db, tenantId, customerId));
  }

  async function ask(
    { tenantId, customerId, requestId }: Question,
    asked: Asked,
    { facturapiId }: CustomerStanding,
    untilMs: number,
  ): Promise<void> {
    const about = { ...asked, customer: customerId, facturapi_id: facturapiId! };
    const waitMs = Math.max(0, untilMs - Date.now());
    const callId = await askAboutCustomer(o.db, o.lane, tenantId, {
      asked: about,
      requestId,
      waitMs,
    });
    if (callId === undefined) throw tooMany();
    const answer = await ended(tenantId, callId, untilMs);
    if (answer.kind !== 'answered') throw noAnswer();
    if (answer.status !== 200) throw refusal(asked, answer.status, answer.body);
  }

  async function ended(tenantId: TenantId, callId: number, untilMs: number): Promise<CallAnswer> {
    const answer = await awaitAnswer(o.db, o.watchCall(), { tenantId, callId, untilMs });
    if (answer.kind === 'waits') throw noAnswer();
    return answer;
  }

  return { validate, sendEditLink };
}

function known(standing: CustomerStanding | undefined): CustomerStanding {
  if (!standing) throw notFound();
  return standing;
}

function outOfStep(): Problem {
  const detail =
    'Este cliente no coincide con el de FacturAPI. Decide primero qué versión es la buena.';
  return new Problem(409, 'customer_out_of_step', detail);
}

function noAnswer(): Problem {
  const detail = 'FacturAPI no respondió a tiempo. Intenta de nuevo en unos segundos.';
  return new Problem(503, 'facturapi_did_not_answer', detail, { retryAfterS });
}

function tooMany(): Problem {
  const detail = 'Hay demasiadas consultas de tu empresa a la vez. Intenta en unos segundos.';
  return new Problem(429, 'too_many_questions', detail, { retryAfterS });
}

function refusal(asked: Asked, status: number, body: unknown): Problem {
  if (status === lostStatus) {
    const detail =
      'No se sabe si FacturAPI envió el correo. Pregunta a tu cliente antes de repetirlo.';
    return new Problem(503, 'maybe_sent', detail, { retryAfterS });
  }
  if (asked.what === 'tax_info' && (status === 401 || status === 403)) {
    const detail = 'FacturAPI solo valida con el SAT cuando la llave es de producción.';
    return new Problem(409, 'live_key_needed', detail);
  }
  const { message } = (body ?? {}) as { message?: unknown };
  const why = typeof message === 'string' ? message : 'FacturAPI no aceptó la consulta.';
  return new Problem(422, 'facturapi_refused', why);
}
