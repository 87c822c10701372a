import type pg from 'pg';
import type { Logger } from '../../platform/logging.ts';
import { isDatabaseUnavailable } from '../../platform/postgres/database.ts';
import type { Performed } from '../attempts/ended-attempt.ts';
import { priorities } from '../queue/priorities.ts';
import { settleCall } from '../queue/settle-call.ts';
import type { ClaimedCall } from '../queue/stamping-queue.ts';

const retryMs = 250;
/** Of an error that is not the connection's; about a minute. */
export const writesMax = 240;

export interface WriteOptions {
  readonly pool: pg.Pool;
  readonly lane: number;
  readonly epoch: number;
  readonly log: Logger;
}

/**
 * Writes what an attempt ended in. While PostgreSQL is away the result is kept and tried again:
 * it is never dropped. One that PostgreSQL will never take (a text or a UUID that is none) is
 * held for a person with what can be written of it.
 */
export async function writeResult(
  call: ClaimedCall,
  performed: Performed,
  o: WriteOptions,
): Promise<void> {
  let now = performed;
  let unwritable = false;
  for (let tries = 1; ; tries += 1) {
    try {
      const { settlement, attempt } = now;
      const written = await settleCall(o.pool, {
        call,
        lane: o.lane,
        epoch: o.epoch,
        settlement,
        attempt,
        housekeepingPriority: priorities.housekeeping,
      });
      if (!written) o.log.warn({ call: call.id }, 'this attempt was taken over: its result is too');
      return;
    } catch (error) {
      const isLasting = tries >= writesMax && !isDatabaseUnavailable(error);
      if (!isRefusedForGood(error) && !isLasting) {
        o.log.warn({ err: error, call: call.id }, 'a result could not be written; trying again');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        continue;
      }
      o.log.error({ err: error, call: call.id, invoice: call.invoiceId }, 'an unwritable result');
      if (unwritable) return;
      unwritable = true;
      now = heldForAPerson(call, performed, 'result_not_writable');
    }
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity): the same result fails for ever. */
function isRefusedForGood(error: unknown): boolean {
  return /^2[23]/.test(String((error as { code?: unknown } | null)?.code));
}

const WORDS: Readonly<Record<string, string>> = {
  result_not_writable: 'La respuesta de FacturAPI no se pudo guardar. Revísala en FacturAPI.',
  attempt_crashed: 'El intento falló varias veces por un error interno. Revisa en FacturAPI.',
};

/** Nothing of the answer is kept but that it needs somebody's eyes. */
export function heldForAPerson(
  call: ClaimedCall,
  { attempt }: Pick<Performed, 'attempt'>,
  code: 'result_not_writable' | 'attempt_crashed',
): Performed {
  const problem = { code, message: WORDS[code]! };
  const isCreation = call.kind === 'create_invoice';
  return {
    attempt: { outcome: code, startedAt: attempt.startedAt, endedAt: attempt.endedAt },
    settlement: {
      state: 'dead',
      problem,
      ...(isCreation ? { invoice: { status: 'review', rejection: problem } } : {}),
    },
  };
}
