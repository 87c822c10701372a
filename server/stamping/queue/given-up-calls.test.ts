import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanupsOfTest } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import {
  makeTenant,
  ownLane,
  queueCall,
  testClient,
  testPool,
} from '../../../test/support/records.ts';
import { inheritedCalls } from './stamping-queue.ts';

test('a new leader inherits what was given up, too, as long as FacturAPI may be at it', async (t) => {
  const cleanups = cleanupsOfTest(t);
  const database = await testDatabase(cleanups);
  const admin = testPool(cleanups, database.admin);
  const leader = await testClient(cleanups, database.stamper);
  const tenantId = await makeTenant(admin);
  const lane = ownLane();
  const givenUp = await queueCall(admin, { tenantId, lane });
  const over = await queueCall(admin, { tenantId, lane });
  await admin.query(
    `update stamping_calls set state = 'delayed', attempts = 3,
            slot_until = now() + case id when $1 then interval '3 s' else interval '-1 s' end
      where id in ($1, $2)`,
    [givenUp.callId, over.callId],
  );
  const inherited = await inheritedCalls(leader, lane);
  assert.deepEqual(
    inherited.map(({ id, attempts }) => [id, attempts]),
    [[givenUp.callId, 3]],
  );
  assert.ok(inherited[0]!.leftMs > 1_000 && inherited[0]!.leftMs <= 3_000);
});
