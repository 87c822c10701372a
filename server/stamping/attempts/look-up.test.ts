import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  answered,
  claimedCall,
  facturapiInvoice,
  invoiceId,
  refused,
  timedOut,
  uuid,
} from '../../../test/support/scripted-facturapi.ts';
import {
  again,
  chance,
  list,
  problem,
  scriptedStamper,
} from '../../../test/support/scripted-stamper.ts';
import type { Answer } from '../../facturapi/facturapi.ts';
import {
  backoffMs,
  lookUpWaitMs,
  pollPendingMsMax,
  pollPendingMsMin,
  stampableMsMax,
} from '../deadlines.ts';

describe('looking up before sending again', () => {
  test('after a refused connection nothing was sent: it is sent again without a look-up', async () => {
    const { attempt, what } = scriptedStamper([
      ['create', refused],
      ['create', answered(200, facturapiInvoice())],
    ]);
    const call = claimedCall();
    const first = await attempt(call);
    assert.equal(first.settlement.outcomeUnknown, false);
    assert.equal(
      first.settlement.delayMs,
      backoffMs(1, () => chance),
    );
    assert.equal(first.settlement.slotMs, 0);
    assert.equal((await attempt(again(call, first))).settlement.state, 'done');
    assert.deepEqual(what(), ['create', 'create']);
  });

  test('one empty look-up is no proof: nothing is sent, and it looks again after a wait', async () => {
    const { attempt, what } = scriptedStamper([['look_up', list()]]);
    const { settlement, attempt: record } = await attempt(claimedCall({ outcomeUnknown: true }));
    assert.deepEqual(settlement, {
      state: 'delayed',
      delayMs: lookUpWaitMs,
      outcomeUnknown: true,
      emptyLookUps: 1,
      invoice: { status: 'queued' },
    });
    assert.equal(record.outcome, 'not_found_yet');
    assert.deepEqual(what(), ['look_up']);
  });

  test('after two empty look-ups the very same body goes out again, under the same key', async () => {
    const { attempt, asked, what } = scriptedStamper([
      ['create', timedOut],
      ['look_up', list()],
      ['look_up', list()],
      ['create', answered(200, facturapiInvoice())],
    ]);
    const call = claimedCall();
    const first = await attempt(call);
    const second = await attempt(again(call, first));
    const third = await attempt(again(again(call, first), second));
    assert.equal(third.settlement.invoice?.status, 'valid');
    assert.deepEqual(what(), ['create', 'look_up', 'look_up', 'create']);
    assert.equal(JSON.stringify(asked[3]!.document), JSON.stringify(asked[0]!.document));
    assert.equal(asked[3]!.document?.idempotency_key, invoiceId);
    assert.equal(asked[1]!.of, invoiceId);
  });

  test('a resend that breaks again is looked up twice again', async () => {
    const { attempt } = scriptedStamper([
      ['look_up', list()],
      ['create', timedOut],
    ]);
    const call = claimedCall({ outcomeUnknown: true, emptyLookUps: 1 });
    const { settlement } = await attempt(call);
    assert.deepEqual([settlement.outcomeUnknown, settlement.emptyLookUps ?? 0], [true, 0]);
  });

  test('more than one CFDI is held for a person, who reads which', async () => {
    const other = '6f0a4c1e-5b1f-4c7e-9a59-0d4f2f6b1a02';
    const { attempt, what } = scriptedStamper([
      ['look_up', list(facturapiInvoice(), facturapiInvoice({ id: 'fac-2', uuid: other }))],
    ]);
    const { settlement } = await attempt(claimedCall({ outcomeUnknown: true }));
    assert.equal(settlement.state, 'dead');
    assert.equal(settlement.invoice?.status, 'review');
    const { code, message } = settlement.invoice!.rejection as { code: string; message: string };
    assert.equal(code, 'duplicate_in_facturapi');
    assert.ok(message.includes(uuid) && message.includes(other));
    assert.deepEqual(what(), ['look_up']);
  });

  for (const [name, unreadable] of Object.entries({
    'a timeout': timedOut,
    'a refused connection': refused,
    'a 500': problem(500, 'internal_error'),
    'a 404': problem(404, 'not_found'),
    'malformed JSON': answered(200, undefined),
    'something else than a list': answered(200, { data: 'none' }),
    'a list of something else': list({ id: 1 }),
  })) {
    test(`a look-up that ends in ${name} proves nothing: nothing is sent, nothing refused`, async () => {
      const { attempt, what } = scriptedStamper([['look_up', unreadable]]);
      const { settlement } = await attempt(claimedCall({ outcomeUnknown: true, emptyLookUps: 1 }));
      assert.equal(settlement.state, 'delayed');
      assert.equal(settlement.outcomeUnknown, true);
      assert.deepEqual(settlement.invoice, { status: 'queued' });
      assert.deepEqual(what(), ['look_up']);
    });
  }
});

describe('an invoice that is pending at FacturAPI', () => {
  const pending = facturapiInvoice({ status: 'pending', uuid: undefined });

  for (const status of [200, 202]) {
    test(`${status} with pending is polled by id from then on, never created again`, async () => {
      const { attempt, asked, what, left } = scriptedStamper([
        ['create', answered(status, pending)],
        ['read', answered(200, pending)],
        ['read', timedOut],
        ['read', problem(500, 'internal_error')],
        ['read', problem(404, 'not_found')],
        ['read', answered(200, facturapiInvoice())],
      ]);
      let call = claimedCall();
      let performed = await attempt(call);
      while (performed.settlement.state === 'delayed') {
        assert.equal(performed.settlement.invoice?.status, 'pending');
        call = again(call, performed);
        performed = await attempt(call);
      }
      assert.equal(performed.settlement.invoice?.status, 'valid');
      assert.deepEqual(what(), ['create', 'read', 'read', 'read', 'read', 'read']);
      assert.equal(asked[1]!.of, 'fac-1');
      assert.deepEqual(left, []);
    });
  }

  test('it is polled soon at first and at the latest once a minute', async () => {
    const waits = [];
    for (const attempts of [1, 2, 12, 500]) {
      const { attempt } = scriptedStamper([['read', answered(200, pending)]]);
      const call = claimedCall({ attempts, facturapiId: 'fac-1' });
      waits.push((await attempt(call)).settlement.delayMs);
    }
    assert.deepEqual(waits, [
      pollPendingMsMin,
      2 * pollPendingMsMin,
      pollPendingMsMax,
      pollPendingMsMax,
    ]);
  });

  test('one that FacturAPI denies twice goes to a person, a page of a proxy says nothing', async () => {
    const denied = problem(404, 'not_found');
    const { attempt } = scriptedStamper([
      ['read', denied],
      ['read', answered(404, undefined)],
      ['read', denied],
      ['read', denied],
    ]);
    const call = claimedCall({ facturapiId: 'fac-1' });
    const first = await attempt(call);
    assert.deepEqual([first.settlement.state, first.settlement.emptyLookUps], ['delayed', 1]);
    const page = await attempt(again(call, first));
    assert.equal(page.settlement.state, 'delayed');
    const third = await attempt(again(call, page));
    assert.deepEqual([third.settlement.state, third.settlement.emptyLookUps], ['delayed', 1]);
    const last = await attempt(again(call, third));
    assert.equal(last.settlement.state, 'dead');
    assert.equal(last.settlement.invoice?.status, 'review');
  });

  test('the CFDI of another invoice, named by a person by mistake, is not adopted', async () => {
    const other = facturapiInvoice({ external_id: 'of-another' });
    const { attempt } = scriptedStamper([
      ['read', answered(200, other)],
      ['read', answered(200, facturapiInvoice({ external_id: null }))],
    ]);
    const call = claimedCall({ facturapiId: 'fac-1' });
    assert.equal((await attempt(call)).settlement.invoice?.status, 'review');
    // One made by hand in FacturAPI has no name of ours.
    assert.equal((await attempt(call)).settlement.invoice?.status, 'valid');
  });

  test('one that a look-up finds pending is polled too', async () => {
    const { attempt, what } = scriptedStamper([
      ['look_up', list(pending)],
      ['read', answered(200, facturapiInvoice())],
    ]);
    const call = claimedCall({ outcomeUnknown: true });
    const first = await attempt(call);
    await attempt(again(call, first));
    assert.deepEqual(what(), ['look_up', 'read']);
  });

  test('one that failed there is held for a person: SAT may have it', async () => {
    const failed = facturapiInvoice({ status: 'failed' });
    const { attempt } = scriptedStamper([['read', answered(200, failed)]]);
    const { settlement } = await attempt(claimedCall({ facturapiId: 'fac-1' }));
    assert.deepEqual([settlement.state, settlement.invoice?.status], ['dead', 'review']);
  });
});

describe('what FacturAPI should not answer, but may', () => {
  test('a stamping that FacturAPI calls failed is looked up, then held for a person', async () => {
    const failed = problem(400, 'invoice_stamping_failed');
    const { attempt, what } = scriptedStamper([
      ['create', failed],
      ['look_up', list()],
    ]);
    const call = claimedCall();
    const looked = await attempt(again(call, await attempt(call)));
    assert.equal(looked.settlement.invoice?.status, 'review');
    assert.deepEqual(what(), ['create', 'look_up']);
  });

  test('refused after an answer was lost: the refusal may stem from our own CFDI, so look first', async () => {
    const script = (found: Answer) =>
      scriptedStamper([
        ['look_up', list()],
        ['look_up', list()],
        ['create', problem(400, 'invalid_request')],
        ['look_up', found],
      ]);
    for (const [found, status] of [
      [list(facturapiInvoice()), 'valid'],
      [list(), 'review'],
    ] as const) {
      const { attempt, what } = script(found);
      let call = claimedCall({ outcomeUnknown: true });
      let performed = await attempt(call);
      while (performed.settlement.state === 'delayed') {
        call = again(call, performed);
        performed = await attempt(call);
      }
      assert.equal(performed.settlement.invoice?.status, status);
      assert.equal(what().filter((one) => one === 'create').length, 1);
    }
  });

  test('a look-up adopts no invoice of another external id', async () => {
    const foreign = facturapiInvoice({ external_id: 'of somebody else' });
    const { attempt } = scriptedStamper([['look_up', list(foreign)]]);
    const { settlement } = await attempt(claimedCall({ outcomeUnknown: true }));
    assert.equal(settlement.state, 'delayed');
  });

  for (const odd of [{ total: null }, { total: 'a lot' }, { uuid: 'no UUID' }, { uuid: 7 }]) {
    test(`a stamped invoice with ${JSON.stringify(odd)} is unknown, not a crash`, async () => {
      const { attempt } = scriptedStamper([['create', answered(200, facturapiInvoice(odd))]]);
      const { settlement } = await attempt(claimedCall());
      assert.deepEqual([settlement.state, settlement.outcomeUnknown], ['delayed', true]);
    });
  }

  describe("after SAT's 72 hours", () => {
    const dated = (ageMs: number, o = {}) => {
      const call = claimedCall(o);
      const date = new Date(Date.UTC(2026, 2, 1) - ageMs).toISOString();
      return { ...call, document: { ...call.document, date } };
    };

    test('to the millisecond it is sent; one later it is looked up, and expires', async () => {
      const inTime = scriptedStamper([['create', answered(200, facturapiInvoice())]]);
      const { settlement } = await inTime.attempt(dated(stampableMsMax));
      assert.equal(settlement.invoice?.status, 'valid');
      const late = scriptedStamper([['look_up', list()]]);
      const expired = await late.attempt(dated(stampableMsMax + 1));
      assert.equal(expired.settlement.state, 'done');
      assert.equal(expired.settlement.invoice?.status, 'expired');
      const { rejection } = expired.settlement.invoice as { rejection: { code: string } };
      assert.equal(rejection.code, 'expired');
      assert.deepEqual(late.what(), ['look_up']);
    });

    test('what FacturAPI has is adopted, however old', async () => {
      const { attempt } = scriptedStamper([['look_up', list(facturapiInvoice())]]);
      const { settlement } = await attempt(dated(stampableMsMax + 1));
      assert.equal(settlement.invoice?.status, 'valid');
    });

    test('of unknown outcome it takes two empty look-ups to expire', async () => {
      const { attempt, what } = scriptedStamper([
        ['look_up', list()],
        ['look_up', list()],
      ]);
      const call = dated(stampableMsMax + 1, { outcomeUnknown: true });
      const first = await attempt(call);
      assert.equal(first.settlement.state, 'delayed');
      const second = await attempt(again(call, first));
      assert.equal(second.settlement.invoice?.status, 'expired');
      assert.deepEqual(what(), ['look_up', 'look_up']);
    });
  });
});
