import type { Queryable } from '../../platform/postgres/database.ts';

/** A lane is one limit of calls in flight. The whole installation shares this one. */
export const installationLane = 0;

export type LimitScope = 'installation' | 'organization';

/** Into which lane a call goes: null says "its company's own". */
export function laneOf(scope: LimitScope): number | null {
  return scope === 'installation' ? installationLane : null;
}

/**
 * Open calls follow a change of FACTURAPI_LIMIT_SCOPE. Those that a killed stamper left in flight
 * keep their slots in the new lane. Every machine must be stopped for it: a stamper of the other
 * scope would go on with its own lanes.
 */
export async function moveCallsToLanes(admin: Queryable, scope: LimitScope): Promise<number> {
  const { rowCount } = await admin.query(
    `update stamping_calls c set lane = timbra_lane_of($1, c.tenant_id)
      where (c.state in ('queued', 'delayed', 'calling') or c.slot_until > now())
        and c.lane <> timbra_lane_of($1, c.tenant_id)`,
    [laneOf(scope)],
  );
  return rowCount ?? 0;
}
