import type { Queryable } from '../../platform/postgres/database.ts';
import type { Governor, MoodChanges } from './governor.ts';
import type { LearntDeadline } from './learnt-deadlines.ts';

/** The installation's lane, 0, has them all. */
const ofTheLane = '($1 = 0 or tenant_id in (select id from tenants where stamping_lane = $1))';

/**
 * What was learnt of FacturAPI outlives the leader that learnt it. Times are kept by PostgreSQL's
 * clock, and held in a process on one that nobody sets.
 */
export async function restoreGovernor(
  leader: Queryable,
  lane: number,
  governor: Pick<Governor, 'restore'>,
): Promise<void> {
  const deadlines = await leader.query<LearntDeadline>(
    `select tenant_id as "tenantId", kind, smoothed_ms::float8 as "smoothedMs",
            deviation_ms::float8 as "deviationMs", widenings from stamping_deadlines
      where ${ofTheLane} order by updated_at`,
    [lane],
  );
  const rests = await leader.query<{ tenantId: string; leftMs: number; intervalMs: number }>(
    `select tenant_id as "tenantId", coalesce(max(interval_ms), 0) as "intervalMs",
            (extract(epoch from max(until) - clock_timestamp()) * 1000)::float8 as "leftMs"
       from stamping_pauses where reason <> 'operator' and ${ofTheLane} group by tenant_id`,
    [lane],
  );
  const breaker = await leader.query<{ leftMs: number; intervalMs: number }>(
    `select (breaker ->> 'opens_in_ms')::float8 as "leftMs",
            (breaker ->> 'interval_ms')::float8 as "intervalMs"
       from stamping_lanes where lane = $1 and breaker ->> 'opens_in_ms' is not null`,
    [lane],
  );
  const nowMs = performance.now();
  const restored = (one: { leftMs: number; intervalMs: number }) => ({
    untilMs: nowMs + one.leftMs,
    intervalMs: one.intervalMs,
  });
  governor.restore({
    deadlines: deadlines.rows,
    rests: rests.rows.map((one) => ({ tenantId: one.tenantId, ...restored(one) })),
    breaker: breaker.rows[0] && restored(breaker.rows[0]),
  });
}

export async function keepGovernorChanges(db: Queryable, changes: MoodChanges): Promise<void> {
  const { deadlines, opened, closed } = changes;
  if (deadlines.length > 0) await db.query(KEEP_DEADLINES, [JSON.stringify(deadlines)]);
  const nowMs = performance.now();
  const rests = opened.map(({ tenantId, untilMs, intervalMs }) => ({
    tenantId,
    leftMs: untilMs - nowMs,
    intervalMs: Math.round(intervalMs),
  }));
  if (rests.length > 0) await db.query(KEEP_RESTS, [JSON.stringify(rests)]);
  if (closed.length === 0) return;
  await db.query(
    `delete from stamping_pauses where tenant_id = any($1::uuid[]) and reason <> 'operator'
        -- a newer one, of a 429 that came meanwhile, stays
        and until <= now()`,
    [closed],
  );
}

const KEEP_DEADLINES = `
insert into stamping_deadlines (tenant_id, kind, smoothed_ms, deviation_ms, widenings, updated_at)
select "tenantId", kind, "smoothedMs", "deviationMs", widenings, now()
  from jsonb_to_recordset($1::jsonb)
       as d("tenantId" uuid, kind text, "smoothedMs" real, "deviationMs" real, widenings smallint)
on conflict (tenant_id, kind) do update
  set smoothed_ms = excluded.smoothed_ms, deviation_ms = excluded.deviation_ms,
      widenings = excluded.widenings, updated_at = now()`;

const KEEP_RESTS = `
insert into stamping_pauses (tenant_id, reason, until, interval_ms)
select "tenantId", 'unavailable', now() + "leftMs" * interval '1 ms', "intervalMs"
  from jsonb_to_recordset($1::jsonb) as r("tenantId" uuid, "leftMs" float8, "intervalMs" int)
 where "tenantId" in (select id from tenants)
on conflict (tenant_id, reason) do update
  set until = excluded.until, interval_ms = excluded.interval_ms`;
