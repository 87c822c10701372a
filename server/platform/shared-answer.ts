/**
 * One answer for all who ask at about the same time: those who come while it is being made get it
 * too, and so do those who come within `keepMs` after. A failure is not kept.
 */
export function sharedAnswer<T>(
  keepMs: number,
  make: () => Promise<T>,
  nowMs: () => number = () => performance.now(),
): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let goodUntilMs = Number.POSITIVE_INFINITY;
  return () => {
    if (answer && nowMs() < goodUntilMs) return answer;
    const made = make();
    answer = made;
    goodUntilMs = Number.POSITIVE_INFINITY;
    made.then(
      () => {
        goodUntilMs = nowMs() + keepMs;
      },
      () => {
        if (answer === made) answer = undefined;
      },
    );
    return made;
  };
}
