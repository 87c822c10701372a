import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { type Cleanups, cleanupsOfBlock, cleanupsOfTest } from '../../../test/support/cleanups.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { makeTenant, queueCall, silentLog, testPool } from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { type RosterLane, startRoster } from './lane-roster.ts';
import { startLeadership } from './leadership.ts';

const lanesCount = 6;

describe('the lanes of many organizations', () => {
  const cleanups = cleanupsOfBlock();
  let database: TestDatabase;
  let admin: pg.Pool;
  const lanes: number[] = [];
  before(async () => {
    database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    for (let i = 1; i <= lanesCount; i += 1) {
      await queueCall(admin, { tenantId: await makeTenant(admin), lane: i });
      lanes.push(i);
    }
  });

  /** A stamper that leads its lanes and makes no call. */
  function stamper(test: Cleanups, name: string) {
    const t = cleanupsOfTest(test);
    const pool = testPool(t, database.stamper, 2);
    const leadership = startLeadership({ access: database.stamper, name, log: silentLog });
    const standing = new Map<number, RosterLane>();
    const open = (lane: number): RosterLane => {
      const candidacy = leadership.stand({
        lane,
        state: () => ({ inFlight: 0, mostInFlight: 0 }),
        onWon: () => {},
        onLost: () => {},
      });
      const one: RosterLane = {
        get epoch() {
          return candidacy.epoch;
        },
        isIdle: () => true,
        wake: () => {},
        stop: async () => {
          standing.delete(lane);
          await candidacy.withdraw();
        },
      };
      standing.set(lane, one);
      return one;
    };
    const roster = startRoster({ name, pool, log: silentLog, open });
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= roster.stop().then(() => leadership.stop());
      return stopped;
    };
    t.after(stop);
    return {
      stop,
      leads: () => [...standing].filter(([, one]) => one.epoch !== undefined).map(([lane]) => lane),
    };
  }

  test('one stamper leads every lane that has calls, and none that has not', async (t) => {
    const a = stamper(t, 'a');
    await until(() => a.leads().length === lanesCount);
    assert.deepEqual(a.leads().sort(), lanes);
    const { rows } = await admin.query(
      'select count(*)::int as sessions from pg_stat_activity ' +
        `where datname = current_database() and application_name = 'timbra lane leader'`,
    );
    assert.equal(rows[0].sessions, 1);
  });

  test('two share the lanes; when one leaves, the other takes its own over', async (t) => {
    const a = stamper(t, 'a');
    await until(() => a.leads().length === lanesCount);
    const b = stamper(t, 'b');
    await until(() => a.leads().length === lanesCount / 2 && b.leads().length === lanesCount / 2);
    assert.deepEqual([...a.leads(), ...b.leads()].sort(), lanes);
    await b.stop();
    await until(() => a.leads().length === lanesCount);
  });

  test('a lane that is only kept after its work costs no share: a new one is taken at once', async (t) => {
    const a = stamper(t, 'a');
    await until(() => a.leads().length === lanesCount);
    await admin.query(`update stamping_calls set state = 'done' where lane <= $1`, [lanesCount]);
    try {
      const lane = lanesCount + 1;
      await queueCall(admin, { tenantId: await makeTenant(admin), lane });
      await until(() => a.leads().includes(lane), 5_000);
    } finally {
      await admin.query(`update stamping_calls set state = 'queued' where lane <= $1`, [
        lanesCount,
      ]);
    }
  });
});
