/** Work for later, all of which can be called off. */
export interface Timers {
  after(milliseconds: number, work: () => void): void;
  close(): void;
}

export function createTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();
  let closed = false;
  return {
    after(milliseconds, work) {
      if (closed) return;
      const timer = setTimeout(() => {
        pending.delete(timer);
        work();
      }, milliseconds);
      pending.add(timer);
    },
    close() {
      closed = true;
      for (const timer of pending) clearTimeout(timer);
    },
  };
}
