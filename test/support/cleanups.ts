import { after } from 'node:test';

/** What must be undone when a test, or a whole describe block, ends: the last made goes first. */
export interface Cleanups {
  after(undo: () => unknown): void;
}

/** For a describe block: call it there, and hand it to what its `before` starts. */
export function cleanupsOfBlock(): Cleanups {
  return lastFirst(after);
}

/** For a test that starts several things that stand on each other. */
export function cleanupsOfTest(t: Cleanups): Cleanups {
  return lastFirst((undo) => t.after(undo));
}

function lastFirst(register: (undo: () => unknown) => unknown): Cleanups {
  const undos: Array<() => unknown> = [];
  register(async () => {
    for (const undo of undos.reverse()) await undo();
  });
  return { after: (undo) => undos.push(undo) };
}
