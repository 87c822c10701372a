import assert from 'node:assert/strict';
import { deathsMax, lastingAttemptsMax } from '../../server/stamping/deadlines.ts';
import type { ModelCall } from './model-queue.ts';
import type { ModelStampers } from './model-stampers.ts';

const endStateOf: Readonly<Record<string, ModelCall['state']>> = {
  valid: 'done',
  rejected: 'done',
  expired: 'done',
  review: 'dead',
};

/** What holds after every step, whatever happened: FacturAPI's books held against ours. */
export function checkInvariants({ queue, facturapi, faults }: ModelStampers) {
  assert.deepEqual(faults, []);
  for (const call of queue.calls) {
    const { status, uuid, document } = call.invoice;
    const kept = facturapi.of(document.external_id);
    const told = `invoice ${call.id}, ${status}, call ${call.state} after ${call.attempts}`;
    assert.ok(kept.cfdis.length <= 1, `more than one CFDI: ${told}`);
    assert.ok(!kept.sentTooLate, `sent when SAT takes it no more: ${told}`);
    const ended = call.state === 'done' || call.state === 'dead';
    assert.equal(ended ? call.state : undefined, endStateOf[status], `lost: ${told}`);
    if (status === 'valid') assert.deepEqual([uuid], kept.cfdis, `another UUID: ${told}`);
    else assert.equal(uuid, null, `a UUID too early: ${told}`);
    if (status === 'rejected') assert.deepEqual(kept.cfdis, [], `rejected with a CFDI: ${told}`);
    // One that only SAT has, of which no answer ever reached us, is beyond anybody's knowledge.
    if (status === 'expired' && (kept.told || !kept.atSatOnly)) {
      assert.deepEqual(kept.cfdis, [], `expired with a CFDI: ${told}`);
    }
    if (status === 'review') checkReason(call, kept, told);
  }
}

/** Each reason for asking a person, and what must then be so at FacturAPI. */
function checkReason(
  { attempts, deaths, invoice }: ModelCall,
  kept: ReturnType<ModelStampers['facturapi']['of']>,
  told: string,
) {
  const { code } = invoice.rejection as { code: string };
  // Whatever there is, a person finds it there.
  if (code === 'attempt_killed_process') {
    assert.ok(deaths >= deathsMax, `given up early: ${told}`);
    return;
  }
  // FacturAPI itself said so, twice, of an invoice that it had named before.
  if (code === 'not_in_facturapi') return;
  if (code === 'invoice_failed') {
    assert.deepEqual(
      kept.invoices.map((one) => one.status),
      ['failed'],
      `FacturAPI did not give up on it: ${told}`,
    );
    return;
  }
  assert.deepEqual(kept.invoices, [], `a look-up would have found it (${code}): ${told}`);
  if (code === 'no_progress') assert.ok(attempts > lastingAttemptsMax, `given up early: ${told}`);
  else assert.ok(kept.refusals.has(code), `nobody ever said ${code}: ${told}`);
}

/** When nothing fails any more, every invoice comes to an end. */
export function checkAllEnded({ queue }: ModelStampers) {
  for (const { id, state, invoice } of queue.calls) {
    assert.ok(invoice.status in endStateOf, `invoice ${id} stays ${invoice.status} (${state})`);
  }
}
