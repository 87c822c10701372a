import assert from 'node:assert/strict';
import type { Answer } from '../../server/facturapi/facturapi.ts';
import { createInvoice } from '../../server/stamping/attempts/create-invoice.ts';
import type { Performed } from '../../server/stamping/attempts/ended-attempt.ts';
import type { InvoiceCall } from '../../server/stamping/queue/stamping-queue.ts';
import { type AskedOf, answered, scriptedFacturapi } from './scripted-facturapi.ts';

/** What the stamper's dice always show. */
export const chance = 0.5;

export const list = (...invoices: object[]) => answered(200, { data: invoices });

export const problem = (status: number, code: string, o: { retryAfterMs?: number } = {}) =>
  answered(status, { ok: false, code, message: `about ${code}`, status }, o);

/** Attempts at a time that stands still, against a FacturAPI that answers by script. */
export function scriptedStamper(
  script: ReadonlyArray<readonly [AskedOf, Answer]>,
  key: string | null = 'sk_1',
) {
  const { facturapi, asked, left } = scriptedFacturapi(script);
  const nowMs = Date.UTC(2026, 2, 1);
  const attempt = (call: InvoiceCall) =>
    createInvoice(call, {
      facturapi,
      keyOf: () => key ?? undefined,
      now: () => new Date(nowMs),
      random: () => chance,
    });
  return { asked, left, nowMs, attempt, what: () => asked.map((one) => one.what) };
}

/** The call as the queue hands it out next, after what its attempt wrote. */
export function again(call: InvoiceCall, { settlement }: Performed): InvoiceCall {
  assert.equal(settlement.state, 'delayed');
  return {
    ...call,
    attempts: call.attempts + 1,
    outcomeUnknown: settlement.outcomeUnknown ?? false,
    emptyLookUps: settlement.emptyLookUps ?? 0,
    facturapiId: settlement.invoice?.facturapiId ?? call.facturapiId,
    doubt: (settlement.problem as { doubt?: InvoiceCall['doubt'] } | undefined)?.doubt ?? null,
  };
}
