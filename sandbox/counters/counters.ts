/**
 * What the stand-in saw, for tests and load runs to check against.
 *
 * A call is in flight from its arrival until its work here has ended, whether or not its client
 * still listens. A fault that only withholds the answer (a hang) does not prolong the work.
 */
export interface Counters {
  begin(route: string, organization: string | undefined): Ticket;
  countCreate(organization: string): void;
  inFlight(): number;
  snapshot(): CountersSnapshot;
  /** Forgets the history. Calls now in flight stay counted and are the new maximum. */
  reset(): void;
}

export interface Ticket {
  /** Ends the call's work. Further calls change nothing. */
  end(): void;
}

export interface CountersSnapshot extends Tally {
  by_route: Record<string, number>;
  by_organization: Record<string, Tally>;
}

export interface Tally {
  in_flight: number;
  max_in_flight: number;
  calls: number;
  creates: number;
}

export function createCounters(): Counters {
  const all = emptyTally();
  let byRoute = new Map<string, number>();
  const byOrganization = new Map<string, Tally>();

  function tallyOf(organization: string): Tally {
    const tally = byOrganization.get(organization) ?? emptyTally();
    byOrganization.set(organization, tally);
    return tally;
  }

  return {
    begin(route, organization) {
      const tallies = organization === undefined ? [all] : [all, tallyOf(organization)];
      for (const tally of tallies) arrive(tally);
      byRoute.set(route, (byRoute.get(route) ?? 0) + 1);
      let open = true;
      return {
        end() {
          if (!open) return;
          open = false;
          for (const tally of tallies) tally.in_flight--;
        },
      };
    },
    countCreate(organization) {
      all.creates++;
      tallyOf(organization).creates++;
    },
    inFlight: () => all.in_flight,
    snapshot: () => ({
      ...all,
      by_route: Object.fromEntries(byRoute),
      by_organization: Object.fromEntries([...byOrganization].map(([id, t]) => [id, { ...t }])),
    }),
    reset() {
      // Open tickets hold these very objects, so they are changed in place rather than replaced.
      for (const tally of [all, ...byOrganization.values()]) forget(tally);
      byRoute = new Map();
    },
  };
}

function emptyTally(): Tally {
  return { in_flight: 0, max_in_flight: 0, calls: 0, creates: 0 };
}

function arrive(tally: Tally): void {
  tally.calls++;
  tally.in_flight++;
  if (tally.in_flight > tally.max_in_flight) tally.max_in_flight = tally.in_flight;
}

function forget(tally: Tally): void {
  tally.calls = 0;
  tally.creates = 0;
  tally.max_in_flight = tally.in_flight;
}
