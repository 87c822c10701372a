import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { conformanceDocument, documentTotal, suffixedReceiver } from './conformance-document.ts';
import type { Answer, Facturapi, FacturapiInvoice, FrozenDocument } from './facturapi.ts';
import { type Outcome, outcomeOfCreate, outcomeOfInvoice, readInvoiceList } from './outcome.ts';

/** The operations that every adapter of the port must have for this suite. */
export type ConformancePort = Pick<
  Facturapi,
  'createInvoice' | 'findByExternalId' | 'readInvoice' | 'downloadFile'
>;

/** FacturAPI by one adapter: the product's client, the official SDK, or whatever comes. */
export interface ConformanceAdapter {
  readonly port: ConformancePort;
  readonly key: string;
  /** How long a list may lag or a stamp may take before it counts as a failure. */
  readonly patienceMs: number;
  /** Asks for failures; absent at the real one, where the cases that need them are left out. */
  readonly script?: ConformanceScript;
}

export interface ConformanceScript {
  /** Befalls the next creation. */
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  settings(change: Readonly<Record<string, unknown>>): Promise<void>;
  /** The port to an address where nobody listens. */
  readonly unreachable: ConformancePort;
}

export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const wait = { timeoutMs: 20_000 };
/** How long a case waits for an answer that it knows will not come. */
const silence = { timeoutMs: 300 };
const pollMs = 50;

/** What any FacturAPI must do for the product to be right, as cases for a test runner. */
export function conformance(adapter: ConformanceAdapter): ConformanceCase[] {
  const always = Object.entries(cases).map(([name, run]) => ({ name, run: () => run(adapter) }));
  const { script } = adapter;
  if (!script) return always;
  const scripted = Object.entries(scriptedCases).map(([name, run]) => ({
    name,
    run: () => run(adapter, script),
  }));
  return [...always, ...scripted];
}

const cases: Record<string, (adapter: ConformanceAdapter) => Promise<void>> = {
  async 'an invoice comes back stamped, and is read, found and downloaded as such'(adapter) {
    const { port, key } = adapter;
    const document = conformanceDocument();
    const invoice = await stamped(adapter, document);
    assert.equal(invoice.total, documentTotal);
    assert.equal(invoice.external_id, document.external_id);
    assert.equal(invoice.folio_number, document.folio_number);

    const read = bodyOf(await port.readInvoice(key, invoice.id, wait));
    assert.equal(read.uuid, invoice.uuid);
    const [found, ...others] = await foundBy(adapter, document);
    assert.equal(found?.id, invoice.id);
    assert.deepEqual(others, []);

    const xml = answered(await port.downloadFile(key, invoice.id, 'xml', wait));
    assert.match(xml.bytes.toString(), new RegExp(`UUID="${invoice.uuid}"`, 'i'));
    const pdf = answered(await port.downloadFile(key, invoice.id, 'pdf', wait));
    assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
  },

  async 'an external_id that nobody used finds nothing'({ port, key }) {
    const { external_id } = conformanceDocument();
    const list = readInvoiceList(await port.findByExternalId(key, external_id, wait));
    assert.deepEqual(list, []);
  },

  async 'the same body sent again makes no second CFDI'(adapter) {
    const document = conformanceDocument();
    const invoice = await stamped(adapter, document);
    const again = await create(adapter, document);
    assert.match(again.kind, /^(stamped|pending|unknown)$/);
    const found = await foundBy(adapter, document);
    assert.deepEqual(
      found.map(({ uuid }) => uuid),
      [invoice.uuid],
    );
  },

  async 'a body with wrong fields is refused for good, with what is wrong'(adapter) {
    const outcome = await create(adapter, conformanceDocument({ payment_form: 'ZZ' }));
    assert.ok(outcome.kind === 'refused', outcome.kind);
    assert.notEqual(outcome.problem.message, '');
    assert.doesNotMatch(outcome.problem.code, /^http_/);
  },

  async "a receiver's name that SAT does not know is refused for good"(adapter) {
    const document = conformanceDocument({ customer: suffixedReceiver });
    const outcome = await create(adapter, document);
    assert.equal(outcome.kind, 'refused');
    assert.deepEqual(await listOf(adapter, document), []);
  },

  async 'a wrong key blocks, and says nothing of the document'({ port }) {
    const answer = await port.createInvoice('sk_prod_nada', conformanceDocument(), wait);
    assert.equal(outcomeOfCreate(answer).kind, 'blocked');
  },

  async 'an invoice that never was is a 404'({ port, key }) {
    const nobody = 'f'.repeat(24);
    assert.equal(answered(await port.readInvoice(key, nobody, wait)).status, 404);
    assert.equal(answered(await port.downloadFile(key, nobody, 'xml', wait)).status, 404);
  },

  async 'silence is an unknown outcome, which the same body settles as one CFDI'(adapter) {
    const document = conformanceDocument();
    const answer = await adapter.port.createInvoice(adapter.key, document, { timeoutMs: 1 });
    if (answer.kind === 'broken') {
      const outcome = outcomeOfCreate(answer);
      assert.ok(outcome.kind === 'unknown' && outcome.workMayGoOn);
    }
    await settledAsOne(adapter, document);
  },
};

/** The answer is lost on its way; the CFDI is there. */
const lostAnswers = [
  { fault: 'hang_after' },
  { fault: 'reset_after' },
  { fault: 'status_after', status: 502 },
  { fault: 'status_after', status: 500, code: 'internal_error' },
  { fault: 'gateway_after', status: 504 },
  { fault: 'malformed_json' },
];

/** Nothing was made, and the client cannot tell. */
const lostCalls = [
  { fault: 'hang_before' },
  { fault: 'reset_before' },
  { fault: 'status', status: 500, code: 'invoice_stamping_service_unavailable' },
  { fault: 'status', status: 400, code: 'invoice_stamping_failed' },
  { fault: 'status', status: 503 },
  { fault: 'gateway', status: 502 },
];

const scriptedCases: Record<
  string,
  (adapter: ConformanceAdapter, script: ConformanceScript) => Promise<void>
> = {
  async 'a lost answer is an unknown outcome, and the look-up finds the CFDI'(adapter, script) {
    for (const fault of lostAnswers) {
      const document = conformanceDocument();
      await script.fault(fault);
      const outcome = await create(adapter, document, silence);
      assert.equal(outcome.kind, 'unknown', JSON.stringify(fault));
      const found = await foundBy(adapter, document);
      assert.equal(found.length, 1, JSON.stringify(fault));
      await settledAsOne(adapter, document);
    }
  },

  async 'a lost call is an unknown outcome, and the same body makes the CFDI'(adapter, script) {
    for (const fault of lostCalls) {
      const document = conformanceDocument();
      await script.fault(fault);
      const outcome = await create(adapter, document, silence);
      const expected = fault.code === 'invoice_stamping_failed' ? 'doubtful' : 'unknown';
      assert.equal(outcome.kind, expected, JSON.stringify(fault));
      assert.deepEqual(await listOf(adapter, document), []);
      await settledAsOne(adapter, document);
    }
  },

  async 'whatever a repeated key does, it is told from a refusal'(adapter, script) {
    for (const idempotency of ['replay', 'conflict']) {
      await script.settings({ idempotency });
      const document = conformanceDocument();
      const { uuid } = await stamped(adapter, document);
      const again = await create(adapter, document);
      assert.equal(again.kind, idempotency === 'replay' ? 'stamped' : 'unknown');
      assert.deepEqual(await uuidsOf(adapter, document), [uuid]);
    }
    await script.settings({ idempotency: 'replay' });
  },

  async 'a list that lags is no proof that there is no CFDI'(adapter, script) {
    await script.settings({ list_lag_ms: 400 });
    const document = conformanceDocument();
    const invoice = await stamped(adapter, document);
    assert.deepEqual(await listOf(adapter, document), []);
    const { port, key } = adapter;
    assert.equal(bodyOf(await port.readInvoice(key, invoice.id, wait)).uuid, invoice.uuid);
    const found = await foundBy(adapter, document);
    assert.equal(found[0]?.uuid, invoice.uuid);
    await script.settings({ list_lag_ms: 0 });
  },

  async 'too many calls are busy for as long as Retry-After says'(adapter, script) {
    await script.fault({ fault: 'status', status: 429, retry_after: 2 });
    const outcome = await create(adapter, conformanceDocument());
    assert.deepEqual(outcome, { kind: 'busy', retryAfterMs: 2_000 });
  },

  async 'a subscription that ended blocks, and the document may pass later'(adapter, script) {
    await script.fault({ fault: 'status', status: 402, code: 'subscription_required' });
    const document = conformanceDocument();
    assert.equal((await create(adapter, document)).kind, 'blocked');
    await settledAsOne(adapter, document);
  },

  async 'a pending invoice is waited for, until it is valid or failed'(adapter, script) {
    for (const [fault, end] of [
      ['pending_then_valid', 'stamped'],
      ['pending_then_failed', 'review'],
    ]) {
      await script.fault({ fault, resolve_ms: 200 });
      const document = conformanceDocument();
      const outcome = await create(adapter, document);
      assert.ok(outcome.kind === 'pending', outcome.kind);
      assert.equal((await resolved(adapter, outcome)).kind, end);
    }
  },

  async 'a connection that is refused was certainly not sent'({ key }, { unreachable }) {
    const answer = await unreachable.createInvoice(key, conformanceDocument(), wait);
    assert.equal(outcomeOfCreate(answer).kind, 'unavailable');
  },
};

async function create(
  { port, key }: ConformanceAdapter,
  document: FrozenDocument,
  limit = wait,
): Promise<Outcome> {
  return outcomeOfCreate(await port.createInvoice(key, document, limit));
}

async function stamped(
  adapter: ConformanceAdapter,
  document: FrozenDocument,
): Promise<FacturapiInvoice> {
  const outcome = await resolved(adapter, await create(adapter, document));
  assert.ok(outcome.kind === 'stamped', `${outcome.kind}: ${JSON.stringify(outcome)}`);
  return outcome.invoice;
}

/** Polls what is pending, as the real one asks for, until it is settled. */
async function resolved(adapter: ConformanceAdapter, outcome: Outcome): Promise<Outcome> {
  if (outcome.kind !== 'pending') return outcome;
  const { port, key } = adapter;
  return poll(adapter, async () => {
    const now = outcomeOfInvoice(bodyOf(await port.readInvoice(key, outcome.invoice.id, wait)));
    return now.kind === 'pending' ? undefined : now;
  });
}

/** The same body again: whichever way it goes, in the end there is one CFDI of it. */
async function settledAsOne(adapter: ConformanceAdapter, document: FrozenDocument): Promise<void> {
  const again = await create(adapter, document);
  assert.match(again.kind, /^(stamped|pending|unknown)$/);
  const found = await foundBy(adapter, document);
  assert.equal(found.length, 1);
  assert.equal(found[0]?.status, 'valid');
}

async function foundBy(adapter: ConformanceAdapter, document: FrozenDocument) {
  return poll(adapter, async () => {
    const list = await listOf(adapter, document);
    return list.length === 0 ? undefined : list;
  });
}

async function uuidsOf(adapter: ConformanceAdapter, document: FrozenDocument) {
  return (await foundBy(adapter, document)).map(({ uuid }) => uuid);
}

async function listOf({ port, key }: ConformanceAdapter, { external_id }: FrozenDocument) {
  const list = readInvoiceList(await port.findByExternalId(key, external_id, wait));
  assert.ok(list, 'the list of invoices cannot be read');
  return list;
}

async function poll<T>(
  { patienceMs }: ConformanceAdapter,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (const deadline = Date.now() + patienceMs; ; await pause(pollMs)) {
    const value = await ask();
    if (value !== undefined) return value;
    assert.ok(Date.now() < deadline, `nothing came within ${patienceMs} ms`);
  }
}

function answered(answer: Answer): Answer & { kind: 'answered' } {
  assert.ok(answer.kind === 'answered', JSON.stringify(answer));
  return answer;
}

function bodyOf(answer: Answer): FacturapiInvoice {
  const { status, body } = answered(answer);
  assert.equal(status, 200);
  return body as FacturapiInvoice;
}
