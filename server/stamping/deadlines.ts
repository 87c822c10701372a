import { connectMsMax } from '../facturapi/facturapi-client.ts';

/** Every wait of the stamper that is not learnt, named. The learnt ones: learnt-deadlines.ts. */

/** A claimed call starts within this age (from before its claim was sent), or goes back. */
export const bufferMsMax = 1_000;
/** FacturAPI's work on a call that we gave up ends at the latest so long after its sending. */
export const serverWorkMsMax = 5_000;
/** Counted from the attempt's start: connecting may stand before the sending. */
export const givenUpWorkMsMax = connectMsMax + serverWorkMsMax;
/** What is left of an attempt's time must be worth a call: else it is tried another time. */
export const sendingMsMin = 1_000;

/** After an unknown outcome: the list may lag behind, so look, wait, and look again. */
export const lookUpWaitMs = 2_000;
export const emptyLookUpsBeforeResend = 2;

export const backoffMsMin = 500;
export const backoffMsMax = 60_000;
export const blockedRetryMs = 60_000;
/** Added to FacturAPI's Retry-After. */
export const retryJitterMsMax = 1_000;
/** FacturAPI retries a pending stamp for 50 minutes; the first answers may come sooner. */
export const pollPendingMsMin = 5_000;
export const pollPendingMsMax = 60_000;
/** Some hours of trying; whoever asks for the file later starts it anew. */
export const fileAttemptsMax = 200;
/** A conflict, or a refusal without words, so often: a person must look at it. */
export const lastingAttemptsMax = 20;
/** A refusal that may stem from an earlier sending: look once more, then a person decides. */
export const doubtWaitMs = 5_000;
/** Crashes of our own on one call, after which it is held for a person. */
export const crashesMax = 3;
/** Deaths of the process while it made this call, after which it is held for a person. */
export const deathsMax = 5;
/** SAT stamps a document within 72 hours of its date; a person is warned before. */
export const stampableMsMax = 72 * 3_600_000;
export const lateAfterMs = 48 * 3_600_000;

/** Exponential with full jitter (AWS Architecture Blog, 2015), never below a tenth of its bound. */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = Math.min(backoffMsMax, backoffMsMin * 2 ** Math.min(attempt, 20));
  return Math.round(bound * (0.1 + 0.9 * random()));
}
