import { setTimeout as wait } from 'node:timers/promises';

const lookEveryMs = 25;

/** Waits for a condition, looking often; fails after `msMax` instead of guessing a sleep. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  msMax = 20_000,
  what = condition.toString(),
): Promise<void> {
  const deadlineMs = Date.now() + msMax;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${msMax} ms: ${what}`);
    await wait(lookEveryMs);
  }
}
