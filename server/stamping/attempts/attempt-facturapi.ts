import type { Answer, Facturapi, Wait } from '../../facturapi/facturapi.ts';
import { givenUpWorkMsMax, sendingMsMin } from '../deadlines.ts';
import type { Governor } from '../mood/governor.ts';
import type { WaitKind } from '../mood/learnt-deadlines.ts';

type Port = Omit<Facturapi, 'close'>;
/** The port without its waits: each call of an attempt waits as long as was learnt. */
export type AttemptFacturapi = {
  readonly [Name in keyof Port]: Parameters<Port[Name]> extends [...infer Asked, Wait]
    ? (...asked: Asked) => Promise<Answer>
    : never;
};

export interface AttemptOptions {
  readonly facturapi: Port;
  readonly tenantId: string;
  /** On the clock of `performance.now()`: then others count this attempt's slot as free. */
  readonly untilMs: number;
  readonly governor: Pick<Governor, 'timeoutMs' | 'answered' | 'mustRest'>;
}

/**
 * FacturAPI as one attempt sees it. No call outlives the time that the attempt's claim promised:
 * with too little of it left nothing is sent, and nothing is written that FacturAPI could still be
 * working on when another stamper looks for it. What each call meets is told to the governor.
 */
export function attemptFacturapi(o: AttemptOptions): AttemptFacturapi {
  const { facturapi, tenantId, governor } = o;

  async function watched(kind: WaitKind, send: (wait: Wait) => Promise<Answer>): Promise<Answer> {
    const startedAtMs = performance.now();
    const leftMs = o.untilMs - startedAtMs;
    const isWrite = kind === 'create' || kind === 'customer';
    if (leftMs < (isWrite ? givenUpWorkMsMax : sendingMsMin)) {
      return { kind: 'not_sent', why: 'the time of this attempt was over before it was sent' };
    }
    if (governor.mustRest(tenantId, startedAtMs)) {
      return { kind: 'not_sent', why: 'its company was told to rest since this attempt began' };
    }
    const learntMs = governor.timeoutMs(tenantId, kind);
    const timeoutMs = Math.floor(Math.min(learntMs, leftMs));
    const answer = lateIfLate(await send({ timeoutMs }), startedAtMs + timeoutMs);
    const endedAtMs = performance.now();
    // A wait that its claim cut short teaches nothing of how long FacturAPI takes.
    const cutShort = leftMs < learntMs;
    governor.answered({ tenantId, kind, startedAtMs, endedAtMs, answer, cutShort });
    return answer;
  }

  return {
    createInvoice: (...asked) =>
      watched('create', (wait) => facturapi.createInvoice(...asked, wait)),
    findByExternalId: (...asked) =>
      watched('look_up', (wait) => facturapi.findByExternalId(...asked, wait)),
    readInvoice: (...asked) => watched('look_up', (wait) => facturapi.readInvoice(...asked, wait)),
    downloadFile: (...asked) => watched('file', (wait) => facturapi.downloadFile(...asked, wait)),
    listInvoices: (...asked) => watched('list', (wait) => facturapi.listInvoices(...asked, wait)),
    searchCatalog: (...asked) => watched('list', (wait) => facturapi.searchCatalog(...asked, wait)),
    listCustomers: (...asked) => watched('list', (wait) => facturapi.listCustomers(...asked, wait)),
    readCustomer: (...asked) =>
      watched('look_up', (wait) => facturapi.readCustomer(...asked, wait)),
    createCustomer: (...asked) =>
      watched('customer', (wait) => facturapi.createCustomer(...asked, wait)),
    updateCustomer: (...asked) =>
      watched('customer', (wait) => facturapi.updateCustomer(...asked, wait)),
    validateCustomer: (...asked) =>
      watched('customer', (wait) => facturapi.validateCustomer(...asked, wait)),
    sendEditLink: (...asked) =>
      watched('customer', (wait) => facturapi.sendEditLink(...asked, wait)),
  };
}

/** A deadline that ended long after its time was set by a process that stood still meanwhile. */
function lateIfLate(answer: Answer, dueAtMs: number): Answer {
  if (answer.kind !== 'broken' || !answer.timedOut) return answer;
  return { ...answer, lateMs: Math.max(0, Math.round(performance.now() - dueAtMs)) };
}
