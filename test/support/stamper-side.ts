import type { Cleanups } from './cleanups.ts';
import { testDatabase } from './database.ts';
import { makeTenant, testClient, testPool } from './records.ts';

/** A database of its own, seen by its administrator and by a stamper: its pool and its session L. */
export async function stamperSide(t: Cleanups) {
  const database = await testDatabase(t);
  const admin = testPool(t, database.admin);
  const pool = testPool(t, database.stamper);
  const leader = await testClient(t, database.stamper);
  return { database, admin, pool, leader };
}

/** The same for a lane, which makes its own L, and a company with calls to make. */
export async function laneSide(t: Cleanups) {
  const database = await testDatabase(t);
  const admin = testPool(t, database.admin);
  const pool = testPool(t, database.stamper, 2);
  return { database, admin, pool, tenantId: await makeTenant(admin) };
}
