import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  answered,
  claimedCall,
  facturapiInvoice,
  refused,
  reset,
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
import { blockedRetryMs, givenUpWorkMsMax, retryJitterMsMax } from '../deadlines.ts';

describe('creating an invoice at FacturAPI', () => {
  test('a stamp is final, with all that is kept of it', async () => {
    const { attempt, asked } = scriptedStamper([['create', answered(200, facturapiInvoice())]]);
    const performed = await attempt(claimedCall());
    assert.deepEqual(performed.settlement, {
      state: 'done',
      invoice: {
        status: 'valid',
        facturapiId: 'fac-1',
        uuid,
        stamp: { sat_cert_number: '1' },
        verificationUrl: 'https://verificacfdi.facturaelectronica.sat.gob.mx/x',
      },
    });
    assert.equal(performed.settlement.slotMs, undefined);
    const { outcome, httpStatus, logId } = performed.attempt;
    assert.deepEqual([outcome, httpStatus, logId], ['stamped', 200, 'log-1']);
    assert.deepEqual(asked, [
      {
        what: 'create',
        key: 'sk_1',
        document: claimedCall().document,
      },
    ]);
  });

  for (const [name, lost] of Object.entries({ 'a timeout': timedOut, 'a reset': reset })) {
    test(`${name} means unknown: the next attempt looks up, adopts, and sends nothing`, async () => {
      const { attempt, what } = scriptedStamper([
        ['create', lost],
        ['look_up', list(facturapiInvoice())],
      ]);
      const call = claimedCall();
      const first = await attempt(call);
      assert.equal(first.settlement.outcomeUnknown, true);
      assert.deepEqual(first.settlement.invoice, { status: 'queued' });
      const second = await attempt(again(call, first));
      assert.equal(second.settlement.state, 'done');
      assert.equal(second.settlement.invoice?.uuid, uuid);
      assert.deepEqual(what(), ['create', 'look_up']);
    });
  }

  test('a call that broke keeps its slot, and is not looked up, while FacturAPI may be at it', async () => {
    const { attempt } = scriptedStamper([['create', reset]]);
    const { settlement } = await attempt(claimedCall());
    assert.equal(settlement.slotMs, givenUpWorkMsMax);
    assert.ok(settlement.delayMs! >= givenUpWorkMsMax);
  });

  test('a refused connection does not make an unknown outcome known', async () => {
    const { attempt } = scriptedStamper([
      ['look_up', list()],
      ['create', refused],
    ]);
    const call = claimedCall({ outcomeUnknown: true, emptyLookUps: 1 });
    assert.equal((await attempt(call)).settlement.outcomeUnknown, true);
  });

  test('a 429 lets its company rest as told, plus jitter, and knows that nothing was done', async () => {
    const busy = problem(429, 'rate_limit_exceeded', { retryAfterMs: 7_000 });
    const { attempt } = scriptedStamper([['create', busy]]);
    const { settlement } = await attempt(claimedCall());
    const restMs = 7_000 + chance * retryJitterMsMax;
    assert.deepEqual(settlement.pause, { reason: 'busy', restMs });
    assert.deepEqual([settlement.state, settlement.outcomeUnknown], ['queued', false]);
    assert.equal(settlement.slotMs, 0);
  });

  for (const { status, code } of [
    { status: 401, code: 'unauthorized' },
    { status: 403, code: 'forbidden' },
    { status: 400, code: 'api_key_revoked' },
    { status: 402, code: 'subscription_expired' },
    { status: 400, code: 'organization_incomplete' },
    { status: 400, code: 'certificate_expired' },
  ]) {
    test(`${status} ${code} blocks, and the invoice stays queued with its reason`, async () => {
      const { attempt } = scriptedStamper([['create', problem(status, code)]]);
      const { settlement, attempt: record } = await attempt(claimedCall());
      assert.equal(settlement.state, 'queued');
      assert.deepEqual(settlement.pause, {
        reason: 'blocked',
        restMs: blockedRetryMs,
        problem: settlement.problem,
      });
      assert.deepEqual(settlement.invoice, { status: 'queued' });
      assert.equal((settlement.problem as { code: string }).code, code);
      assert.deepEqual([record.outcome, record.code], ['blocked', code]);
    });
  }

  test('without a key that opens nothing is sent, and the invoice stays queued', async () => {
    const { attempt, what } = scriptedStamper([], null);
    const { settlement } = await attempt(claimedCall());
    assert.deepEqual([settlement.state, settlement.pause?.reason], ['queued', 'blocked']);
    assert.deepEqual(settlement.invoice, { status: 'queued' });
    assert.deepEqual(what(), []);
  });

  test("a refusal is final, with FacturAPI's own paths and words", async () => {
    const errors = [{ code: 'CFDI40145', path: 'customer.legal_name', message: 'no coincide' }];
    const answer = answered(400, {
      code: 'invoice_stamping_validation_error',
      message: 'm',
      errors,
    });
    const { attempt } = scriptedStamper([['create', answer]]);
    const { settlement } = await attempt(claimedCall());
    assert.deepEqual(settlement, {
      state: 'done',
      invoice: {
        status: 'rejected',
        rejection: {
          status: 400,
          code: 'invoice_stamping_validation_error',
          message: 'm',
          errors,
        },
      },
    });
  });

  for (const { status, code } of [
    { status: 409, code: 'idempotency_key_in_use' },
    { status: 400, code: 'idempotency_key_in_use' },
    { status: 500, code: 'internal_error' },
    { status: 503, code: 'invoice_stamping_service_unavailable' },
    { status: 504, code: 'anything' },
  ]) {
    test(`${status} ${code} is looked up before anything is sent again`, async () => {
      const { attempt, what } = scriptedStamper([
        ['create', problem(status, code)],
        ['look_up', list(facturapiInvoice())],
      ]);
      const call = claimedCall();
      const first = await attempt(call);
      assert.equal((await attempt(again(call, first))).settlement.invoice?.status, 'valid');
      assert.deepEqual(what(), ['create', 'look_up']);
    });
  }

  test('an answer that is not JSON is unknown, not a refusal', async () => {
    const { attempt } = scriptedStamper([['create', answered(200, undefined)]]);
    const { settlement } = await attempt(claimedCall());
    assert.deepEqual([settlement.state, settlement.outcomeUnknown], ['delayed', true]);
  });

  test('a valid invoice without its UUID is looked up again', async () => {
    const { uuid: _, ...without } = facturapiInvoice();
    const { attempt } = scriptedStamper([['create', answered(200, without)]]);
    assert.equal((await attempt(claimedCall())).settlement.outcomeUnknown, true);
  });

  test('a total or folio other than asked for is stamped all the same, with warnings', async () => {
    const stamped = facturapiInvoice({ total: 116.01, folio_number: 13 });
    const { attempt } = scriptedStamper([['create', answered(200, stamped)]]);
    const { invoice } = (await attempt(claimedCall())).settlement;
    assert.equal(invoice?.status, 'valid');
    const warnings = invoice?.warnings as Array<{ code: string; detail: string }>;
    assert.deepEqual(
      warnings.map((one) => one.code),
      ['total_differs', 'folio_differs'],
    );
    assert.ok(warnings[0]!.detail.includes('116.01') && warnings[1]!.detail.includes('F13'));
  });

  test('the same total written otherwise is no difference', async () => {
    const { attempt } = scriptedStamper([
      ['create', answered(200, facturapiInvoice({ total: 116.0 }))],
    ]);
    const call = claimedCall({ total: '116.0000000' });
    assert.equal((await attempt(call)).settlement.invoice?.warnings, undefined);
  });

  test('FacturAPI having given up on it is held for a person', async () => {
    const { attempt } = scriptedStamper([
      ['create', answered(200, facturapiInvoice({ status: 'failed' }))],
    ]);
    const { settlement } = await attempt(claimedCall());
    assert.deepEqual([settlement.state, settlement.invoice?.status], ['dead', 'review']);
  });

  test('what was stamped and canceled by another hand since is canceled here, with its UUID', async () => {
    const found = facturapiInvoice({ status: 'canceled' });
    const { attempt } = scriptedStamper([['look_up', list(found)]]);
    const { settlement } = await attempt(claimedCall({ outcomeUnknown: true }));
    assert.deepEqual([settlement.invoice?.status, settlement.invoice?.uuid], ['canceled', uuid]);
  });

  test('a deadline that ended late was set by a process that stood still: its slot rests longer', async () => {
    const late = { ...timedOut, lateMs: 3_000 };
    const { attempt } = scriptedStamper([['create', late]]);
    const { settlement } = await attempt(claimedCall());
    assert.equal(settlement.slotMs, 3_000 + givenUpWorkMsMax);
  });
});
