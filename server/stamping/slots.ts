/**
 * The slots of one lane: how many calls may be in flight at FacturAPI. A slot is
 *   free -> calling -> free
 *                   -> quarantined -> free
 * A call that ended without an answer leaves its slot quarantined until FacturAPI can no longer
 * be working on it; a call inherited from a dead leader is quarantined until its deadline.
 */
export interface Slots {
  readonly limit: number;
  free(nowMs: number): number;
  inFlight(): number;
  start(callId: number): void;
  /** The call was answered: FacturAPI's work has ended. */
  end(callId: number): void;
  /** The call was given up: its work may go on until `untilMs`. */
  quarantine(callId: number, untilMs: number): void;
  /** A dead leader's call: it may be in flight until `untilMs`. */
  inherit(callId: number, untilMs: number): void;
  /** When the next quarantined slot comes free; undefined when none is quarantined. */
  nextReleaseMs(): number | undefined;
}

export function makeSlots(limit: number): Slots {
  const calling = new Set<number>();
  const quarantined = new Map<number, number>();

  return {
    limit,
    free(nowMs) {
      for (const [id, untilMs] of quarantined) if (untilMs <= nowMs) quarantined.delete(id);
      // A call of ours that is also inherited (we lost the lead and won it back) counts once.
      let held = calling.size;
      for (const id of quarantined.keys()) if (!calling.has(id)) held += 1;
      return Math.max(0, limit - held);
    },
    inFlight: () => calling.size,
    start(callId) {
      calling.add(callId);
    },
    end(callId) {
      calling.delete(callId);
      quarantined.delete(callId);
    },
    quarantine(callId, untilMs) {
      calling.delete(callId);
      quarantined.set(callId, Math.max(untilMs, quarantined.get(callId) ?? 0));
    },
    inherit(callId, untilMs) {
      quarantined.set(callId, untilMs);
    },
    nextReleaseMs: () => (quarantined.size === 0 ? undefined : Math.min(...quarantined.values())),
  };
}
