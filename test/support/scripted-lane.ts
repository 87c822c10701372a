import type pg from 'pg';
import type { DatabaseAccess } from '../../server/platform/postgres/database.ts';
import type { Performed } from '../../server/stamping/attempts/ended-attempt.ts';
import { type LaneOptions, startLane } from '../../server/stamping/lane/lane.ts';
import { startLeadership } from '../../server/stamping/lane/leadership.ts';
import { makeGovernor } from '../../server/stamping/mood/governor.ts';
import type { Settlement } from '../../server/stamping/queue/settle-call.ts';
import type { ClaimedCall } from '../../server/stamping/queue/stamping-queue.ts';
import type { Cleanups } from './cleanups.ts';
import { keptLog } from './records.ts';

/** Ends the invoice without asking for its XML, so that a lane has nothing more to do. */
export const refusedInvoice: Settlement = {
  state: 'done',
  invoice: { status: 'rejected', rejection: { code: 'refused', message: 'No.' } },
};

/** A lane whose calls are made by the test: each stays in flight until the test ends it. */
export function scriptedLane(
  t: Cleanups,
  o: {
    readonly lane: number;
    readonly limit: number;
    readonly stamper: DatabaseAccess;
    readonly pool: pg.Pool;
  },
) {
  const { log, records } = keptLog();
  const started: Array<{ readonly call: ClaimedCall; readonly atMs: number }> = [];
  const open = new Map<number, { end: (performed: Performed) => void; crash: () => void }>();
  let most = 0;

  const perform: LaneOptions['perform'] = (call) => {
    started.push({ call, atMs: Date.now() });
    return new Promise<Performed>((resolve, reject) => {
      open.set(call.id, { end: resolve, crash: () => reject(new Error('a fault of ours')) });
      most = Math.max(most, open.size);
    });
  };
  const take = (callId: number) => {
    const one = open.get(callId);
    if (!one) throw new Error(`call ${callId} is not in flight`);
    open.delete(callId);
    return one;
  };
  const end = (callId: number, settlement: Settlement = refusedInvoice) => {
    const now = new Date();
    const attempt = { outcome: 'of the test', startedAt: now, endedAt: now };
    take(callId).end({ settlement, attempt });
  };

  const leadership = startLeadership({ access: o.stamper, name: 'test', log });
  const lane = startLane({
    lane: o.lane,
    limit: o.limit,
    leadership,
    pool: o.pool,
    log,
    makeGovernor: (inFlight) => makeGovernor({ limit: o.limit, inFlight, random: Math.random }),
    perform,
  });
  t.after(async () => {
    const stopped = lane.stop();
    for (const id of [...open.keys()]) end(id);
    await stopped;
    await leadership.stop();
  });
  return {
    ...lane,
    started,
    records,
    end,
    crash: (callId: number) => take(callId).crash(),
    inFlight: () => [...open.keys()],
    most: () => most,
    timesStarted: (callId: number) => started.filter(({ call }) => call.id === callId).length,
  };
}
