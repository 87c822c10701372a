/** Rejects when the work has not ended in time; the work itself goes on. */
export async function within<T>(
  msMax: number,
  work: Promise<T>,
  why = `no answer within ${msMax} ms`,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(why)), msMax);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
