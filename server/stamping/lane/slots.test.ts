import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { attemptKey, makeSlots, type Slots } from './slots.ts';

/** What may be in flight at FacturAPI, as the slots should see it. */
interface Model {
  nowMs: number;
  lastId: number;
  calling: Set<number>;
  until: Map<number, number>;
}

function held(model: Model): Set<number> {
  const quarantined = [...model.until].filter(([, untilMs]) => untilMs > model.nowMs);
  return new Set([...model.calling, ...quarantined.map(([id]) => id)]);
}

const limit = 5;
type Command = fc.Command<Model, Slots>;

/** After every step the free slots are those that the model leaves, and never less than none. */
function agree(model: Model, slots: Slots): void {
  assert.equal(slots.free(model.nowMs), Math.max(0, limit - held(model).size));
  assert.equal(slots.inFlight(), model.calling.size);
}

/** As the lane does it: only into a free slot. */
class Start implements Command {
  check = (m: Readonly<Model>) => held(m).size < limit;
  run(m: Model, slots: Slots) {
    m.lastId += 1;
    m.calling.add(m.lastId);
    slots.start(m.lastId);
    assert.ok(held(m).size <= limit, `${held(m).size} calls in flight`);
    agree(m, slots);
  }
  toString = () => 'start';
}

class End implements Command {
  readonly which: number;
  constructor(which: number) {
    this.which = which;
  }
  check = (m: Readonly<Model>) => m.calling.size > 0;
  run(m: Model, slots: Slots) {
    const id = [...m.calling][this.which % m.calling.size]!;
    m.calling.delete(id);
    m.until.delete(id);
    slots.end(id);
    agree(m, slots);
  }
  toString = () => `end(${this.which})`;
}

class GiveUp implements Command {
  readonly which: number;
  readonly workMs: number;
  constructor(which: number, workMs: number) {
    this.which = which;
    this.workMs = workMs;
  }
  check = (m: Readonly<Model>) => m.calling.size > 0;
  run(m: Model, slots: Slots) {
    const id = [...m.calling][this.which % m.calling.size]!;
    const untilMs = m.nowMs + this.workMs;
    m.calling.delete(id);
    m.until.set(id, Math.max(untilMs, m.until.get(id) ?? 0));
    slots.quarantine(id, untilMs);
    agree(m, slots);
  }
  toString = () => `give up(${this.which}, ${this.workMs} ms)`;
}

/** The lead was lost and won again: rows of others, and of ours that are still in flight. */
class Inherit implements Command {
  readonly ours: boolean;
  readonly leftMs: number;
  constructor(ours: boolean, leftMs: number) {
    this.ours = ours;
    this.leftMs = leftMs;
  }
  check = (m: Readonly<Model>) => !this.ours || m.calling.size > 0;
  run(m: Model, slots: Slots) {
    if (!this.ours) m.lastId += 1;
    const id = this.ours ? [...m.calling][0]! : m.lastId;
    m.until.set(id, Math.max(m.until.get(id) ?? 0, m.nowMs + this.leftMs));
    slots.inherit(id, m.nowMs + this.leftMs);
    agree(m, slots);
  }
  toString = () => `inherit(${this.ours ? 'ours' : 'of another'}, ${this.leftMs} ms)`;
}

class Pass implements Command {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check = () => true;
  run(m: Model, slots: Slots) {
    m.nowMs += this.ms;
    agree(m, slots);
  }
  toString = () => `${this.ms} ms pass`;
}

const waitMs = fc.integer({ min: 0, max: 20_000 });
const anyCommand = [
  fc.constant(new Start()),
  fc.constant(new Start()),
  fc.nat(10).map((which) => new End(which)),
  fc.tuple(fc.nat(10), waitMs).map(([which, ms]) => new GiveUp(which, ms)),
  fc.tuple(fc.boolean(), waitMs).map(([ours, ms]) => new Inherit(ours, ms)),
  waitMs.map((ms) => new Pass(ms)),
];

describe('slots', () => {
  test('whatever happens, no call starts when the limit may be in flight at FacturAPI', () => {
    fc.assert(
      fc.property(fc.commands(anyCommand, { size: '+1' }), (commands) => {
        const model = () =>
          ({ nowMs: 0, lastId: 0, calling: new Set(), until: new Map() }) as Model;
        fc.modelRun(() => ({ model: model(), real: makeSlots(limit) }), commands);
      }),
      { numRuns: 500 },
    );
  });

  test('at the limit nothing is free, and one below it one is', () => {
    const slots = makeSlots(2);
    slots.start(1);
    assert.equal(slots.free(0), 1);
    slots.start(2);
    assert.equal(slots.free(0), 0);
    slots.end(1);
    assert.equal(slots.free(0), 1);
  });

  test('a call given up holds its slot until its time, and not a millisecond longer', () => {
    const slots = makeSlots(1);
    slots.start(1);
    slots.quarantine(1, 5_000);
    assert.equal(slots.inFlight(), 0);
    assert.equal(slots.free(4_999), 0);
    assert.equal(slots.free(5_000), 1);
  });

  test('an answer to a call that was given up frees its slot at once', () => {
    const slots = makeSlots(1);
    slots.start(1);
    slots.quarantine(1, 5_000);
    slots.end(1);
    assert.equal(slots.free(0), 1);
  });

  test('a call that is both ours and inherited counts once, and ends as one', () => {
    const slots = makeSlots(3);
    slots.start(7);
    slots.inherit(7, 10_000);
    slots.inherit(8, 10_000);
    assert.equal(slots.free(0), 1);
    slots.end(7);
    assert.equal(slots.free(0), 2);
    assert.equal(slots.free(10_000), 3);
  });

  test('more inherited calls than slots leave none free, not a negative number of them', () => {
    const slots = makeSlots(2);
    for (const id of [1, 2, 3]) slots.inherit(id, 1_000 * id);
    assert.equal(slots.free(0), 0);
    assert.equal(slots.free(1_000), 0);
    assert.equal(slots.free(2_000), 1);
  });

  test('what is inherited is never let go sooner than it was given up for', () => {
    const slots = makeSlots(1);
    slots.start(1);
    slots.quarantine(1, 5_000);
    slots.inherit(1, 1_000);
    assert.equal(slots.free(4_999), 0);
    assert.equal(slots.free(5_000), 1);
  });

  test('the next attempt of a call that was given up needs a slot of its own', () => {
    const call = { id: 7, attempts: 1 };
    const slots = makeSlots(2);
    slots.start(attemptKey(call));
    slots.quarantine(attemptKey(call), 5_000);
    slots.start(attemptKey({ ...call, attempts: 2 }));
    assert.equal(slots.free(0), 0);
    slots.end(attemptKey({ ...call, attempts: 2 }));
    assert.equal(slots.free(0), 1);
  });
});
