import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import {
  ownLane,
  readCall,
  readInvoiceRow,
  testClient,
  testPool,
} from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { secretBox } from '../platform/secret-box.ts';
import { priorities } from '../stamping/queue/priorities.ts';
import {
  boxKey,
  type CallRow,
  type Company,
  callsOf,
  eventOf,
  eventsOf,
  everything,
  listeningCompany,
  makeInvoice,
  send,
  sign,
  type TestWebhooks,
  testWebhooks,
} from './test-webhooks.ts';
import { makeWebhooks } from './webhooks.ts';
import { eventDaysMax, eventsRemovedMax, removeOldEvents } from './webhooks-store.ts';

const inAnHour = () => new Date(Date.now() + 3_600_000);

describe('an event makes us read, and nothing else', () => {
  const cleanups = cleanupsOfBlock();
  let w: TestWebhooks;
  let company: Company;
  let stamper: pg.Pool;
  const woken: string[] = [];
  before(async () => {
    w = await testWebhooks(cleanups);
    company = await listeningCompany(w);
    stamper = testPool(cleanups, w.database.stamper, 1);
    const listener = await testClient(cleanups, w.database.stamper);
    listener.on('notification', ({ payload }) => woken.push(payload!));
    await listener.query('listen timbra_calls');
  });
  const tell = async (
    invoice: { facturapiId: string; externalId?: string | null; status?: string },
    change = {},
  ) => {
    const event = eventOf(company, invoice, change);
    const answer = await send(w, company, event);
    assert.equal(answer.statusCode, 200, answer.body);
    return event;
  };
  const effects = () =>
    w.records.filter(({ effect }) => effect !== undefined).map(({ effect }) => effect);

  test('a stamped invoice is read again, behind people, and the stamper wakes', async () => {
    for (const status of ['valid', 'canceled', 'review', 'pending']) {
      woken.length = 0;
      const invoice = await makeInvoice(w, company, { status });
      await until(() => woken.length > 0); // of the creation
      woken.length = 0;
      await tell(
        { ...invoice, status: 'canceled' },
        { type: 'invoice.cancellation_status_updated' },
      );
      const [, read, ...more] = (await callsOf(w, invoice.invoiceId)) as [CallRow, CallRow];
      assert.deepEqual(
        [read.kind, read.state, read.priority, read.lane, more.length],
        ['read_invoice', 'queued', priorities.batch, w.lane, 0],
      );
      assert.match(read.request_id!, /^[0-9a-f-]{36}$/);
      assert.equal((await readInvoiceRow(w.admin, invoice.invoiceId)).status, status);
      await until(() => woken.includes(String(w.lane)));
    }
  });

  test('an invoice is found by our own name where FacturAPI’s is not known yet', async () => {
    const invoice = await makeInvoice(w, company, {
      status: 'queued',
      facturapiId: null,
      call: { state: 'delayed', run_at: inAnHour(), outcome_unknown: true },
    });
    await tell({ ...invoice, externalId: null });
    assert.equal((await readCall(w.admin, invoice.callId)).state, 'delayed');
    await tell(invoice);
    assert.equal((await readCall(w.admin, invoice.callId)).state, 'queued');
  });

  test('FacturAPI’s own name goes before ours, which another hand may have used there', async () => {
    const named = await makeInvoice(w, company, { status: 'valid' });
    const other = await makeInvoice(w, company, { status: 'valid' });
    await tell({ facturapiId: named.facturapiId, externalId: other.externalId });
    assert.equal((await callsOf(w, named.invoiceId)).length, 2);
    assert.equal((await callsOf(w, other.invoiceId)).length, 1);
  });

  test('an invoice that rests between two polls is polled now, once', async () => {
    const lane = ownLane();
    const invoice = await makeInvoice(w, company, {
      status: 'pending',
      call: { state: 'delayed', run_at: inAnHour(), attempts: 4, lane },
    });
    await tell(invoice);
    const [call, ...more] = (await callsOf(w, invoice.invoiceId)) as [CallRow];
    assert.deepEqual([call.state, call.attempts, call.priority], ['queued', 4, 1]);
    assert.ok(call.run_at <= new Date());
    assert.equal(call.request_id, 'of the creation');
    assert.equal(more.length, 0);
    await until(() => woken.includes(String(lane)));
  });

  test('nobody is hurried against FacturAPI’s word, its work, its lists or a doubt', async () => {
    const rests = [
      { last_problem: { code: 'busy' } },
      { last_problem: { code: 'rate_limit_exceeded' } },
      { slot_until: inAnHour() },
      { last_problem: { code: 'doubtful', doubt: { code: 'x' } }, outcome_unknown: true },
      { outcome_unknown: true, empty_look_ups: 1 },
    ];
    for (const rest of rests) {
      const call = { state: 'delayed', run_at: inAnHour(), ...rest };
      const invoice = await makeInvoice(w, company, { status: 'queued', facturapiId: null, call });
      const before = await callsOf(w, invoice.invoiceId);
      await tell(invoice);
      assert.deepEqual(await callsOf(w, invoice.invoiceId), before, JSON.stringify(rest));
      assert.equal(effects().at(-1), 'on_its_way');
    }
  });

  test('one that overtakes the answer of its own creation changes nothing', async () => {
    const invoice = await makeInvoice(w, company, {
      status: 'stamping',
      facturapiId: null,
      call: { state: 'calling', claimed_by: 7, deadline: inAnHour(), attempts: 1 },
    });
    const now = async () => [
      await callsOf(w, invoice.invoiceId),
      await readInvoiceRow(w.admin, invoice.invoiceId),
    ];
    const before = await now();
    await tell({ ...invoice, status: 'failed' });
    assert.deepEqual(await now(), before);
    assert.equal(effects().at(-1), 'on_its_way');
  });

  test('one that comes during a poll has the invoice read after it', async () => {
    const invoice = await makeInvoice(w, company, {
      status: 'pending',
      call: { state: 'calling', claimed_by: 7, deadline: inAnHour() },
    });
    await tell(invoice);
    const kinds = (await callsOf(w, invoice.invoiceId)).map(({ kind, state }) => [kind, state]);
    assert.deepEqual(kinds, [
      ['create_invoice', 'calling'],
      ['read_invoice', 'queued'],
    ]);
  });

  test('events that come during a read have it made once more, as the stamper', async () => {
    const invoice = await makeInvoice(w, company, { status: 'valid' });
    await tell(invoice);
    const [, read] = (await callsOf(w, invoice.invoiceId)) as [CallRow, CallRow];
    const set = (state: string) =>
      stamper.query('update stamping_calls set state = $2 where id = $1', [read.id, state]);
    await set('calling');
    await tell(invoice);
    await tell({ ...invoice, status: 'canceled' });
    const [, flying, ...none] = (await callsOf(w, invoice.invoiceId)) as [CallRow, CallRow];
    const marked = { ...read, state: 'calling', asked_again: true };
    assert.deepEqual([flying, none], [marked, []]);
    await set('done');
    const rows = await callsOf(w, invoice.invoiceId);
    const [, , again, ...more] = rows as [CallRow, CallRow, CallRow];
    assert.deepEqual(
      [again.kind, again.state, again.priority, again.lane, again.asked_again, more.length],
      ['read_invoice', 'queued', priorities.batch, w.lane, false, 0],
    );
  });

  test('what is told in whatever order leaves the same', async () => {
    const told = ['pending', 'valid', 'canceled'];
    const ends: unknown[] = [];
    for (const order of [told, told.toReversed(), ['valid', 'canceled', 'pending']]) {
      const invoice = await makeInvoice(w, company, { status: 'valid' });
      for (const status of order) await tell({ ...invoice, status });
      const calls = await callsOf(w, invoice.invoiceId);
      const row = await readInvoiceRow(w.admin, invoice.invoiceId);
      ends.push([calls.map(({ kind, state }) => `${kind} ${state}`), row.status, row.version]);
    }
    assert.deepEqual(ends[1], ends[0]);
    assert.deepEqual(ends[2], ends[0]);
  });

  test('a repeat is answered as the first, and brings nothing about', async () => {
    const invoice = await makeInvoice(w, company, { status: 'valid' });
    const event = await tell(invoice);
    await w.admin.query(`update stamping_calls set state = 'done' where invoice_id = $1`, [
      invoice.invoiceId,
    ]);
    const answer = await send(w, company, event);
    assert.deepEqual([answer.statusCode, answer.json()], [200, { received: true }]);
    assert.equal((await callsOf(w, invoice.invoiceId)).length, 2);
    assert.equal(effects().at(-1), 'repeat');
  });

  test('ten at once of one event have one effect', async () => {
    const invoice = await makeInvoice(w, company, { status: 'valid' });
    const event = eventOf(company, invoice);
    const before = effects().length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(w, company, event)));
    assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([200]));
    const had = effects().slice(before).sort();
    assert.deepEqual(had, ['asked', ...Array(9).fill('repeat')]);
    const kept = await eventsOf(w, company.tenantId);
    assert.equal(kept.filter(({ event_id }) => event_id === event.id).length, 1);
    assert.equal((await callsOf(w, invoice.invoiceId)).length, 2);
  });

  test('an event whose effect fails is not known as received, so its repeat counts', async () => {
    const invoice = await makeInvoice(w, company, { status: 'valid' });
    const lane = 'no number' as never;
    const broken = makeWebhooks({ pool: w.app, secrets: secretBox(boxKey), lane });
    const event = eventOf(company, invoice);
    const body = JSON.stringify(event);
    const given = { token: company.token, raw: Buffer.from(body), requestId: 'request-1' };
    const before = await everything(w);
    await assert.rejects(
      broken.receive({ ...given, signature: sign(company.secret, body) }),
      /integer/,
    );
    assert.deepEqual(await everything(w), before);
    assert.equal((await send(w, company, event)).statusCode, 200);
    assert.equal((await callsOf(w, invoice.invoiceId)).length, 2);
  });

  test('what is not about an invoice of ours is received all the same', async () => {
    const { rows: before } = await w.admin.query('select count(*) from stamping_calls');
    await tell({ facturapiId: randomBytes(12).toString('hex') });
    assert.equal(effects().at(-1), 'no_invoice');
    const refused = await makeInvoice(w, company, { status: 'rejected', facturapiId: null });
    await tell(refused);
    assert.equal(effects().at(-1), 'nothing_to_read');
    const objects = [{ type: 'receipt', object: { id: refused.facturapiId } }, 'nothing', null];
    for (const data of objects) {
      await tell(refused, { data, type: 'receipt.status_updated' });
      assert.equal(effects().at(-1), 'unconcerned');
    }
    const { rows: after } = await w.admin.query('select count(*) from stamping_calls');
    assert.equal(after[0].count, before[0].count + 1);
  });

  test('events are forgotten after their time, so many at a time', async () => {
    await w.admin.query('delete from facturapi_events');
    const fill = (count: number, age: string) =>
      w.admin.query(
        `insert into facturapi_events (tenant_id, event_id, type, received_at)
         select $1, $3 || i, 'x', now() - $3::interval from generate_series(1, $2::int) i`,
        [company.tenantId, count, age],
      );
    await fill(eventsRemovedMax + 1, `${eventDaysMax + 1} days`);
    await fill(3, `${eventDaysMax - 1} days`);
    const removed = [];
    for (let i = 0; i < 3; i += 1) removed.push(await removeOldEvents(w.app));
    assert.deepEqual(removed, [eventsRemovedMax, 1, 0]);
    assert.equal((await eventsOf(w, company.tenantId)).length, 3);
  });
});
