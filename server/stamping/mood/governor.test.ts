import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Answer } from '../../facturapi/facturapi.ts';
import { bufferMsMax, givenUpWorkMsMax } from '../deadlines.ts';
import { makeGovernor } from './governor.ts';

const ok: Answer = answer(200);
const timedOut: Answer = { kind: 'broken', why: 'no answer', timedOut: true };
const reset: Answer = { kind: 'broken', why: 'ECONNRESET', timedOut: false };
const refused: Answer = { kind: 'not_sent', why: 'ECONNREFUSED' };

function answer(status: number): Answer {
  const rest = { logId: undefined, retryAfterMs: undefined, body: {}, bytes: Buffer.alloc(0) };
  return { kind: 'answered', status, ...rest };
}

/** A governor on a clock of its own. */
function scripted(limit = 5) {
  let nowMs = 1_000;
  const governor = makeGovernor({ limit, inFlight: () => limit, random: () => 0 });
  const meet = (tenantId: string, met: Answer, o: { tookMs?: number; cutShort?: boolean } = {}) => {
    const startedAtMs = nowMs;
    const turn = governor.started(tenantId, nowMs);
    nowMs += o.tookMs ?? 100;
    const { cutShort = false } = o;
    governor.answered({
      tenantId,
      kind: 'create',
      startedAtMs,
      endedAtMs: nowMs,
      answer: met,
      cutShort,
    });
    return turn;
  };
  return {
    governor,
    meet,
    now: () => nowMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
    mayStart: (tenantId: string) => governor.mayStart(tenantId, nowMs),
  };
}

describe("FacturAPI's mood", () => {
  test('the failures of one organization alone let that one rest, and nobody else', () => {
    const { governor, meet, mayStart, now } = scripted();
    for (let i = 0; i < 20; i += 1) meet('a', answer(500));
    assert.deepEqual([mayStart('a'), mayStart('b')], [false, true]);
    assert.equal(governor.claimMax(now()), Number.POSITIVE_INFINITY);
    assert.deepEqual(governor.resting(now()), { none: ['a'], one: [] });
  });

  test('failures of two, in a row, are an outage of FacturAPI: nothing is claimed but a probe', () => {
    const { governor, meet, mayStart, now, pass } = scripted();
    for (const tenant of ['a', 'b', 'a', 'b', 'a', 'b']) meet(tenant, reset);
    assert.deepEqual([governor.claimMax(now()), mayStart('c')], [0, false]);
    pass(governor.nextChangeMs(now())!);
    assert.equal(governor.claimMax(now()), 1);
    governor.started('c', now());
    assert.deepEqual([governor.claimMax(now()), mayStart('d')], [0, false]);
  });

  test('a refused connection says it of FacturAPI, whosever call it was', () => {
    const { governor, meet, now } = scripted();
    for (let i = 0; i < 5; i += 1) meet('a', refused);
    assert.equal(governor.claimMax(now()), 0);
  });

  test('429, 401 and refusals are answers: no breaker opens', () => {
    const { governor, meet, mayStart, now } = scripted();
    for (const status of [429, 401, 403, 400, 404]) {
      for (let i = 0; i < 10; i += 1) meet(i % 2 ? 'a' : 'b', answer(status));
    }
    assert.deepEqual([mayStart('a'), mayStart('b')], [true, true]);
    assert.equal(governor.claimMax(now()), Number.POSITIVE_INFINITY);
  });

  test('an organization that was told to rest starts nothing before, and then one call', () => {
    const { governor, meet, mayStart, now, pass } = scripted();
    meet('a', answer(429)).ended(now(), 7_000);
    pass(6_999);
    assert.equal(mayStart('a'), false);
    pass(1);
    assert.deepEqual(governor.resting(now()), { none: [], one: ['a'] });
    const probe = governor.started('a', now());
    assert.equal(mayStart('a'), false);
    // Nothing was sent after all (no time left): another may try at once.
    probe.ended(now());
    assert.equal(mayStart('a'), true);
    meet('a', ok);
    assert.equal(mayStart('a'), true);
    governor.started('a', now());
    assert.equal(mayStart('a'), true);
  });

  test('what opened and what closed is handed over once, to be kept', () => {
    const { governor, meet, pass, now } = scripted();
    for (let i = 0; i < 5; i += 1) meet('a', answer(503));
    const { opened, closed } = governor.takeChanges();
    assert.deepEqual([opened.map((one) => one.tenantId), closed], [['a'], []]);
    assert.deepEqual(governor.takeChanges().opened, []);
    pass(governor.nextChangeMs(now())!);
    meet('a', ok);
    assert.deepEqual(governor.takeChanges().closed, ['a']);
    assert.deepEqual(governor.takeChanges().closed, []);
    // One that never rested is not worth a DELETE.
    meet('b', answer(500));
    meet('b', ok);
    assert.deepEqual(governor.takeChanges().closed, []);
  });

  test('a new leader lets rest whom the one before did, and knows the deadlines', () => {
    const { governor, mayStart, now, pass } = scripted();
    governor.restore({
      deadlines: [
        { tenantId: 'a', kind: 'create', smoothedMs: 6_000, deviationMs: 500, widenings: 0 },
      ],
      rests: [{ tenantId: 'a', untilMs: now() + 3_000, intervalMs: 10_000 }],
      breaker: { untilMs: now() + 1_000, intervalMs: 20_000 },
    });
    assert.equal(governor.timeoutMs('a', 'create'), 8_000);
    assert.deepEqual([mayStart('a'), mayStart('b')], [false, false]);
    pass(1_000);
    assert.deepEqual([mayStart('a'), mayStart('b')], [false, true]);
    assert.equal(governor.claimMax(now()), 1);
  });

  test('timeouts widen the deadline of their company, but for a wait that was cut short', () => {
    const { governor, meet } = scripted();
    for (let i = 0; i < 50; i += 1) meet('a', ok);
    const before = governor.timeoutMs('a', 'create');
    meet('a', timedOut, { tookMs: 500, cutShort: true });
    assert.equal(governor.timeoutMs('a', 'create'), before);
    meet('a', timedOut, { tookMs: before });
    assert.equal(governor.timeoutMs('a', 'create'), 2 * before);
  });

  test('failures lower the slots in use, and good answers bring them back', () => {
    const { governor, meet } = scripted();
    assert.equal(governor.slotsToUse(), 5);
    meet('a', answer(500));
    assert.equal(governor.slotsToUse(), 4);
    for (let i = 0; i < 100; i += 1) meet('a', ok);
    assert.equal(governor.slotsToUse(), 5);
  });

  test('a claim promises no less than FacturAPI may work on a call, and the learnt deadline', () => {
    const { governor, meet, now, pass } = scripted();
    assert.equal(governor.promisesMs(now()).create_invoice, bufferMsMax + 10_000);
    for (let i = 0; i < 500; i += 1) meet('a', ok, { tookMs: 6_000 });
    pass(1_000);
    const promised = governor.promisesMs(now());
    assert.ok(promised.create_invoice >= bufferMsMax + governor.timeoutMs('a', 'create'));
    for (const kind of ['create_invoice', 'fetch_xml', 'read_invoice', 'list_invoices'] as const) {
      assert.ok(promised[kind] >= bufferMsMax + givenUpWorkMsMax, kind);
    }
  });

  test('an attempt under way learns that its company must rest now', () => {
    const { governor, meet, now, pass } = scripted();
    assert.equal(governor.mustRest('a', now()), false);
    meet('a', answer(429)).ended(now(), 5_000);
    assert.deepEqual([governor.mustRest('a', now()), governor.mustRest('b', now())], [true, false]);
    pass(5_000);
    assert.equal(governor.mustRest('a', now()), false);
  });
});
