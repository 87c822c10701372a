/**
 * How one machine's DB_POOL_TOTAL connections are divided among its processes.
 *
 *   web workers | LISTEN | stamper's L | stamper's pool | each web worker + its search (of 20)
 *             2 |      1 |           1 |              2 |  6 + 2
 *             4 |      1 |           1 |              2 |  3 + 1
 *             8 |      1 |           1 |              2 |  1 + 1
 *
 * L is the stamper's unpooled connection: it holds the lane's lock and runs the claims.
 * Search has a quarter of a worker's share, at the most `searchConnectionsMax`: four for a machine of
 * two cores answered sooner than twenty (p99 10 ms beside 23 at 1,000 searches a second). A worker
 * with one connection alone searches on that.
 * The set-up child (migrations, demo data) ends before any of these connects.
 */
export interface ConnectionBudget {
  readonly listen: number;
  readonly stamperLeader: number;
  readonly stamperPool: number;
  readonly webPool: number;
  /** 0: there is none to spare, and searches go through the web worker's pool. */
  readonly searchPool: number;
}

export const searchConnectionsMax = 4;

export function connectionBudget(total: number, webWorkers: number): ConnectionBudget {
  const fixed = { listen: 1, stamperLeader: 1, stamperPool: 2 };
  const share = Math.floor((total - 4) / webWorkers);
  if (share < 1) {
    throw new RangeError(`DB_POOL_TOTAL=${total} is too small for ${webWorkers} workers`);
  }
  const quarter = Math.min(searchConnectionsMax, Math.max(1, Math.floor(share / 4)));
  const searchPool = share === 1 ? 0 : quarter;
  return { ...fixed, webPool: share - searchPool, searchPool };
}
