import type { createInvoice } from '../../server/stamping/attempts/create-invoice.ts';
import type { Performed, PerformOptions } from '../../server/stamping/attempts/ended-attempt.ts';
import { bufferMsMax } from '../../server/stamping/deadlines.ts';
import { type ModelClock, modelClock } from './model-clock.ts';
import { modelFacturapi, type Variant, type Work } from './model-facturapi.ts';
import { type ModelCall, type ModelClaim, modelQueue } from './model-queue.ts';
import { type AttemptPlan, faultless, type ModelPort, modelWire } from './model-wire.ts';

/** How a result reaches PostgreSQL; what is not confirmed is written again. */
export const writings = ['confirmed', 'twice', 'confirmation_lost', 'postgresql_away'] as const;
export type Writing = (typeof writings)[number];

export interface StampersOptions {
  readonly variant: Variant;
  /** The machine under test, or a broken one that must be caught. */
  readonly attempt: typeof createInvoice;
  /** Whether an event from FacturAPI may make a delayed call due at once. */
  readonly mayHurry: (call: ModelCall, nowMs: number) => boolean;
}

interface Attempt {
  readonly call: ModelClaim;
  readonly claimedAtMs: number;
  started: boolean;
  writing: Writing;
  performed?: Performed;
}

/** One stamper process that leads, or led. */
interface Stamper {
  readonly epoch: number;
  dead: boolean;
  attempts: Attempt[];
}

const drainRoundsMax = 5_000;

/** The one place that builds what an attempt is given. */
function performOptions(clock: ModelClock, port: ModelPort, chance: number): PerformOptions {
  return {
    facturapi: port as PerformOptions['facturapi'],
    keyOf: () => 'sk_1',
    now: () => new Date(clock.nowMs()),
    random: () => chance,
  };
}

/**
 * A hint may shorten a pause or the wait for a pending invoice. It must not shorten what the
 * look-ups rest upon: the time for which FacturAPI may be at work on an attempt that was given up,
 * and the waits before a look-up whose emptiness decides.
 */
export function mayHurrySafely(call: ModelCall, nowMs: number): boolean {
  const { doubt } = (call.lastProblem ?? {}) as { doubt?: unknown };
  return call.emptyLookUps === 0 && !doubt && (call.slotUntilMs ?? 0) <= nowMs;
}

/** The stampers of one installation, in time that is told to pass: one leads, some did once. */
export function modelStampers(o: StampersOptions) {
  const clock = modelClock(Date.UTC(2026, 2, 1));
  const facturapi = modelFacturapi(clock, o.variant);
  const queue = modelQueue(clock.nowMs);
  const faults: string[] = [];
  const counts = { fenced: 0, takeOvers: 0, hurried: 0 };
  let leader: Stamper = { epoch: 1, dead: false, attempts: [] };
  const stale: Stamper[] = [];

  const ours = () => new Set(leader.attempts.map((one) => one.call.id));
  const everyone = () => [leader, ...stale];
  const buffered = (stamper: Stamper) => stamper.attempts.filter((one) => !one.started);
  const heldBack = () =>
    everyone().flatMap((stamper) =>
      stamper.attempts.filter((one) => one.performed).map((one) => ({ stamper, one })),
    );

  function forget(stamper: Stamper, gone: readonly Attempt[]) {
    stamper.attempts = stamper.attempts.filter((one) => !gone.includes(one));
  }

  function putBack(stamper: Stamper, attempts: readonly Attempt[]) {
    forget(stamper, attempts);
    const calls = attempts.map((one) => one.call);
    queue.putBack(stamper.epoch, calls);
  }

  /** As lane.ts does before it starts anything. */
  function putBackAged() {
    const now = clock.nowMs();
    const aged = buffered(leader).filter((one) => now - one.claimedAtMs > bufferMsMax);
    putBack(leader, aged);
  }

  function claim(count: number, confirmed: boolean) {
    const early = queue.calls.filter(
      (call) => call.state === 'queued' && (call.slotUntilMs ?? 0) > clock.nowMs(),
    );
    const calls = queue.claim(leader.epoch, count);
    if (early.some(({ state }) => state === 'calling')) {
      faults.push('a call was claimed while FacturAPI may be at its last attempt');
    }
    if (!confirmed) return;
    const claimedAtMs = clock.nowMs();
    leader.attempts.push(
      ...calls.map((call) => ({
        call,
        claimedAtMs,
        started: false,
        writing: 'confirmed' as const,
      })),
    );
  }

  async function start(pick: number, plan: AttemptPlan, writing: Writing) {
    putBackAged();
    if (buffered(leader).length === 0) claim(1, true);
    const waiting = buffered(leader);
    const one = waiting[pick % waiting.length];
    if (!one) return;
    one.started = true;
    one.writing = writing;
    const stamper = leader;
    const untilMs = one.claimedAtMs + one.call.promisedMs;
    const port = modelWire(clock, facturapi, plan, untilMs);
    o.attempt(one.call, performOptions(clock, port, plan.chance)).then(
      (performed) => {
        if (stamper.dead) return;
        one.performed = performed;
        if (writing !== 'postgresql_away') write(stamper, one);
        if (writing === 'twice') write(stamper, one);
        if (writing === 'confirmed' || writing === 'twice') forget(stamper, [one]);
      },
      (error: Error) => faults.push(`an attempt crashed: ${error.stack}`),
    );
    await clock.pass(clock.nowMs());
  }

  function write({ epoch }: Stamper, { call, performed }: Attempt) {
    const { settlement } = performed!;
    if (!queue.settle(call, epoch, settlement)) {
      counts.fenced += 1;
      return;
    }
    const { doubt } = (settlement.problem ?? {}) as { doubt?: { code: string } };
    if (doubt?.code === 'invoice_stamping_failed') facturapi.of(call.invoiceId).told = true;
  }

  function writeAgain(pick: number) {
    const held = heldBack();
    const { stamper, one } = held[pick % held.length]!;
    write(stamper, one);
    forget(stamper, [one]);
  }

  function lookAround() {
    putBackAged();
    queue.wake(ours());
    queue.requeueOverdue(ours());
  }

  /** Another stamper leads. The one before it is dead, or goes on not knowing what happened. */
  function lose(how: 'killed' | 'frozen' | 'knows') {
    counts.takeOvers += 1;
    const before = leader;
    leader = { epoch: before.epoch + 1, dead: false, attempts: [] };
    if (how === 'killed') {
      before.dead = true;
      return;
    }
    const waiting = buffered(before);
    if (how === 'knows') putBack(before, waiting);
    else forget(before, waiting);
    stale.push(before);
  }

  /** A webhook is but a hint to look, and only of an invoice that FacturAPI has. */
  function hint(pick: number) {
    const told = hinted();
    const call = told[pick % told.length]!;
    if (!o.mayHurry(call, clock.nowMs())) return;
    counts.hurried += 1;
    call.runAtMs = Math.min(call.runAtMs, clock.nowMs());
  }
  const hinted = () =>
    queue.calls.filter(
      ({ state, invoice }) =>
        state === 'delayed' && facturapi.of(invoice.document.external_id).invoices.length > 0,
    );

  const isOpen = (call: ModelCall) => call.state !== 'done' && call.state !== 'dead';

  function nextMs(): number | undefined {
    const waits = queue.calls.map((call) =>
      call.state === 'calling' ? call.deadlineMs! : call.runAtMs,
    );
    const all = [...waits, clock.nextMs() ?? 0].filter((ms) => ms > clock.nowMs());
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  /** Nothing fails any more, and time passes until every call has ended. */
  async function drain(work: Work) {
    for (let round = 0; round < drainRoundsMax && queue.calls.some(isOpen); round++) {
      for (const { stamper, one } of heldBack().filter((held) => held.stamper === leader)) {
        write(stamper, one);
        forget(stamper, [one]);
      }
      lookAround();
      claim(queue.calls.length, true);
      while (buffered(leader).length > 0) await start(0, { ...faultless, work }, 'confirmed');
      await clock.pass(nextMs() ?? clock.nowMs());
    }
    // What FacturAPI still works at ends, and whoever was frozen longest writes last.
    for (let at = clock.nextMs(); at !== undefined; at = clock.nextMs()) await clock.pass(at);
    while (heldBack().length > 0) writeAgain(0);
  }

  return {
    clock,
    facturapi,
    queue,
    faults,
    counts,
    mayStart: () =>
      buffered(leader).length > 0 || queue.calls.some((call) => call.state === 'queued'),
    mayWriteAgain: () => heldBack().length > 0,
    mayHint: () => hinted().length > 0,
    nextMs,
    claim,
    start,
    writeAgain,
    lookAround,
    lose,
    hint,
    drain,
  };
}

export type ModelStampers = ReturnType<typeof modelStampers>;
