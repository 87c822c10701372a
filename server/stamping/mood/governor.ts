import type { Answer } from '../../facturapi/facturapi.ts';
import { bufferMsMax, givenUpWorkMsMax, sendingMsMin } from '../deadlines.ts';
import { type Breaker, makeBreaker } from './breaker.ts';
import { makeConcurrencyLimit } from './concurrency-limit.ts';
import { type LearntDeadline, makeLearntDeadlines, type WaitKind } from './learnt-deadlines.ts';

/**
 * FacturAPI's mood, as one lane meets it, and what follows from it: how long a call waits, how many
 * are in flight, whose calls rest.
 *
 *   answers ──> deadlines (RFC 6298) ──> how long each call waits
 *           ──> concurrency (Gradient2, AIMD) ──> how many slots are used
 *           ──> breaker of the organization, breaker of FacturAPI ──> who is claimed and started
 *
 * An organization rests, too, when FacturAPI told it to (429) or refuses its key. All that a new
 * leader must know is kept in PostgreSQL: governor-store.ts.
 */
export interface Governor {
  timeoutMs(tenantId: string, kind: WaitKind): number;
  answered(met: Met): void;
  /** How long each kind of call may take from its claim on: it is marked so in the queue. */
  promisesMs(nowMs: number): Promises;
  /** Of the lane's slots, how many to use. */
  slotsToUse(): number;
  /** How many calls may be claimed at the most: none while FacturAPI's breaker is open. */
  claimMax(nowMs: number): number;
  /** Tenants whose calls are not to be claimed now, and those of whom only one is. */
  resting(nowMs: number): { readonly none: string[]; readonly one: string[] };
  mayStart(tenantId: string, nowMs: number): boolean;
  /** Told so since its attempt began: it sends nothing more. */
  mustRest(tenantId: string, nowMs: number): boolean;
  /** A call of this tenant begins; what is answered is told when its attempt is over. */
  started(tenantId: string, nowMs: number): { ended(nowMs: number, restMs?: number): void };
  /** When a rest ends next, in ms from now. */
  nextChangeMs(nowMs: number): number | undefined;
  restore(mood: KnownMood): void;
  takeChanges(): MoodChanges;
  breakerReport(nowMs: number): BreakerReport;
  report(nowMs: number): GovernorReport;
}

/** One call to FacturAPI and its end. Times on the clock of `performance.now()`. */
export interface Met {
  readonly tenantId: string;
  readonly kind: WaitKind;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly answer: Answer;
  readonly cutShort?: boolean;
}

/** In ms, by kind of call; `look_up`: what a look-up before the sending adds. */
export type Promises = Readonly<
  Record<
    | 'create_invoice'
    | 'fetch_xml'
    | 'fetch_pdf'
    | 'read_invoice'
    | 'search_catalog'
    | 'list_invoices'
    | 'list_customers'
    | 'sync_customer'
    | 'ask_customer'
    | 'look_up',
    number
  >
>;

export interface BreakerReport {
  readonly state: 'closed' | 'open' | 'probing';
  readonly opens_in_ms: number | null;
  readonly interval_ms: number;
}

export interface GovernorReport {
  readonly deadlines: ReturnType<ReturnType<typeof makeLearntDeadlines>['report']>;
  readonly concurrency: { readonly limit: number; readonly in_use_max: number };
  readonly breaker: BreakerReport;
  readonly organizations: { readonly open: number; readonly probing: number };
}

export interface Rest {
  readonly tenantId: string;
  readonly untilMs: number;
  readonly intervalMs: number;
}

export interface KnownMood {
  readonly deadlines: readonly LearntDeadline[];
  readonly rests: readonly Rest[];
  readonly breaker: Omit<Rest, 'tenantId'> | undefined;
}

export interface MoodChanges {
  readonly deadlines: readonly LearntDeadline[];
  /** Organizations whose breaker opened by itself. */
  readonly opened: readonly Rest[];
  readonly closed: readonly string[];
}

/** The longest of thousands of deadlines is not looked for at each claim. */
const promisesKeptMs = 500;
/** Failures of one organization alone are no sign that FacturAPI is away. */
const failingOrganizationsMin = 2;

export function makeGovernor(o: {
  readonly limit: number;
  readonly inFlight: () => number;
  readonly random: () => number;
}): Governor {
  const deadlines = makeLearntDeadlines();
  const concurrency = makeConcurrencyLimit(o.limit);
  const facturapi = makeBreaker({ random: o.random });
  /** Organizations that failed or rest; one that is well has no entry. */
  const organizations = new Map<string, Breaker>();
  const failing = new Set<string>();
  const opened = new Map<string, Rest>();
  const closed = new Set<string>();
  let promises: { readonly atMs: number; readonly of: Promises } | undefined;
  /** Those of whom PostgreSQL knows, or will, that they rest. */
  const known = new Set<string>();

  function breakerOf(tenantId: string): Breaker {
    const present = organizations.get(tenantId);
    if (present) return present;
    const made = makeBreaker({ random: o.random });
    organizations.set(tenantId, made);
    return made;
  }

  function failed(met: Met) {
    const nowMs = met.endedAtMs;
    const breaker = breakerOf(met.tenantId);
    const before = breaker.openUntilMs();
    breaker.failed(nowMs, met);
    const untilMs = breaker.openUntilMs();
    if (untilMs !== undefined && untilMs !== before) noteOpened(met.tenantId, breaker, untilMs);
    failing.add(met.tenantId);
    if (met.answer.kind === 'not_sent' || failing.size >= failingOrganizationsMin) {
      facturapi.failed(nowMs, met);
    }
    concurrency.dropped({ nowMs });
  }

  function noteOpened(tenantId: string, breaker: Breaker, untilMs: number) {
    known.add(tenantId);
    closed.delete(tenantId);
    opened.set(tenantId, { tenantId, untilMs, intervalMs: breaker.intervalMs() });
  }

  /** Written with the attempt's result, so that no kill -9 can lose it. */
  function rest(tenantId: string, restMs: number, nowMs: number) {
    known.add(tenantId);
    closed.delete(tenantId);
    breakerOf(tenantId).openFor(restMs, nowMs);
  }

  function wentWell(met: Met) {
    const nowMs = met.endedAtMs;
    failing.clear();
    facturapi.succeeded(nowMs, met);
    const breaker = organizations.get(met.tenantId);
    breaker?.succeeded(nowMs, met);
    if (breaker?.state(nowMs) === 'closed') {
      organizations.delete(met.tenantId);
      opened.delete(met.tenantId);
      if (known.delete(met.tenantId)) closed.add(met.tenantId);
    }
    const tookMs = met.endedAtMs - met.startedAtMs;
    deadlines.answered(met.tenantId, met.kind, { tookMs });
    concurrency.answered({ kind: met.kind, tookMs, inFlight: o.inFlight() });
  }

  function breakerReport(nowMs: number): BreakerReport {
    const untilMs = facturapi.openUntilMs();
    return {
      state: facturapi.state(nowMs),
      opens_in_ms: untilMs === undefined ? null : Math.max(0, Math.round(untilMs - nowMs)),
      interval_ms: facturapi.intervalMs(),
    };
  }

  return {
    timeoutMs: deadlines.timeoutMs,

    answered(met) {
      const { answer, tenantId, kind, startedAtMs, endedAtMs } = met;
      if (answer.kind === 'answered') {
        // A limit that was met, or a key that was refused, is FacturAPI at work: no failure.
        if (answer.status === 429) return concurrency.dropped({ nowMs: endedAtMs });
        if (answer.status === 401 || answer.status === 403) return;
        return answer.status >= 500 ? failed(met) : wentWell(met);
      }
      if (met.cutShort) return;
      if (answer.kind === 'broken' && answer.timedOut) {
        deadlines.timedOut(tenantId, kind, { startedAtMs, nowMs: endedAtMs });
      }
      failed(met);
    },

    promisesMs(nowMs) {
      if (promises && nowMs - promises.atMs < promisesKeptMs) return promises.of;
      const of = (kind: WaitKind) => bufferMsMax + deadlines.longestMs([kind]);
      // A killed stamper's creation may be worked on after its own deadline would have ended it.
      const create = Math.max(of('create'), bufferMsMax + givenUpWorkMsMax + sendingMsMin);
      const file = Math.max(of('file'), bufferMsMax + givenUpWorkMsMax);
      const list = Math.max(of('list'), bufferMsMax + givenUpWorkMsMax);
      const lookUp = deadlines.longestMs(['look_up']);
      const written = Math.max(deadlines.longestMs(['customer']), givenUpWorkMsMax);
      const made = {
        create_invoice: create,
        fetch_xml: file,
        fetch_pdf: file,
        read_invoice: Math.max(of('look_up'), bufferMsMax + givenUpWorkMsMax),
        search_catalog: list,
        list_invoices: list,
        list_customers: list,
        // Read first, or looked for in the list, and then written.
        sync_customer: bufferMsMax + deadlines.longestMs(['look_up', 'list']) + written,
        ask_customer: bufferMsMax + written + lookUp,
        look_up: lookUp,
      };
      promises = { atMs: nowMs, of: made };
      return made;
    },

    slotsToUse: () => concurrency.use(),

    claimMax(nowMs) {
      if (facturapi.state(nowMs) === 'closed') return Number.POSITIVE_INFINITY;
      return facturapi.mayStart(nowMs) ? 1 : 0;
    },

    resting(nowMs) {
      const none: string[] = [];
      const one: string[] = [];
      for (const [tenantId, breaker] of organizations) {
        if (breaker.state(nowMs) === 'closed') continue;
        (breaker.mayStart(nowMs) ? one : none).push(tenantId);
      }
      return { none, one };
    },

    mayStart(tenantId, nowMs) {
      return facturapi.mayStart(nowMs) && (organizations.get(tenantId)?.mayStart(nowMs) ?? true);
    },

    mustRest(tenantId, nowMs) {
      return [facturapi, organizations.get(tenantId)].some((one) => one?.state(nowMs) === 'open');
    },

    started(tenantId, nowMs) {
      const breakers = [facturapi, organizations.get(tenantId)].flatMap((one) => one ?? []);
      const probed = breakers.filter((breaker) => breaker.state(nowMs) === 'probing');
      for (const breaker of breakers) breaker.started(nowMs);
      return {
        ended(endedAtMs, restMs) {
          if (restMs !== undefined) rest(tenantId, restMs, endedAtMs);
          // A probe that brought no verdict (nothing was sent) leaves room for another one.
          for (const breaker of probed) breaker.gaveBack(nowMs);
        },
      };
    },

    nextChangeMs(nowMs) {
      const until = [facturapi, ...organizations.values()].flatMap((breaker) => {
        const untilMs = breaker.openUntilMs();
        return untilMs !== undefined && untilMs > nowMs ? [untilMs - nowMs] : [];
      });
      return until.length === 0 ? undefined : Math.min(...until);
    },

    restore(mood) {
      deadlines.load(mood.deadlines);
      for (const { tenantId, ...breaker } of mood.rests) {
        known.add(tenantId);
        breakerOf(tenantId).restore(breaker);
      }
      if (mood.breaker) facturapi.restore(mood.breaker);
    },

    takeChanges() {
      const changes = {
        deadlines: deadlines.takeChanged(),
        opened: [...opened.values()],
        closed: [...closed],
      };
      opened.clear();
      closed.clear();
      return changes;
    },

    breakerReport,

    report(nowMs) {
      const states = [...organizations.values()].map((breaker) => breaker.state(nowMs));
      return {
        deadlines: deadlines.report(),
        concurrency: concurrency.report(),
        breaker: breakerReport(nowMs),
        organizations: {
          open: states.filter((state) => state === 'open').length,
          probing: states.filter((state) => state === 'probing').length,
        },
      };
    },
  };
}
