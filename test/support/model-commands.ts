import fc from 'fast-check';
import { givenUpWorkMsMax, stampableMsMax } from '../../server/stamping/deadlines.ts';
import { works } from './model-facturapi.ts';
import { checkInvariants } from './model-invariants.ts';
import { type ModelStampers, writings } from './model-stampers.ts';
import { type AttemptPlan, type CreationWay, readWays } from './model-wire.ts';

type Command = fc.AsyncCommand<ModelStampers, ModelStampers>;

const invoicesMax = 6;

/** Half of the time the first, which is what mostly happens; else any of the others. */
function mostly<T>(all: readonly T[]) {
  return fc.oneof(fc.constant(all[0]!), fc.constantFrom(...all));
}

/**
 * Bounded as the stamper's deadlines suppose: work at FacturAPI ends within `givenUpWorkMsMax` of
 * an attempt's start. An answer may travel longer than anybody waits.
 */
const plans = (
  ways: readonly CreationWay[],
  stallsMs: readonly number[],
): fc.Arbitrary<AttemptPlan> =>
  fc.record({
    work: mostly(works),
    workMs: fc.integer({ min: 0, max: givenUpWorkMsMax }),
    stallMs: mostly(stallsMs),
    timeoutMs: fc.constantFrom(10_000, 10_000, 5_000, 1_000),
    settleMs: fc.integer({ min: 0, max: 60_000 }),
    creation: mostly(ways),
    answerMs: fc.constantFrom(0, 0, 0, 500, 9_000, 12_000),
    read: mostly(readWays),
    readMs: fc.constantFrom(0, 100, 4_999, 6_000),
    chance: fc.constantFrom(0, 0.5, 0.999),
  });

export interface CommandsOptions {
  readonly stepsMax: number;
  readonly onStep: () => void;
  readonly ways: readonly CreationWay[];
  readonly stallsMs: readonly number[];
  /** How often FacturAPI sends a hint, where 1 is seldom. */
  readonly hints: number;
}

/** Steps of an installation and of the world around it; `onStep` counts those that were made. */
export function modelCommands(o: CommandsOptions) {
  const command = (
    name: string,
    run: (stampers: ModelStampers) => unknown,
    may: (stampers: Readonly<ModelStampers>) => boolean = () => true,
  ): Command => ({
    check: may,
    async run(stampers) {
      o.onStep();
      await run(stampers);
      checkInvariants(stampers);
    },
    toString: () => name,
  });
  const pick = fc.nat({ max: invoicesMax - 1 });

  const accept = fc.constant(
    command(
      'accept',
      (s) => s.queue.accept(),
      (s) => s.queue.calls.length < invoicesMax,
    ),
  );
  const claim = fc
    .tuple(fc.integer({ min: 1, max: 3 }), mostly([true, true, false]))
    .map(([count, confirmed]) =>
      command(`claim ${count}${confirmed ? '' : ', confirmation lost'}`, (s) =>
        s.claim(count, confirmed),
      ),
    );
  const start = fc
    .tuple(pick, plans(o.ways, o.stallsMs), mostly(writings))
    .map(([one, plan, writing]) =>
      command(
        `start ${one} ${JSON.stringify(plan)} ${writing}`,
        (s) => s.start(one, plan, writing),
        (s) => s.mayStart(),
      ),
    );
  const pass = fc
    .oneof(
      { weight: 15, arbitrary: fc.constantFrom(0, 50, 700, 1_900, 2_100, 5_000, 11_000, 60_000) },
      { weight: 1, arbitrary: fc.constant(stampableMsMax + 1) },
    )
    .map((ms) => command(`pass ${ms} ms`, (s) => s.clock.pass(s.clock.nowMs() + ms)));
  const passToNext = fc.constant(
    command(
      'pass until something is due',
      async (s) => {
        await s.clock.pass(s.nextMs()!);
        s.lookAround();
      },
      (s) => s.nextMs() !== undefined,
    ),
  );
  const lookAround = fc.constant(command('look around', (s) => s.lookAround()));
  const writeAgain = pick.map((one) =>
    command(
      `write again ${one}`,
      (s) => s.writeAgain(one),
      (s) => s.mayWriteAgain(),
    ),
  );
  const lose = fc
    .constantFrom('killed' as const, 'frozen' as const, 'knows' as const)
    .map((how) => command(`another leads, the first ${how}`, (s) => s.lose(how)));
  const hint = pick.map((one) =>
    command(
      `hint ${one}`,
      (s) => s.hint(one),
      (s) => s.mayHint(),
    ),
  );
  return fc.commands(
    [
      accept,
      ...[claim, claim, claim],
      ...[start, start, start, start, start],
      pass,
      ...[passToNext, passToNext, passToNext, passToNext],
      ...[lookAround, lookAround],
      ...[writeAgain, writeAgain],
      lose,
      ...Array.from({ length: o.hints }, () => hint),
    ],
    { maxCommands: o.stepsMax, size: 'max' },
  );
}
