import { setImmediate } from 'node:timers/promises';

export interface ModelClock {
  nowMs(): number;
  at(atMs: number, happen: () => void): void;
  /** When the next thing happens, if anything will. */
  nextMs(): number | undefined;
  pass(untilMs: number): Promise<void>;
}

/** Time that passes when it is told to. What is due happens one after the other, in order. */
export function modelClock(startMs: number): ModelClock {
  let nowMs = startMs;
  const due: Array<{ readonly atMs: number; readonly happen: () => void }> = [];
  return {
    nowMs: () => nowMs,
    at(atMs, happen) {
      const later = due.findIndex((one) => one.atMs > atMs);
      due.splice(later === -1 ? due.length : later, 0, { atMs, happen });
    },
    nextMs: () => due[0]?.atMs,
    async pass(untilMs) {
      // Whoever was just started may ask for something that is due at once.
      await setImmediate();
      while (due[0] && due[0].atMs <= untilMs) {
        const { atMs, happen } = due.shift()!;
        nowMs = Math.max(nowMs, atMs);
        happen();
        // What waited for it goes on until it waits again.
        await setImmediate();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}
