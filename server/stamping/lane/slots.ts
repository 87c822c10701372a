/**
 * The slots of one lane: how many calls may be in flight at FacturAPI. A slot is
 *   free -> calling -> free
 *                   -> quarantined -> free
 * A call that ended without an answer leaves its slot quarantined until FacturAPI can no longer
 * be working on it; a call inherited from a dead leader is quarantined until its deadline.
 * What holds a slot is one attempt: the next attempt of the same call needs a slot of its own.
 */
/** One attempt of one call, by any name that no other attempt has. */
export type Attempt = string | number;

export interface Slots {
  readonly limit: number;
  free(nowMs: number): number;
  inFlight(): number;
  start(attempt: Attempt): void;
  /** It was answered: FacturAPI's work has ended. */
  end(attempt: Attempt): void;
  /** It was given up: its work may go on until `untilMs`. */
  quarantine(attempt: Attempt, untilMs: number): void;
  /** A dead leader's attempt: it may be in flight until `untilMs`. */
  inherit(attempt: Attempt, untilMs: number): void;
}

/** Names one attempt of one call. */
export function attemptKey(call: { readonly id: number; readonly attempts: number }): string {
  return `${call.id}#${call.attempts}`;
}

export function makeSlots(limit: number): Slots {
  const calling = new Set<Attempt>();
  const quarantined = new Map<Attempt, number>();

  return {
    limit,
    free(nowMs) {
      for (const [attempt, untilMs] of quarantined) {
        if (untilMs <= nowMs) quarantined.delete(attempt);
      }
      // An attempt of ours that is also inherited (we lost the lead and won it back) counts once.
      let held = calling.size;
      for (const attempt of quarantined.keys()) if (!calling.has(attempt)) held += 1;
      return Math.max(0, limit - held);
    },
    inFlight: () => calling.size,
    start(attempt) {
      calling.add(attempt);
    },
    end(attempt) {
      calling.delete(attempt);
      quarantined.delete(attempt);
    },
    quarantine(attempt, untilMs) {
      calling.delete(attempt);
      quarantined.set(attempt, Math.max(untilMs, quarantined.get(attempt) ?? 0));
    },
    inherit(attempt, untilMs) {
      quarantined.set(attempt, Math.max(untilMs, quarantined.get(attempt) ?? 0));
    },
  };
}
