import type { Facturapi } from '../../server/facturapi/facturapi.ts';
import { withinSlot } from '../../server/facturapi/gate.ts';

/** A client whose calls need no lane: there is no queue around it in a test of the client itself. */
export function withoutLane(client: Facturapi): Facturapi {
  const freed = Object.entries(client).map(([name, call]) => [
    name,
    (...asked: unknown[]) =>
      withinSlot(() => (call as (...a: unknown[]) => Promise<unknown>)(...asked)),
  ]);
  return Object.fromEntries(freed) as Facturapi;
}
