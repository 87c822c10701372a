import { setTimeout as delay } from 'node:timers/promises';

/** Polls until the condition holds; false when it still does not after `msMax`. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { msMax, everyMs = 25 }: { msMax: number; everyMs?: number },
): Promise<boolean> {
  const deadline = performance.now() + msMax;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await delay(everyMs);
  }
}
