import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Answer } from './facturapi.ts';
import {
  type Outcome,
  outcomeOfCreate,
  outcomeOfInvoice,
  readInvoice,
  readInvoiceList,
  readProblem,
} from './outcome.ts';

function answered(status: number, body?: unknown, retryAfterMs?: number): Answer {
  return { kind: 'answered', status, body, bytes: Buffer.alloc(0), logId: undefined, retryAfterMs };
}

const valid = { id: 'fac-1', status: 'valid', uuid: '6f0a4c1e-5b1f-4c7e-9a59-0d4f2f6b1a01' };
const error = (code: string) => ({ ok: false, code, message: `about ${code}` });

describe('what an answer to a create call means', () => {
  const table: ReadonlyArray<readonly [string, Answer, Outcome['kind']]> = [
    ['200 valid', answered(200, valid), 'stamped'],
    ['201 valid', answered(201, valid), 'stamped'],
    ['200 valid without a UUID', answered(200, { ...valid, uuid: undefined }), 'unknown'],
    ['200 canceled: it was stamped', answered(200, { ...valid, status: 'canceled' }), 'stamped'],
    ['200 pending', answered(200, { ...valid, status: 'pending' }), 'pending'],
    ['202 pending', answered(202, { ...valid, status: 'pending' }), 'pending'],
    ['202 valid: the body decides', answered(202, valid), 'stamped'],
    ['200 failed', answered(200, { ...valid, status: 'failed' }), 'review'],
    ['200 draft', answered(200, { ...valid, status: 'draft' }), 'review'],
    ['200 of a status not known', answered(200, { ...valid, status: 'new' }), 'unknown'],
    ['200 without an id', answered(200, { ...valid, id: undefined }), 'unknown'],
    ['200 of malformed JSON', answered(200, undefined), 'unknown'],
    ['200 of a list', answered(200, [valid]), 'unknown'],
    ['204', answered(204), 'unknown'],
    ['302', answered(302), 'unknown'],
    ['400 invalid_request', answered(400, error('invalid_request')), 'refused'],
    [
      '400 invoice_stamping_validation_error',
      answered(400, error('invoice_stamping_validation_error')),
      'refused',
    ],
    ['413 payload_too_large', answered(413, error('payload_too_large')), 'refused'],
    ['422 without a word', answered(422, {}), 'unknown'],
    ['400 idempotency_key_in_use', answered(400, error('idempotency_key_in_use')), 'unknown'],
    ['409 idempotency_key_in_use', answered(409, error('idempotency_key_in_use')), 'unknown'],
    ['409 of anything', answered(409, error('something')), 'unknown'],
    [
      '400 invoice_stamping_service_unavailable',
      answered(400, error('invoice_stamping_service_unavailable')),
      'unknown',
    ],
    ['400 invoice_stamping_failed', answered(400, error('invoice_stamping_failed')), 'doubtful'],
    ['500 internal_error', answered(500, error('internal_error')), 'unknown'],
    ['502 of a proxy', answered(502, undefined), 'unknown'],
    ['503', answered(503, undefined), 'unknown'],
    ['504', answered(504, undefined), 'unknown'],
    ['401', answered(401, error('unauthorized')), 'blocked'],
    ['403', answered(403, undefined), 'blocked'],
    ['400 api_key_revoked', answered(400, error('api_key_revoked')), 'blocked'],
    ['402 subscription_past_due', answered(402, error('subscription_past_due')), 'blocked'],
    ['400 organization_incomplete', answered(400, error('organization_incomplete')), 'blocked'],
    ['400 certificate_expired', answered(400, error('certificate_expired')), 'blocked'],
    ['429', answered(429, error('rate_limit_exceeded'), 4_000), 'busy'],
    ['a refused connection', { kind: 'not_sent', why: 'ECONNREFUSED' }, 'unavailable'],
    ['a timeout', { kind: 'broken', why: '', timedOut: true }, 'unknown'],
    ['a reset', { kind: 'broken', why: '', timedOut: false }, 'unknown'],
  ];
  for (const [name, answer, kind] of table) {
    test(`${name} is ${kind}`, () => {
      assert.equal(outcomeOfCreate(answer).kind, kind);
    });
  }

  test('408 of a proxy is unknown: it had the request', () => {
    assert.equal(outcomeOfCreate(answered(408, undefined)).kind, 'unknown');
  });

  test('what broke on its way, or came from a gateway, may still be worked on', () => {
    for (const [name, answer] of table) {
      const outcome = outcomeOfCreate(answer);
      if (outcome.kind !== 'unknown') continue;
      const words = answer.kind === 'answered' ? answer.body : undefined;
      const isTheirs = typeof (words as { code?: unknown } | undefined)?.code === 'string';
      const isError = answer.kind === 'answered' && answer.status >= 400;
      const mayGoOn = answer.kind === 'broken' || (isError && !isTheirs);
      assert.equal(outcome.workMayGoOn, mayGoOn, name);
    }
  });

  test('a 429 waits what it says, or a while when it says nothing', () => {
    assert.deepEqual(outcomeOfCreate(answered(429, {}, 4_000)), {
      kind: 'busy',
      retryAfterMs: 4_000,
    });
    const silent = outcomeOfCreate(answered(429, {}));
    assert.ok(silent.kind === 'busy' && silent.retryAfterMs >= 1_000);
  });

  test('no answer at all can be taken for a refusal unless it is a 4xx', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.jsonValue(), (status, body) => {
        const { kind } = outcomeOfCreate(answered(status, body));
        if (kind === 'refused') assert.ok(status >= 400 && status < 500);
        if (kind === 'stamped') assert.ok(status < 300);
      }),
    );
  });

  test('whatever a body holds, it is read without a throw', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.anything(), (status, body) => {
        outcomeOfCreate(answered(status, body));
        readInvoiceList(answered(status, body));
        readProblem(body, status);
      }),
    );
  });
});

describe('reading what FacturAPI says', () => {
  test('an invoice needs its id and a status that is known', () => {
    assert.deepEqual(readInvoice(valid), valid);
    for (const bad of [null, undefined, 'x', {}, { ...valid, id: 7 }, { ...valid, status: 'x' }]) {
      assert.equal(readInvoice(bad), undefined);
    }
  });

  test('a list is readable only as a whole', () => {
    assert.deepEqual(readInvoiceList(answered(200, { data: [] })), []);
    assert.deepEqual(readInvoiceList(answered(200, { data: [valid] })), [valid]);
    for (const bad of [
      answered(200, { data: [valid, {}] }),
      answered(200, [valid]),
      answered(500, { data: [valid] }),
      { kind: 'broken', why: '', timedOut: false } as const,
    ]) {
      assert.equal(readInvoiceList(bad), undefined);
    }
  });

  test("a problem keeps FacturAPI's code, words and paths", () => {
    const errors = [{ code: 'CFDI40145', path: 'customer.legal_name', message: 'no coincide' }];
    assert.deepEqual(readProblem({ code: 'x', message: 'y', errors }, 400), {
      status: 400,
      code: 'x',
      message: 'y',
      errors,
    });
  });

  test('a problem without words still has a code and a sentence', () => {
    for (const body of [undefined, null, 'text', 7, { code: 5, message: null }]) {
      const { code, message } = readProblem(body, 418);
      assert.equal(code, 'http_418');
      assert.match(message, /418/);
    }
  });

  test('of a flood of details the first hundred are kept, and only those with a message', () => {
    const errors = [{ path: 'x' }, null, ...Array.from({ length: 300 }, () => ({ message: 'm' }))];
    assert.equal(readProblem({ errors }, 400).errors?.length, 100);
  });

  test('a failed invoice may be at SAT all the same, and the person reads that', () => {
    const outcome = outcomeOfInvoice({ id: 'fac-1', status: 'failed' });
    assert.ok(outcome.kind === 'review' && /SAT/.test(outcome.problem.message));
  });
});
