import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { callKey, makeInvoiceSignals } from './invoice-signals.ts';

const longMs = 60_000;
const told = (o: object = {}) =>
  JSON.stringify({ tenant: 't1', invoice: 'i1', kind: 'create_invoice', status: 'valid', ...o });

/** Whether a promise is settled after everything that was under way has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

function watching(t: { after(undo: () => void): void }, ...ids: string[]) {
  const signals = makeInvoiceSignals();
  const watch = signals.watch();
  for (const id of ids) watch.follow(id);
  t.after(watch.stop);
  return { signals, watch };
}

test('what was heard between following and waiting is not missed', async (t) => {
  const { signals, watch } = watching(t, 'i1');
  signals.received(told());
  assert.equal(await isSettled(watch.next(longMs)), true);
});

test('what is heard while waiting wakes, and only once', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { signals, watch } = watching(t, 'i1');
  const first = watch.next(longMs);
  signals.received(told());
  assert.equal(await isSettled(first), true);
  assert.equal(await isSettled(watch.next(longMs)), false);
});

test('several signals before a wait are one wake: the truth is read, not counted', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { signals, watch } = watching(t, 'i1');
  for (let i = 0; i < 3; i += 1) signals.received(told());
  assert.equal(await isSettled(watch.next(longMs)), true);
  assert.equal(await isSettled(watch.next(longMs)), false);
});

test('silence ends with the time that was given', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { watch } = watching(t, 'i1');
  const next = watch.next(5_000);
  mock.timers.tick(4_999);
  assert.equal(await isSettled(next), false);
  mock.timers.tick(1);
  assert.equal(await isSettled(next), true);
});

test("another invoice's signal wakes nobody", async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { signals, watch } = watching(t, 'i1');
  signals.received(told({ invoice: 'i2' }));
  assert.equal(await isSettled(watch.next(longMs)), false);
});

for (const status of ['queued', 'stamping', 'pending']) {
  test(`a request does not wake for an invoice that is only ${status}`, async (t) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    t.after(() => mock.timers.reset());
    const { signals, watch } = watching(t, 'i1');
    signals.received(told({ status }));
    assert.equal(await isSettled(watch.next(longMs)), false);
  });
}

test("a file's arrival wakes, although the invoice's status is not in it", async (t) => {
  const { signals, watch } = watching(t, 'i1');
  signals.received(told({ kind: 'fetch_pdf', status: null }));
  assert.equal(await isSettled(watch.next(longMs)), true);
});

test('after a broken connection everybody looks again', async (t) => {
  const { signals, watch } = watching(t, 'i1');
  const heard: unknown[] = [];
  t.after(signals.subscribe('t1', (signal) => heard.push(signal)));
  const next = watch.next(longMs);
  signals.lookAgain();
  assert.equal(await isSettled(next), true);
  assert.deepEqual(heard, ['look_again']);
});

test('two requests that follow one invoice both wake', async (t) => {
  const { signals, watch } = watching(t, 'i1');
  const other = signals.watch();
  other.follow('i1');
  t.after(other.stop);
  const both = Promise.all([watch.next(longMs), other.next(longMs)]);
  signals.received(told());
  assert.equal(await isSettled(both), true);
});

test('a watch that stopped is woken no more, and leaves the others theirs', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { signals, watch } = watching(t, 'i1');
  const stopped = signals.watch();
  stopped.follow('i1');
  stopped.stop();
  signals.received(told());
  assert.equal(await isSettled(stopped.next(longMs)), false);
  assert.equal(await isSettled(watch.next(longMs)), true);
});

test("a subscriber hears of its own company's invoices only, until it leaves", () => {
  const signals = makeInvoiceSignals();
  const heard: unknown[] = [];
  const leave = signals.subscribe('t1', (signal) => heard.push(signal));
  signals.received(told({ tenant: 't2' }));
  assert.deepEqual(heard, []);
  signals.received(told());
  assert.deepEqual(heard, [JSON.parse(told())]);
  leave();
  signals.received(told());
  assert.equal(heard.length, 1);
});

test('a call that is about no invoice wakes who follows it, and is no news of the company', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { signals, watch } = watching(t, callKey(12));
  const heard: unknown[] = [];
  t.after(signals.subscribe('t1', (signal) => heard.push(signal)));
  const search = { kind: 'search_catalog', status: null };
  const next = watch.next(longMs);
  signals.received(told({ ...search, invoice: null, call_id: 13 }));
  assert.equal(await isSettled(next), false);
  signals.received(told({ ...search, invoice: null, call_id: 12 }));
  assert.equal(await isSettled(next), true);
  assert.deepEqual(heard, []);
});

test('that an invoice is late is news of the company, and wakes no request', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { signals, watch } = watching(t, 'i1');
  const heard: unknown[] = [];
  t.after(signals.subscribe('t1', (signal) => heard.push(signal)));
  signals.received(told({ kind: 'late', status: 'queued' }));
  assert.equal(await isSettled(watch.next(longMs)), false);
  assert.equal(heard.length, 1);
});

test('what is no signal of ours is not heard', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { signals, watch } = watching(t, 'i1', callKey(12));
  const next = watch.next(longMs);
  for (const payload of ['', 'null', '7', '{', '{}', told({ tenant: 1 }), told({ invoice: 1 })]) {
    signals.received(payload);
  }
  signals.received(told({ invoice: null, call_id: '12' }));
  assert.equal(await isSettled(next), false);
});
