import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The one gate to FacturAPI. A call may only be made within an attempt that holds a slot of its
 * lane: the client asks here before each one, and whoever comes any other way is refused.
 */
const permits = new AsyncLocalStorage<{ open: boolean }>();

export class NoSlotError extends Error {
  override name = 'NoSlotError';
  constructor() {
    super('a call to FacturAPI outside of a slot: every call goes through the stamping queue');
  }
}

/** What `work` starts may call FacturAPI until it ends, and not afterwards. */
export function withinSlot<T>(work: () => Promise<T>): Promise<T> {
  const permit = { open: true };
  return permits.run(permit, async () => {
    try {
      return await work();
    } finally {
      permit.open = false;
    }
  });
}

export function assertWithinSlot(): void {
  if (!permits.getStore()?.open) throw new NoSlotError();
}
