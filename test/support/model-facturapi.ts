import type { Answer, FrozenDocument } from '../../server/facturapi/facturapi.ts';
import { stampableMsMax } from '../../server/stamping/deadlines.ts';
import type { ModelClock } from './model-clock.ts';
import { answered, facturapiInvoice } from './scripted-facturapi.ts';
import { problem } from './scripted-stamper.ts';

/** What FacturAPI does not document, so that the stamper must be right whatever it is. */
export interface Variant {
  readonly idempotency: 'replay' | 'conflict' | 'forget';
  /** Whether a creation that made nothing frees its key. */
  readonly unmadeKey: 'free' | 'held';
  readonly keyInUseStatus: 400 | 409;
  /** An invoice is in the lists only so long after its making; by its id at once. */
  readonly listLagMs: number;
}

/** What comes of a creation at FacturAPI, whether its answer arrives or not. */
export const works = [
  'valid',
  'pending_then_valid',
  'pending_then_failed',
  'pending_then_failed_but_at_sat',
  'refused',
  'stamping_failed',
  'stamping_failed_but_listed',
  'stamping_failed_but_at_sat',
  'nothing',
  'busy',
  'blocked',
  'key_in_use',
] as const;
export type Work = (typeof works)[number];

interface Made {
  readonly id: string;
  readonly madeAtMs: number;
  status: 'pending' | 'valid' | 'failed';
  uuid?: string;
}

/** All that there is of one external id. */
interface Kept {
  readonly invoices: Made[];
  /** UUIDs at SAT. */
  readonly cfdis: string[];
  /** Every code of a refusal that was ever answered, or would have been. */
  readonly refusals: Set<string>;
  /** SAT has it, FacturAPI's lists never will. */
  atSatOnly: boolean;
  /** What FacturAPI says of that is written down on our side. */
  told: boolean;
  sentTooLate: boolean;
}

/** FacturAPI and SAT in memory. A creation's work goes on whether its client waits or not. */
export function modelFacturapi(clock: ModelClock, variant: Variant) {
  const byExternalId = new Map<string, Kept>();
  const byId = new Map<string, { readonly made: Made; readonly externalId: string }>();
  const keys = new Map<string, Made | 'working' | 'held'>();
  let uuids = 0;

  function of(externalId: string): Kept {
    const kept = byExternalId.get(externalId);
    if (kept) return kept;
    const none: Kept = {
      invoices: [],
      cfdis: [],
      refusals: new Set(),
      atSatOnly: false,
      told: false,
      sentTooLate: false,
    };
    byExternalId.set(externalId, none);
    return none;
  }

  function stamp(externalId: string): string {
    const uuid = `6f0a4c1e-5b1f-4c7e-9a59-${(++uuids).toString(16).padStart(12, '0')}`;
    of(externalId).cfdis.push(uuid);
    return uuid;
  }

  function make(externalId: string, status: Made['status']): Made {
    const made: Made = { id: `fac-${byId.size + 1}`, madeAtMs: clock.nowMs(), status };
    if (status === 'valid') made.uuid = stamp(externalId);
    of(externalId).invoices.push(made);
    byId.set(made.id, { made, externalId });
    return made;
  }

  const keyInUse = () => problem(variant.keyInUseStatus, 'idempotency_key_in_use');
  const shown = ({ id, status, uuid }: Made, externalId: string) =>
    facturapiInvoice({ id, status, uuid, external_id: externalId });

  /**
   * Assumed: of a CFDI that only SAT has, FacturAPI says `invoice_stamping_failed` until we have
   * written that down. Said once in an answer that is lost, nobody could know of it.
   */
  function workOf(externalId: string, asked: Work): Work {
    const { atSatOnly, told } = of(externalId);
    return atSatOnly && !told ? 'stamping_failed_but_at_sat' : asked;
  }

  function refusal(externalId: string, code: string): Answer {
    of(externalId).refusals.add(code);
    return problem(400, code);
  }

  function pending(externalId: string, settleMs: number, settle: (made: Made) => void): Made {
    const made = make(externalId, 'pending');
    clock.at(clock.nowMs() + settleMs, () => settle(made));
    return made;
  }

  function done(externalId: string, work: Work, settleMs: number): [Made | undefined, Answer] {
    const answerOf = (made: Made): [Made, Answer] => [
      made,
      answered(made.status === 'valid' ? 200 : 202, shown(made, externalId)),
    ];
    switch (work) {
      case 'valid':
        return answerOf(make(externalId, 'valid'));
      case 'pending_then_valid':
        return answerOf(
          pending(externalId, settleMs, (made) => {
            made.status = 'valid';
            made.uuid = stamp(externalId);
          }),
        );
      case 'pending_then_failed':
      case 'pending_then_failed_but_at_sat':
        return answerOf(
          pending(externalId, settleMs, (made) => {
            made.status = 'failed';
            if (work === 'pending_then_failed_but_at_sat') stamp(externalId);
          }),
        );
      case 'refused':
        return [undefined, refusal(externalId, 'invalid_request')];
      case 'stamping_failed':
        return [undefined, refusal(externalId, 'invoice_stamping_failed')];
      case 'stamping_failed_but_listed':
        return [make(externalId, 'valid'), refusal(externalId, 'invoice_stamping_failed')];
      case 'stamping_failed_but_at_sat': {
        const kept = of(externalId);
        if (!kept.atSatOnly) stamp(externalId);
        kept.atSatOnly = true;
        return [undefined, refusal(externalId, 'invoice_stamping_failed')];
      }
      case 'nothing':
        return [undefined, problem(500, 'internal_error')];
      case 'busy':
        return [undefined, problem(429, 'rate_limit_exceeded', { retryAfterMs: 3_000 })];
      case 'blocked':
        return [undefined, problem(401, 'unauthorized')];
      case 'key_in_use':
        return [undefined, keyInUse()];
    }
  }

  return {
    create(
      { external_id: externalId, idempotency_key: key, date }: FrozenDocument,
      o: { readonly work: Work; readonly workMs: number; readonly settleMs: number },
      reply: (answer: Answer) => void,
    ) {
      if (clock.nowMs() - Date.parse(date) > stampableMsMax) of(externalId).sentTooLate = true;
      // Said before anything is looked at.
      if (o.work === 'busy' || o.work === 'blocked' || o.work === 'key_in_use') {
        const [, answer] = done(externalId, o.work, 0);
        return clock.at(clock.nowMs(), () => reply(answer));
      }
      const used = variant.idempotency === 'forget' ? undefined : keys.get(key);
      if (used !== undefined) {
        const again = typeof used === 'object' && variant.idempotency === 'replay';
        const answer = again ? answered(200, shown(used, externalId)) : keyInUse();
        return clock.at(clock.nowMs(), () => reply(answer));
      }
      keys.set(key, 'working');
      clock.at(clock.nowMs() + o.workMs, () => {
        const [made, answer] = done(externalId, workOf(externalId, o.work), o.settleMs);
        if (made || variant.unmadeKey === 'held') keys.set(key, made ?? 'held');
        else keys.delete(key);
        reply(answer);
      });
    },
    list(externalId: string): Answer {
      const seen = of(externalId).invoices.filter(
        (one) => one.madeAtMs + variant.listLagMs <= clock.nowMs(),
      );
      return answered(200, { data: seen.map((one) => shown(one, externalId)) });
    },
    read(id: string): Answer {
      const one = byId.get(id);
      return one ? answered(200, shown(one.made, one.externalId)) : problem(404, 'not_found');
    },
    of,
  };
}

export type ModelFacturapi = ReturnType<typeof modelFacturapi>;
