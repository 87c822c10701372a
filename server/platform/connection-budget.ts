/**
 * How one machine's DB_POOL_TOTAL connections are divided among its processes.
 *
 *   web workers | LISTEN | stamper's L | stamper's pool | each web worker (of 20)
 *             2 |      1 |           1 |              2 |  8
 *             4 |      1 |           1 |              2 |  4
 *             8 |      1 |           1 |              2 |  2
 *
 * L is the stamper's unpooled connection: it holds the lane's lock and runs the claims.
 * The set-up child (migrations, demo data) ends before any of these connects.
 */
export interface ConnectionBudget {
  readonly listen: number;
  readonly stamperLeader: number;
  readonly stamperPool: number;
  readonly webPool: number;
}

export function connectionBudget(total: number, webWorkers: number): ConnectionBudget {
  const fixed = { listen: 1, stamperLeader: 1, stamperPool: 2 };
  const webPool = Math.floor((total - 4) / webWorkers);
  if (webPool < 1)
    throw new RangeError(`DB_POOL_TOTAL=${total} is too small for ${webWorkers} workers`);
  return { ...fixed, webPool };
}
